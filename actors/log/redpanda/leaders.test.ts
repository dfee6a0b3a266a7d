import { describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServers } from '../../../sims/chaos/servers.ts'
import { Member, record, until } from '../conformance/member.ts'
import { topicOf } from './client.ts'
import { openRedpandaConsumer } from './consumer.ts'
import { openRedpandaLog } from './log.ts'

const PARTITIONS = 12
const WRITERS = 48
const KILLS = 3
const DEAD_MS = 2_000

interface Written {
  readonly writer: number
  readonly n: number
}

describe.skipIf(!process.env.WINDBOX_KAFKA_BROKERS)('three brokers', () => {
  test('leaders die under writers: what was acknowledged is there, once, and of each writer in its order', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'windbox-leaders-'))
    const servers = startServers(folder, 3)
    try {
      const where = { brokers: servers.env.WINDBOX_KAFKA_BROKERS.split(','), namespace: 'leaders' }
      const log = await openRedpandaLog({ ...where, partitions: PARTITIONS, clock: Date })
      const acknowledged = new Map<string, number>()
      let writing = true
      /** All partitions have several writers, and a call goes to one or to two of them. */
      const write = async (writer: number) => {
        for (let n = 0; writing; n++) {
          const partitions = n % 5 === 0 ? [writer, writer + 1] : [writer]
          const records = partitions.map((partition) => record(partition % PARTITIONS, { writer, n } satisfies Written))
          // Of what is refused nobody knows whether it is there.
          const positions = await log.append(records).catch(() => [])
          for (const at of positions) if (at) acknowledged.set(`${at.partition} ${writer} ${n}`, at.offset)
        }
      }
      const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer))
      for (let kill = 0; kill < KILLS; kill++) {
        await until('it goes on', () => acknowledged.size > (kill + 1) * 1_000)
        let leader: string | null = null
        while ((leader ??= await servers.leaderOf(topicOf(where.namespace), kill)) === null) await Bun.sleep(200)
        process.kill(servers.pid(leader), 'SIGKILL')
        await Bun.sleep(DEAD_MS)
        await servers.restart(leader)
        await servers.settled()
      }
      writing = false
      await Promise.all(writers)

      const identity = { node: 'reader', url: null, worker: 0, log: log.id }
      const reader = await new Member(openRedpandaConsumer({ ...where, identity, epochs: () => new Map() })).start()
      const bounds = await log.bounds()
      await until('all is read', () => bounds.every(({ end }, partition) => (reader.passed.get(partition) ?? 0) >= end))
      const wrong: string[] = []
      const delivered = new Set<string>()
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const last = new Map<number, number>()
        for (const { offset, value } of reader.of(partition)) {
          const { writer, n } = JSON.parse(value) as Written
          const name = `${partition} ${writer} ${n}`
          if (n <= (last.get(writer) ?? -1)) wrong.push(`${name} comes again or too late`)
          if (offset > (acknowledged.get(name) ?? Infinity)) wrong.push(`${name} stands behind its place`)
          last.set(writer, n)
          delivered.add(name)
        }
      }
      const lost = [...acknowledged.keys()].filter((name) => !delivered.has(name))
      expect({ lost, wrong, failures: reader.failures, broken: reader.broken }).toEqual({
        lost: [],
        wrong: [],
        failures: [],
        broken: [],
      })
      expect(acknowledged.size).toBeGreaterThan(KILLS * 1_000)
      await reader.consumer.stop()
      await log.close()
    } finally {
      servers.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  }, 300_000)
})
