import { expect, test } from 'bun:test'
import { actorAlone } from '../exhauster/turns.fixture.ts'
import { Fault } from '../runtime/index.ts'
import { plant } from './actor.ts'
import { readFrame } from './frame.ts'
import { keptFrom } from './retention.ts'
import { plantRecord } from './split.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 22)

/** A plant that has had a frame of each of these moments. */
function plantAt(...moments: number[]) {
  const actor = actorAlone(plant, 'main')
  for (const [i, moment] of moments.entries()) {
    const frame = readFrame(JSON.stringify({ moment: new Date(moment).toISOString(), 'SM_Exgauster\\[2:27]': 1 }))
    if (frame instanceof Fault) throw frame
    actor.take(plantRecord({ id: 'file', clock: 'replay' }, String(i), frame))
  }
  return { ask: async (_: string, question: string) => ({ body: JSON.stringify(actor.ask(question, {})) }) }
}

test('the history of a recording is not too old because its year is', async () => {
  const newest = NOW - 1400 * DAY
  expect(await keptFrom(plantAt(newest - DAY, newest), NOW, 400 * DAY)).toBe(newest - 400 * DAY)
})

test('frames ahead of this clock, or none at all, let nothing go earlier', async () => {
  expect(await keptFrom(plantAt(NOW + 60_000), NOW, 400 * DAY)).toBe(NOW - 400 * DAY)
  expect(await keptFrom(plantAt(), NOW, 400 * DAY)).toBe(NOW - 400 * DAY)
})
