import { expect, test } from 'bun:test'
import { Fault, type FaultCode, type NewRecord } from '../../actors/runtime/index.ts'
import { NOBODY } from '../auth/identity.ts'
import type { Sender } from '../ingest/resource.ts'
import { readingRecords } from './records.ts'

const NOW = Date.parse('2026-11-22T10:00:00Z')
const OWNER: Sender = { identity: { ...NOBODY, user: 1, role: 'viewer' }, nowMs: NOW, params: {} }
const OTHER: Sender = { identity: { ...NOBODY, user: 2, role: 'viewer' }, nowMs: NOW, params: {} }

const records = readingRecords({
  deviceOf: (id) => (id > 100 ? undefined : id > 50 ? Promise.resolve({ id, user_id: 1 }) : { id, user_id: 1 }),
})
const encoder = new TextEncoder()
const bytesOf = (text: string) => encoder.encode(text)

/** The code of what is thrown, or what comes. */
async function outcome(
  work: () => NewRecord | Promise<NewRecord> | undefined,
): Promise<NewRecord | FaultCode | undefined> {
  try {
    return await work()
  } catch (error) {
    return (error as Fault).code
  }
}

test('a reading that looks like one before it becomes the same record, or is refused the same', async () => {
  const texts = (n: number): string[] => [
    `{"device_id":${n},"x":${n / 8},"y":-${n},"z":0.5}`,
    `{"values":{"t":${n},"p q":-0.25},"device_id":${n},"at":"2026-11-22T09:59:${String(n % 60).padStart(2, '0')}.000Z"}`,
    `{"device_id":${n},"at":"2026-11-22T10:30:00.000Z","values":{"ahead":${n}}}`,
    `{"device_id":0,"x":${n},"y":1,"z":1}`,
  ]
  let fast = 0
  for (let n = 1; n <= 110; n++) {
    for (const text of texts(n)) {
      for (const sender of [OWNER, OTHER]) {
        const slow = await outcome(() => records.one(JSON.parse(text), sender))
        const quick = await outcome(() => records.bytes(bytesOf(text), sender))
        if (quick === undefined) continue
        fast++
        expect({ text, said: quick }).toEqual({ text, said: slow! })
      }
    }
  }
  expect(fast).toBeGreaterThan(400)
})
