import { expect, test } from 'bun:test'
import { actorAlone } from '../exhauster/turns.fixture.ts'
import { Fault } from '../runtime/index.ts'
import { plant } from './actor.ts'
import { readFrame, type Frame } from './frame.ts'
import type { PlantState } from './schema.ts'
import { plantRecord, rejectedRecord } from './split.ts'

const source = { id: 'file:a.jsonl', clock: 'replay', demonstration: false } as const
const minute = (n: number) => `2026-11-22T10:${String(n).padStart(2, '0')}:00.000Z`

function frameOf(n: number, signals: object = { 'SM_Exgauster\\[2:27]': 1 }): Frame {
  const read = readFrame(JSON.stringify({ moment: minute(n), ...signals }))
  if (read instanceof Fault) throw read
  return read
}

const main = () => {
  const actor = actorAlone(plant, 'main')
  return {
    ...actor,
    frame: (n: number, cursor: string, signals?: object) =>
      actor.take(plantRecord(source, cursor, frameOf(n, signals))),
    of: (id: string = source.id) => (actor.state as PlantState).sources[id]!,
    cursor: (id: string = source.id) => actor.ask<{ cursor: string | null }>('cursor', { source: id }).cursor,
  }
}

test('a source continues where its last message was, and one that never sent from the beginning', () => {
  const actor = main()
  expect(actor.cursor()).toBeNull()
  actor.frame(0, 'line 1')
  actor.frame(1, 'line 2')
  expect(actor.cursor()).toBe('line 2')
  expect(actor.cursor('kafka:plant')).toBeNull()
})

test('a record of a message that comes again moves nothing', () => {
  const actor = main()
  actor.frame(0, '1')
  actor.frame(1, '2')
  actor.frame(0, '1')
  expect(actor.cursor()).toBe('2')
  expect(actor.of()).toMatchObject({ frames: 2, duplicates: 0, late: 0 })
})

test('the same moment under another cursor is a duplicate, an older one is late, and both move the cursor', () => {
  const actor = main()
  actor.frame(5, '1')
  actor.frame(5, '2')
  actor.frame(3, '3')
  actor.frame(3, '4')
  expect(actor.of()).toMatchObject({ cursor: '4', frames: 4, duplicates: 2, late: 1 })
  expect(actor.ask<{ newest: string }>('state').newest).toBe(minute(5))
})

test('a message that is no frame makes a dead letter with code, cause, size and at most 64 KiB of it', () => {
  const actor = main()
  const text = `{"a":"${'ж'.repeat(60_000)}`
  const fault = readFrame(text)
  if (!(fault instanceof Fault)) throw new Error('a frame')
  actor.take(rejectedRecord(source, { text, cursor: '7' }, fault), 1234)
  expect(actor.emitted).toHaveLength(1)
  const { collection, at, body } = actor.emitted[0]!
  expect([collection, at]).toEqual(['dead_letters', 1234])
  expect(body).toMatchObject({
    key: 'plant/main',
    type: 'message',
    code: 'FRAME_NOT_JSON',
    plant_source: source.id,
    cursor: '7',
    size: 120_006,
  })
  expect(text).toStartWith(body.payload as string)
  expect(new TextEncoder().encode(body.payload as string).length).toBeWithin(65_530, 65_537)
  expect(actor.of()).toMatchObject({ cursor: '7', frames: 0, rejected: { FRAME_NOT_JSON: 1 } })
})

test('bytes that are no text are kept as far as they can be read', () => {
  const { value } = rejectedRecord(
    source,
    { text: new Uint8Array([0x61, 0xff]), cursor: '1' },
    new Fault('FRAME_NOT_JSON', 'x'),
  )
  expect(JSON.parse(value)).toMatchObject({ payload: 'a\uFFFD', size: 2 })
})

test('a signal of a wrong type is reported when it appears, not in every frame, and counted in each', () => {
  const actor = main()
  const wrong = { 'SM_Exgauster\\[2:27]': 'hot', 'SM_Exgauster\\[2:28]': 1 }
  actor.frame(0, '1')
  actor.frame(1, '2', wrong)
  actor.frame(2, '3', wrong)
  expect(actor.emitted.map(({ body }) => [body.code, body.payload])).toEqual([
    ['SIGNAL_WRONG_TYPE', '{"SM_Exgauster\\\\[2:27]":"\\"hot\\""}'],
  ])
  expect(actor.of().wrong).toBe(2)
  actor.frame(3, '4')
  actor.frame(4, '5', wrong)
  expect(actor.emitted).toHaveLength(2)
})

test('a dead letter that is given again goes to its machines, and is refused again as long as it is no frame', () => {
  const actor = main()
  const message = { moment: minute(1), 'SM_Exgauster\\[2:27]': 1, 'SM_Exgauster\\[6:2]': 3 }
  actor.apply('message', message, { at: Date.parse(minute(1)) })
  expect(actor.sent.map(({ key, id }) => [key, id])).toEqual([
    ['exhauster/u-171', String(Date.parse(minute(1)))],
    ['machine/am-1', String(Date.parse(minute(1)))],
  ])
  expect(() => actor.apply('message', message, { at: 0 })).toThrow('ahead')
  expect(() => actor.apply('message', { moment: minute(1) }, { at: Date.parse(minute(1)) })).toThrow('signal')
})

test('unknown keys are counted', () => {
  const actor = main()
  actor.frame(0, '1', { 'SM_Exgauster\\[2:27]': 1, colour: 'red', size: 3 })
  expect(actor.of().unknown).toBe(2)
})

test('a demonstration says so, and only while it is the newest source', () => {
  const actor = main()
  actor.take(plantRecord({ id: 'synthetic', clock: 'live', demonstration: true }, '1', frameOf(0)))
  expect(actor.ask<object>('state')).toMatchObject({ clock: 'live', demonstration: true })
  actor.frame(1, '1')
  expect(actor.ask<object>('state')).toMatchObject({ clock: 'replay', demonstration: false, newest: minute(1) })
  expect(actor.ask<{ sources: { id: string }[] }>('state').sources.map(({ id }) => id)).toEqual([
    'synthetic',
    source.id,
  ])
})

test('a restart keeps cursors and counts, and the memory of moments is bounded', () => {
  const actor = main()
  for (let n = 0; n < 1000; n++) {
    actor.apply('frame', {
      source: 's',
      cursor: String(n),
      clock: 'live',
      demonstration: false,
      moment: n + 1,
      unknown: 0,
      wrong: 0,
    })
  }
  const before = actor.ask('state')
  actor.restart()
  expect(actor.ask<object>('state')).toEqual(before as object)
  expect(actor.snapshotLength()).toBeLessThan(4000)
})
