import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { device } from '../../actors/device/actor.ts'
import type { Bench } from '../../bench/bench.ts'
import { compare } from '../../bench/compare.ts'
import { openNode } from '../../bench/node.ts'
import { mapTurn } from '../../bench/yardsticks/map-turn.ts'
import { NOBODY } from '../auth/identity.ts'
import { readLines } from '../ingest/items.ts'
import { readingRecords } from './records.ts'

const DEVICES = 100
const BATCH = 1_000
const BEGIN = Date.parse('2026-01-01T00:00:00Z')

/** The n-th reading; ten batches of one device follow each other, a second is between two of its readings. */
function lineOf(n: number): string {
  const batch = Math.floor(n / BATCH)
  const at = new Date(BEGIN + (Math.floor(batch / DEVICES) * BATCH + (n % BATCH)) * 1000).toISOString()
  return `{"device_id":${(batch % DEVICES) + 1},"at":"${at}","values":{"x":${n % 97},"y":${(n % 89) / 8},"z":${-(n % 83)}}}\n`
}

/** As the product takes them: the registry knows each device, and the sender may send for it. */
const records = readingRecords({
  deviceOf: (id) => ({ id, user_id: null }),
})
const sender = { identity: { ...NOBODY, role: 'engineer' as const }, nowMs: Date.now(), params: {} }

async function recordsOf(body: Uint8Array) {
  const batch = records.batch(sender)
  const unread = readLines(body, batch)
  const taken = await batch.finish()
  if (unread.length + taken.refused.length > 0) throw new Error('a reading was refused')
  return taken.records.map(({ record }) => record)
}

export const benches: readonly Bench[] = [
  {
    id: 'ingest',
    work: 'readings in NDJSON batches of 1,000, one device each: read, logged, applied, history and snapshots durable',
    unit: 'µs CPU',
    yardstick: 'bytes, lines, JSON.parse + Map turn',
    async measure({ quick }) {
      const folder = mkdtempSync(join(tmpdir(), 'windbox-ingest-'))
      const node = await openNode(folder, [device])
      const turn = mapTurn()
      const units = quick ? 5_000 : 500_000
      const bodies = Array.from({ length: units / BATCH }, (_, batch) =>
        Buffer.from(Array.from({ length: BATCH }, (_, i) => lineOf(batch * BATCH + i)).join('')),
      )
      try {
        return await compare({
          ours: (count) => node.ingest(bodies.slice(0, Math.ceil(count / BATCH)).map((body) => () => recordsOf(body))),
          yardstick(count) {
            for (const body of bodies.slice(0, Math.ceil(count / BATCH))) {
              for (const line of new TextDecoder().decode(body).split('\n')) if (line !== '') turn('device/1', line)
            }
          },
          units,
          rounds: quick ? 1 : 7,
        })
      } finally {
        await node.close()
        rmSync(folder, { recursive: true })
      }
    },
  },
]
