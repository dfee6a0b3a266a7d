import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { makeBackup } from '../actors/backup/make.ts'
import type { Manifest } from '../actors/backup/manifest.ts'
import { restoreBackup } from '../actors/backup/restore.ts'
import { backUpBeside } from '../actors/backup/run.ts'
import { Fault } from '../actors/runtime/index.ts'
import { ConfigError } from '../config-error.ts'
import { inCluster, type Config } from '../config.ts'
import { openDataDir } from '../data-dir.ts'

type Dirs = Pick<Config, 'WINDBOX_DATA_DIR' | 'WINDBOX_BACKUP_DIR'>
type Where = Dirs & Pick<Config, 'WINDBOX_KAFKA_BROKERS'>

/** Whose data lie in servers copies them with those servers' own tools. */
function refuseCluster(config: Where): void {
  if (!inCluster(config)) return
  throw new ConfigError(
    'In a cluster the database and the broker are backed up with their own tools: see docs/operation.md',
  )
}

/** A folder of its own for each backup, named by its time, so that their order is that of their names. */
function folderFor({ WINDBOX_DATA_DIR: data, WINDBOX_BACKUP_DIR: backups }: Dirs, now: number): string {
  const name = new Date(now).toISOString().replaceAll(':', '-')
  return join(backups ?? join(data, 'backups'), name)
}

/** What a server offers to its admins: one backup at a time, beside the work. Fault CONFLICT while one is made. */
export function backups(config: Dirs, now: () => number) {
  let running = false
  return async (): Promise<Manifest & { folder: string }> => {
    if (running) throw new Fault('CONFLICT', 'A backup is being made.', { retryAfterS: 10 })
    running = true
    try {
      const into = folderFor(config, now())
      const manifest = await backUpBeside({ dataDir: config.WINDBOX_DATA_DIR, into })
      return { ...manifest, folder: into }
    } finally {
      running = false
    }
  }
}

/** `windbox backup`: also beside a running server. Answers where it lies. */
export async function backup(config: Where, to: string | undefined): Promise<{ folder: string; manifest: Manifest }> {
  refuseCluster(config)
  const dir = config.WINDBOX_DATA_DIR
  if (!existsSync(join(dir, 'store.sqlite'))) throw new ConfigError(`WINDBOX_DATA_DIR=${dir} holds no data to back up`)
  const folder = to ?? folderFor(config, Date.now())
  return { folder, manifest: await makeBackup(dir, folder, Date.now) }
}

/** `windbox restore`: into a data directory that is empty and that no server uses. */
export async function restore(config: Where, from: string): Promise<Manifest> {
  refuseCluster(config)
  const close = openDataDir(config.WINDBOX_DATA_DIR)
  try {
    return await restoreBackup(from, config.WINDBOX_DATA_DIR)
  } finally {
    close()
  }
}
