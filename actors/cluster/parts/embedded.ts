import { openSqliteConsumer } from '../../log/sqlite/consumer.ts'
import { openRemoteAppend } from '../../log/sqlite/remote-append.ts'
import { openSqliteStore } from '../../store/sqlite/store.ts'
import type { EmbeddedBackend } from '../backend.ts'
import type { WorkerParts } from './parts.ts'

export function openEmbeddedParts(
  { storeFile, logFile }: Omit<EmbeddedBackend, 'serveLog'>,
  log: MessagePort,
  { index, partitionCount }: { index: number; partitionCount: number },
): WorkerParts {
  const store = openSqliteStore(storeFile, { late: true })
  return {
    consumer: openSqliteConsumer({ file: logFile, port: log }),
    store,
    append: openRemoteAppend(log, partitionCount),
    owner: `local#${index}`,
    close: () => store.close(),
  }
}
