import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PARTITIONS } from '../conformance/fresh.ts'
import { logConformance } from '../conformance.ts'
import { openSqliteConsumer } from './consumer.ts'
import { openSqliteLog } from './log.ts'

logConformance('the SQLite log', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-log-'))
  const file = join(dir, 'log.sqlite')
  const open = () => openSqliteLog({ file, partitions: PARTITIONS, clock: Date, retention: { bytes: 0 } })
  const channels: MessageChannel[] = []
  let log = open()
  return {
    log,
    async member() {
      const channel = new MessageChannel()
      channels.push(channel)
      log.serve(channel.port1, [0, 1, 2, 3])
      return openSqliteConsumer({ file, port: channel.port2 })
    },
    async reopen() {
      await log.close()
      return (log = open())
    },
    async trim() {
      // Between two marks lie 256 rows: as many commits as make some.
      for (let n = 0; n < 600; n++) await log.append([{ key: 'part/#1', type: 'filler', value: '0' }])
      const channel = new MessageChannel()
      channels.push(channel)
      log.serve(channel.port1, [0, 1, 2, 3])
      const consumer = openSqliteConsumer({ file, port: channel.port2 })
      await consumer.start({ assigned() {}, suspended() {}, revoked() {}, async batch() {}, failed() {} })
      await consumer.commit(new Map((await log.bounds()).map(({ end }, partition) => [partition, end])))
      await consumer.stop()
      await log.retain()
      return (await log.bounds())[0]!.earliest
    },
    async drop() {
      await log.close()
      for (const channel of channels) channel.port1.close()
      rmSync(dir, { recursive: true })
    },
  }
})
