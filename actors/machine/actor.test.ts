import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { MachineDocument } from '../exhauster/schema.ts'
import { actorAlone } from '../exhauster/turns.fixture.ts'
import { readFrame } from '../plant/frame.ts'
import { machineRecords } from '../plant/split.ts'
import { Fault } from '../runtime/index.ts'
import { machine } from './actor.ts'

const MINUTE = 60_000
const START = Date.parse('2026-11-22T10:00:00Z')
const recorded = new URL('../../../shared/data/exhausters/stream.jsonl.gz', import.meta.url)

const am = (id = 'am-2') => {
  const actor = actorAlone(machine, id)
  return {
    ...actor,
    frame: (n: number, values: (number | null)[], clock: 'live' | 'replay' = 'live') =>
      actor.apply('frame', { moment: START + n * MINUTE, clock, values }),
    document: (nowMs = START) => actor.ask<MachineDocument>('document', {}, nowMs),
  }
}

test('a machine shows its speed, its collector and whether it runs', () => {
  const actor = am()
  actor.frame(0, [650, 120, 3.2, 1])
  expect(actor.document(START + 5000)).toEqual({
    id: 'am-2',
    number: 2,
    name: 'Агломашина № 2',
    running: true,
    running_since: '2026-11-22T10:00:00.000Z',
    speed: 3.2,
    collector_underpressure: 650,
    collector_temperature: 120,
    quality: { collector_underpressure: 'good', collector_temperature: 'good', speed: 'good' },
    updated_at: '2026-11-22T10:00:00.000Z',
    data_age_ms: 5000,
  })
})

test('what is broken or missing is no number, and says why', () => {
  const actor = am()
  actor.frame(0, [null, -3276.8, 99, null])
  expect(actor.document()).toMatchObject({
    running: null,
    speed: null,
    collector_underpressure: null,
    collector_temperature: null,
    quality: { collector_underpressure: 'absent', collector_temperature: 'sentinel', speed: 'out_of_range' },
  })
})

test('a belt at rest has the speed zero, on either side of it', () => {
  const actor = am()
  actor.frame(0, [10, 95, -5.6e-45, 0])
  expect(actor.document().quality.speed).toBe('good')
})

test('it runs or stands since its bit changed, and a frame without the bit changes nothing', () => {
  const actor = am()
  actor.frame(0, [650, 120, 3, 1])
  actor.frame(1, [650, 120, 3, null])
  actor.frame(2, [10, 100, 0, 0])
  actor.frame(3, [10, 100, 0, 0])
  expect(actor.document()).toMatchObject({ running: false, running_since: '2026-11-22T10:02:00.000Z' })
})

test('a late frame adds its row and moves nothing', () => {
  const actor = am()
  actor.frame(5, [650, 120, 3, 1])
  actor.frame(1, [10, 100, 0, 0])
  expect(actor.document().running).toBe(true)
  expect(actor.rows.map(({ time }) => time)).toEqual([START + 5 * MINUTE, START + MINUTE])
})

test('live data older than 180 s is stale, a replay never', () => {
  const [live, replay] = [am(), am()]
  live.frame(0, [650, -3276.8, 3, 1])
  replay.frame(0, [650, 120, 3, 1], 'replay')
  const later = START + 3 * MINUTE + 1
  expect(live.document(later).quality).toEqual({
    collector_underpressure: 'stale',
    collector_temperature: 'sentinel',
    speed: 'stale',
  })
  expect(live.document(later).speed).toBe(3)
  expect(replay.document(later)).toMatchObject({ data_age_ms: 0, quality: { speed: 'good' } })
})

test('a restart changes nothing', () => {
  const actor = am()
  actor.frame(0, [650, null, 3, 1])
  const before = actor.document()
  actor.restart()
  expect(actor.document()).toEqual(before)
})

test.skipIf(!existsSync(recorded))(
  'the recorded machines have good values in every frame but the one that was cut short',
  () => {
    const actors = ['am-1', 'am-2', 'am-3'].map((id) => am(id))
    let doubtful = 0
    for (const line of gunzipSync(readFileSync(recorded)).toString().trim().split('\n')) {
      const frame = readFrame(line)
      if (frame instanceof Fault) throw frame
      for (const record of machineRecords(frame, 'replay').filter(({ key }) => key.startsWith('machine/'))) {
        const actor = actors[Number(record.key.slice(-1)) - 1]!
        actor.take(record)
        if (Object.values(actor.document().quality).some((quality) => quality !== 'good')) doubtful++
      }
    }
    // The frame that was cut short has no key of any of them: no record.
    expect(actors.map(({ rows }) => rows.length)).toEqual([533, 533, 533])
    expect(doubtful).toBe(0)
  },
)
