import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Member } from '../conformance/member.ts'
import { openSqliteConsumer } from './consumer.ts'
import { openSqliteLog, type SqliteLog } from './log.ts'

type Options = Partial<Parameters<typeof openSqliteLog>[0]>

/** A log in a folder of its own, with readers in this thread; all of it goes at the end of the `using` block. */
export function freshLog(options: Options = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-log-'))
  const file = join(dir, 'log.sqlite')
  const opened: SqliteLog[] = []
  const channels: MessageChannel[] = []
  return {
    dir,
    file,
    open(more: Options = {}): SqliteLog {
      const log = openSqliteLog({ file, partitions: 2, clock: Date, ...options, ...more })
      opened.push(log)
      return log
    },
    /** A channel whose far end the log serves. */
    port(log: SqliteLog): MessagePort {
      const channel = new MessageChannel()
      channels.push(channel)
      const partitions = Array.from({ length: log.partitions }, (_, partition) => partition)
      log.serve(channel.port1, partitions)
      return channel.port2
    },
    member(log: SqliteLog, more: { gatherMs?: number } = {}): Member & { port: MessagePort } {
      const port = this.port(log)
      return Object.assign(new Member(openSqliteConsumer({ file, port, ...more })), { port })
    },
    async [Symbol.asyncDispose]() {
      for (const log of opened) await log.close()
      for (const channel of channels) channel.port1.close()
      rmSync(dir, { recursive: true })
    },
  }
}
