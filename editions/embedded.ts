import { join } from 'node:path'
import { openSqliteLog } from '../actors/log/sqlite/log.ts'
import { openSqliteStore } from '../actors/store/sqlite/store.ts'
import { backups } from '../commands/backup.ts'
import type { Config } from '../config.ts'
import { leaveAddress, openBackupDir, openDataDir, refuseHalfRestored } from '../data-dir.ts'
import { bind, type Edition, type Undo } from './edition.ts'

/** Two files in the data directory, and nothing else installed. */
export async function openEmbedded(config: Config, clock: { now(): number }, undo: Undo): Promise<Edition> {
  const dir = config.WINDBOX_DATA_DIR
  undo.push(openDataDir(dir))
  refuseHalfRestored(dir)
  openBackupDir(config.WINDBOX_BACKUP_DIR)
  const [logFile, storeFile] = [join(dir, 'log.sqlite'), join(dir, 'store.sqlite')]
  const log = openSqliteLog({
    file: logFile,
    partitions: config.WINDBOX_PARTITIONS,
    clock,
    retention: config.WINDBOX_LOG_RETENTION,
  })
  undo.push(() => log.close())
  const store = openSqliteStore(storeFile)
  undo.push(() => store.close())
  await bind(store, log)
  return {
    log,
    store,
    place: dir,
    backend: {
      edition: 'embedded',
      storeFile,
      logFile,
      serveLog: (port, partitions) => log.serve(port, partitions),
    },
    backUp: backups(config, clock.now),
    announce: (url) => leaveAddress(dir, url),
  }
}
