import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OUTBOX, type Effect, type NewRecord, type Outgoing } from '../runtime/index.ts'
import { openSqliteStore } from '../store/sqlite/store.ts'
import { DeliveryLoop, type DeliveryLoopParts } from './loop.ts'
import type { Attempt, Message, TargetKind } from './target.ts'

export const TAKEN: Attempt = { taken: true, answer: 'thanks' }
export const FAILED: Attempt = { taken: false, error: 'HTTP 500' }

/** An effect of the outbox. */
export const leaving = (n: number, more: Partial<Outgoing> = {}): Effect => ({
  collection: OUTBOX,
  id: `0-${n}-0`,
  address: 'event/#0',
  at: 0,
  body: JSON.stringify({ target: { kind: 'test', key: 'a' }, payload: { n }, ...more } satisfies Outgoing),
})

/** A store in a file, a clock that is moved by hand, a log that only notes what it gets, and loops over them. */
export function deliveryWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-outgoing-'))
  const file = join(dir, 'store.sqlite')
  const store = openSqliteStore(file)
  const loops: DeliveryLoop[] = []
  const world = {
    store,
    file,
    time: 1_000_000,
    appended: [] as NewRecord[],
    reports: [] as string[],
    sent: [] as Message[],
    /** What the target answers to the n-th attempt of all. */
    answer: (_message: Message, _n: number): Attempt | Promise<Attempt> => TAKEN,
    /** Whether nothing is to be sent. */
    isPaused: false,
    /** A loop that ends with the world, unless it hangs: then it is `dead` already. */
    loop(more: Partial<DeliveryLoopParts> = {}, { atOnce = 4, dead = false } = {}): DeliveryLoop {
      const kind: TargetKind = {
        atOnce,
        isPaused: async () => world.isPaused,
        send: async (message) => {
          world.sent.push(message)
          return await world.answer(message, world.sent.length)
        },
      }
      const loop = new DeliveryLoop({
        store,
        append: async (records) => {
          world.appended.push(...records)
          return records.map((_, offset) => ({ partition: 0, offset }))
        },
        kinds: new Map([['test', kind]]),
        now: () => world.time,
        random: () => 0.5,
        report: (sentence) => world.reports.push(sentence),
        ...more,
      })
      if (!dead) loops.push(loop)
      return loop
    },
    /** Moves the clock and lets the loop look. */
    pass(loop: DeliveryLoop, ms: number): void {
      world.time += ms
      loop.wake()
    },
    status: async (n: number) => (await store.getDelivery(`0-${n}-0`))?.status,
    async close() {
      for (const loop of loops) await loop.stop()
      await store.close()
      rmSync(dir, { recursive: true })
    },
  }
  return world
}

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited 20 s until ${what}`)
    await Bun.sleep(2)
  }
}
