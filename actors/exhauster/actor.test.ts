import { expect, test } from 'bun:test'
import { exhauster } from './actor.ts'
import { COLUMNS } from './columns.ts'
import { documentFromRow, type Past } from './document.ts'
import { quietFrame } from './frames.fixture.ts'
import type { ExhausterDocument, ExhausterSummary, StatusChange } from './schema.ts'
import { changesAt } from './staleness.ts'
import { actorAlone } from './turns.fixture.ts'

const MINUTE = 60_000
const START = Date.parse('2026-11-22T10:00:00Z')
const minute = (n: number) => START + n * MINUTE
const T = 'bearing_4.temperature'
const V = 'bearing_7.vibration_axial'

const machine = (id = 'x-171') => {
  const actor = actorAlone(exhauster, id)
  return {
    ...actor,
    /** The frame of minute `n`, in replay unless said otherwise. */
    frame: (
      n: number,
      signals: Record<string, number | null> = {},
      clock: 'live' | 'replay' = 'replay',
      at = minute(n),
    ) => actor.apply('frame', quietFrame(minute(n), signals, clock), { at, id: String(minute(n)) }),
    document: (nowMs = 0) => actor.ask<ExhausterDocument>('document', {}, nowMs),
    signal: (key: string, nowMs = 0) => actor.ask<ExhausterDocument>('document', {}, nowMs).signals[key]!,
    changes: () => actor.emitted.map(({ body }) => body as unknown as StatusChange),
  }
}

test('an exhauster that has sent nothing is unknown in everything, and says so', () => {
  const document = machine().document()
  expect(document).toMatchObject({
    id: 'x-171',
    number: 5,
    name: 'Эксгаустер № 5 (Х-171)',
    machine_name: 'Агломашина № 3',
    status: 'unknown',
    running: null,
    updated_at: null,
    data_age_ms: null,
  })
  expect(new Set(Object.values(document.signals).map(({ quality }) => quality))).toEqual(new Set(['absent']))
  expect(Object.keys(document.signals)).toHaveLength(37)
})

test('a frame that arrives twice changes nothing', () => {
  const actor = machine()
  actor.frame(0)
  actor.frame(1, { [T]: 70 })
  const before = JSON.stringify(actor.document())
  actor.frame(1, { [T]: 70 })
  expect(JSON.stringify(actor.document())).toBe(before)
  expect(actor.rows).toHaveLength(2)
  expect(actor.emitted).toHaveLength(2)
})

test('a late frame fills its place in the history and moves neither state nor status, and raises no event', () => {
  const actor = machine()
  actor.frame(0)
  actor.frame(10)
  const before = JSON.stringify(actor.document())
  const events = actor.emitted.length
  actor.frame(5, { [T]: 90, 'bearing_1.temperature': -3276.8, 'bearing_2.temperature:alarm_max': null })
  expect(JSON.stringify(actor.document())).toBe(before)
  expect(actor.emitted).toHaveLength(events)
  const { time, values } = actor.rows.at(-1)!
  const then = documentFromRow('x-171', COLUMNS, values, time, time, actor.ask<Past>('past'))!
  expect(then.updated_at).toBe('2026-11-22T10:05:00.000Z')
  expect(then).toMatchObject({ status: 'alarm', running: true })
  expect(then.signals[T]).toMatchObject({
    value: 90,
    status: 'alarm',
    strict_status: 'alarm',
    quality: 'good',
    since: null,
  })
  expect(then.signals['bearing_1.temperature']).toMatchObject({ value: null, quality: 'sentinel', status: 'unknown' })
})

test('records processed out of order leave the newest frame in force', () => {
  const order = [0, 3, 1, 2, 4]
  const [shuffled, sorted] = [machine(), machine()]
  for (const n of order) shuffled.frame(n, { [V]: n })
  for (const n of [...order].sort()) sorted.frame(n, { [V]: n })
  expect(shuffled.signal(V)).toMatchObject({ value: 4 })
  expect(shuffled.document().updated_at).toBe(sorted.document().updated_at)
  expect(shuffled.rows).toHaveLength(5)
})

test('zero is a value, not "no data"', () => {
  const actor = machine()
  actor.frame(0, { 'oil.oil_level': 0, 'oil.oil_pressure': 0, [V]: 0 })
  expect(actor.signal('oil.oil_level')).toMatchObject({ value: 0, quality: 'good', advice: 'alarm' })
  expect(actor.signal(V)).toMatchObject({ value: 0, status: 'ok' })
})

test('a change of status is stored with its causes, worst and longest first, and only when something changes', () => {
  const actor = machine()
  actor.frame(0)
  actor.frame(1, { [V]: 5 })
  actor.frame(2, { [V]: 5, [T]: 80 })
  actor.frame(3, { [V]: 5, [T]: 80.1 })
  actor.frame(4, { [V]: 8, [T]: 80 })
  actor.frame(5)
  expect(
    actor
      .changes()
      .map(({ at, previous, status, causes }) => [
        at.slice(11, 16),
        previous,
        status,
        causes.map((cause) => cause.signal),
      ]),
  ).toEqual([
    ['10:00', 'unknown', 'ok', []],
    ['10:01', 'ok', 'warning', [V]],
    ['10:02', 'warning', 'alarm', [T, V]],
    ['10:04', 'alarm', 'alarm', [T, V]],
    ['10:05', 'alarm', 'ok', []],
  ])
  expect(actor.changes()[2]!.causes).toEqual([
    { signal: T, status: 'alarm', value: 80, limit: 75, since: '2026-11-22T10:02:00.000Z' },
    { signal: V, status: 'warning', value: 5, limit: 4.5, since: '2026-11-22T10:01:00.000Z' },
  ])
  expect(actor.emitted.map(({ collection, at }) => [collection, at]).at(1)).toEqual(['status_changes', minute(1)])
})

test('a change of status is told to everybody as an event, once; the past of a machine is not', () => {
  const actor = machine()
  actor.frame(0, {}, 'replay', minute(10))
  actor.frame(1, { [T]: 70 }, 'replay', minute(10))
  actor.frame(2, { [T]: 71 })
  actor.frame(3, { [T]: 71, [V]: 5 })
  expect(actor.sent.map(({ key, type }) => [key, type])).toEqual([['event/#0', 'event']])
  const { event } = JSON.parse(actor.sent[0]!.value)
  expect(event).toMatchObject({
    type: 'exhauster.status.changed',
    source: 'windbox/exhauster/x-171',
    subject: 'x-171',
    time: '2026-11-22T10:01:00.000Z',
    data: { status: 'warning', previous: 'ok', causes: [{ signal: T }] },
  })
})

test('since says since when a signal has its status, not its value', () => {
  const actor = machine()
  actor.frame(0)
  actor.frame(1, { [T]: 70 })
  actor.frame(2, { [T]: 71 })
  expect(actor.signal(T)).toMatchObject({ status: 'warning', since: '2026-11-22T10:01:00.000Z' })
  actor.frame(3, { [T]: 76 })
  expect(actor.signal(T)).toMatchObject({ status: 'alarm', since: '2026-11-22T10:03:00.000Z' })
})

test('a value inside its deadband stays in alarm while the strict status is ok again', () => {
  const actor = machine()
  actor.frame(0, { [T]: 65.5 })
  actor.frame(1, { [T]: 64.8 })
  expect(actor.signal(T)).toMatchObject({ status: 'warning', strict_status: 'ok' })
})

test('a sensor that breaks during an alarm is unknown, and when it returns the alarm was never cleared', () => {
  const actor = machine()
  actor.frame(0, { [T]: 76 })
  actor.frame(1, { [T]: -3276.8 })
  expect(actor.signal(T)).toMatchObject({ value: null, status: 'unknown', quality: 'sentinel' })
  // 74.9 alone would be a warning; it is still inside the deadband of the alarm.
  actor.frame(2, { [T]: 74.9 })
  expect(actor.signal(T)).toMatchObject({ status: 'alarm' })
  actor.frame(3, { [T]: null })
  expect(actor.signal(T)).toMatchObject({ value: null, status: 'unknown', quality: 'absent', strict_status: 'unknown' })
})

test('a broken sensor raises no alarm, whatever the strict rule says of it', () => {
  const actor = machine()
  actor.frame(0, { [V]: -3276.8 })
  expect(actor.signal(V)).toMatchObject({ status: 'unknown', strict_status: 'alarm' })
  expect(actor.document()).toMatchObject({ status: 'ok', causes: [] })
})

test('a frame without setpoints takes none back for the tolerant rule; the strict one knows only its frame', () => {
  const actor = machine()
  actor.frame(0, { [T]: 76 })
  actor.frame(1, { [T]: 76, [`${T}:alarm_max`]: null, [`${T}:warning_max`]: null })
  expect(actor.signal(T)).toMatchObject({
    status: 'alarm',
    strict_status: 'ok',
    limits: { alarm_max: 75, warning_max: 65 },
  })
})

test('a setpoint that moves decides the same value anew', () => {
  const actor = machine('f-171')
  actor.frame(0, { [V]: 8, [`${V}:alarm_max`]: 10 })
  expect(actor.signal(V)).toMatchObject({ status: 'warning', limits: { alarm_max: 10, source: 'stream' } })
  actor.frame(1, { [V]: 8 })
  expect(actor.signal(V)).toMatchObject({ status: 'alarm', limits: { alarm_max: 7.1 } })
})

test('a vibration that repeats itself for an hour while running is frozen; it keeps its value and its status', () => {
  const actor = machine()
  for (let n = 0; n < 60; n++) actor.frame(n, { [V]: 5 })
  expect(actor.signal(V).quality).toBe('good')
  for (let n = 60; n < 62; n++) actor.frame(n, { [V]: 5 })
  expect(actor.signal(V)).toMatchObject({ quality: 'frozen', value: 5, status: 'warning' })
  actor.frame(62, { [V]: 5.1 })
  expect(actor.signal(V).quality).toBe('good')
})

test('a standing machine, a temperature in steps of a tenth, a bit and a voltage do not freeze in an hour', () => {
  const standing = machine()
  for (let n = 0; n < 100; n++) standing.frame(n, { [V]: 0, 'work.is_working': 0 })
  expect(new Set(Object.values(standing.document().signals).map(({ quality }) => quality))).toEqual(new Set(['good']))
  const running = machine()
  for (let n = 0; n < 100; n++) running.frame(n, { [V]: n })
  for (const key of [T, 'work.is_working', 'drive.stator_voltage', 'gate_valve.gas_valve_position'])
    expect(running.signal(key).quality).toBe('good')
})

test('a frozen value raises nothing, even when a setpoint moves below it', () => {
  const actor = machine()
  for (let n = 0; n <= 60; n++) actor.frame(n, { [V]: 4 })
  actor.frame(61, { [V]: 4, [`${V}:warning_max`]: 3.5 })
  expect(actor.signal(V)).toMatchObject({ quality: 'frozen', status: 'ok', strict_status: 'warning' })
  actor.frame(62, { [V]: 4.1, [`${V}:warning_max`]: 3.5 })
  expect(actor.signal(V)).toMatchObject({ quality: 'good', status: 'warning' })
})

test('a temperature without a step for a whole day of running is frozen', () => {
  const actor = machine()
  for (let n = 0; n <= 1440; n++) actor.frame(n, { [V]: n % 2 })
  expect(actor.signal(T)).toMatchObject({ quality: 'frozen', value: 50 })
})

test('how often frames come does not matter: two minutes of one value every two seconds are no frozen sensor', () => {
  const actor = machine()
  for (let n = 0; n <= 90; n++) actor.frame(n / 30, { [V]: 5 })
  expect(actor.signal(V).quality).toBe('good')
})

test('a machine at rest is as cold as the winter: a minimum of 0 °C raises nothing; a running one is never colder than −2', () => {
  const [standing, running] = [machine(), machine()]
  standing.frame(0, { [T]: -25, 'work.is_working': 0 })
  running.frame(0, { [T]: -25 })
  expect(standing.signal(T)).toMatchObject({ value: -25, status: 'ok', strict_status: 'alarm' })
  expect(running.signal(T)).toMatchObject({ value: -25, status: 'alarm' })
})

test('a gap between two frames starts the count of identical values anew', () => {
  const actor = machine()
  for (let n = 0; n < 50; n++) actor.frame(n, { [V]: 5 })
  for (let n = 60; n < 100; n++) actor.frame(n, { [V]: 5 })
  expect(actor.signal(V).quality).toBe('good')
})

test('live data older than 180 s says nothing of now: values stay, statuses are unknown', () => {
  const actor = machine()
  actor.frame(0, { [T]: 76, 'bearing_1.temperature': -3276.8 }, 'live')
  expect(actor.document(minute(3))).toMatchObject({ status: 'alarm', data_age_ms: 180_000 })
  const stale = actor.document(minute(3) + 1)
  expect(stale).toMatchObject({
    status: 'unknown',
    status_since: '2026-11-22T10:03:00.000Z',
    causes: [],
    data_age_ms: 180_001,
  })
  expect(stale.signals[T]).toMatchObject({
    value: 76,
    quality: 'stale',
    status: 'unknown',
    strict_status: 'alarm',
    advice: null,
  })
  // What holds first in the order of qualities is named.
  expect(stale.signals['bearing_1.temperature']).toMatchObject({ value: null, quality: 'sentinel' })
})

test('a replay is measured on its own clock: its newest frame is never old', () => {
  const actor = machine()
  actor.frame(0)
  expect(actor.document(minute(100_000))).toMatchObject({ status: 'ok', data_age_ms: 0, clock: 'replay' })
})

test('the age is the last key of document and summary, and the answer says until when it may be kept', () => {
  const actor = machine()
  actor.frame(0, {}, 'live')
  const document = actor.document(minute(1))
  const summary = actor.ask<ExhausterSummary>('summary', {}, minute(1))
  expect(Object.keys(document).at(-1)).toBe('data_age_ms')
  expect(Object.keys(summary).at(-1)).toBe('data_age_ms')
  const { signals: _, ...rest } = document
  expect(rest).toEqual(summary)
  const until = changesAt(document)!
  expect(actor.document(until - 1).status).toBe('ok')
  expect(actor.document(until).status).toBe('unknown')
  expect(changesAt(machine().document())).toBeNull()
})

test('a live machine that falls silent becomes unknown once, with a status change, and comes back with the next frame', () => {
  const actor = machine()
  actor.frame(0, {}, 'live', minute(0) + 35_000)
  actor.frame(1, {}, 'live', minute(1) + 35_000)
  expect(actor.timers.get('silence')).toMatchObject({ dueMs: minute(4) })
  actor.fire('silence')
  actor.apply('silence', { moment: minute(1) })
  expect(actor.changes().at(-1)).toMatchObject({
    at: '2026-11-22T10:04:00.000Z',
    previous: 'ok',
    status: 'unknown',
    causes: [],
  })
  expect(actor.changes()).toHaveLength(2)
  actor.frame(9, {}, 'live')
  expect(actor.changes().at(-1)).toMatchObject({ at: '2026-11-22T10:09:00.000Z', previous: 'unknown', status: 'ok' })
  expect(actor.changes()).toHaveLength(3)
  expect(actor.document(minute(9))).toMatchObject({ status: 'ok', status_since: '2026-11-22T10:09:00.000Z' })
})

test('a silence that ended before anybody could look is told all the same, and the frames of a backlog make no flicker', () => {
  const actor = machine()
  const [late, count] = [minute(600), 10]
  for (let n = 0; n < count; n++) actor.frame(n, {}, 'live', late)
  // Each frame of the backlog is old when it comes; the timer waits a minute of the log's time for the next.
  expect(actor.timers.get('silence')!.dueMs).toBe(late + MINUTE)
  actor.frame(30, {}, 'live', late)
  expect(actor.changes().map(({ at, status }) => [at.slice(11, 16), status])).toEqual([
    ['10:00', 'ok'],
    ['10:12', 'unknown'],
    ['10:30', 'ok'],
  ])
  expect(actor.document(minute(30)).status_since).toBe('2026-11-22T10:30:00.000Z')
})

test('a machine that was unknown anyway falls silent without a word', () => {
  const nothing = { moment: START, clock: 'live' as const, values: quietFrame(0).values.map(() => null) }
  const actor = machine()
  actor.apply('frame', nothing)
  actor.fire('silence')
  actor.apply('frame', { ...nothing, moment: minute(60) })
  actor.apply('frame', { ...nothing, moment: minute(120) })
  expect(actor.document(minute(120))).toMatchObject({ status: 'unknown', causes: [] })
  expect(actor.changes()).toEqual([])
})

test('a timer of an older frame says nothing when a newer one has come', () => {
  const actor = machine()
  actor.frame(0, {}, 'live')
  actor.frame(1, {}, 'live')
  actor.apply('silence', { moment: minute(0) })
  expect(actor.changes()).toHaveLength(1)
})

test('a replay arms no timer and its gaps are no silence', () => {
  const actor = machine()
  actor.frame(0)
  actor.frame(600)
  expect(actor.timers.size).toBe(0)
  expect(actor.changes().map(({ status }) => status)).toEqual(['ok'])
})

test('a rotor counts its days from its installation on; the same version twice is one', () => {
  const actor = machine()
  for (let n = 0; n <= 10; n++) actor.frame(n)
  expect(actor.document().rotor).toEqual({ number: null, installed_at: null, days_in_work: 10 / 1440 })
  const rotor = { version: 3, number: 'Р-17', installed_at: new Date(minute(4)).toISOString() }
  actor.apply('rotor', rotor)
  actor.apply('rotor', rotor)
  actor.apply('rotor', { ...rotor, version: 2, number: 'old' })
  expect(actor.document().rotor).toEqual({
    number: 'Р-17',
    installed_at: '2026-11-22T10:04:00.000Z',
    days_in_work: 6 / 1440,
  })
  actor.frame(11)
  expect(actor.document().rotor.days_in_work).toBe(7 / 1440)
})

test('the installation date is never the date at which the work bit changed', () => {
  const actor = machine()
  actor.apply('rotor', { version: 1, number: 'Р-1', installed_at: '2026-11-01T00:00:00Z' })
  for (let n = 0; n < 6; n++) actor.frame(n, { 'work.is_working': n % 2 })
  expect(actor.document().rotor.installed_at).toBe('2026-11-01T00:00:00.000Z')
  expect(actor.document()).toMatchObject({ running: true, running_since: '2026-11-22T10:05:00.000Z' })
})

test('a document of the past has the rotor, the status and the age of its moment', () => {
  const actor = machine()
  actor.apply('rotor', { version: 1, number: 'Р-1', installed_at: '2026-11-01T00:00:00Z' })
  actor.frame(0, { [T]: 76 })
  actor.apply('rotor', { version: 2, number: 'Р-2', installed_at: '2026-11-22T10:00:30Z' })
  actor.frame(60)
  const past = actor.ask<Past>('past')
  const then = (at: number) => documentFromRow('x-171', COLUMNS, actor.rows[0]!.values, actor.rows[0]!.time, at, past)!
  expect(then(minute(1)).rotor.number).toBe('Р-1')
  expect(then(minute(1))).toMatchObject({ status: 'alarm', data_age_ms: MINUTE })
  // In the gap of the recording nothing was known, not even that the alarm went on.
  expect(then(minute(30))).toMatchObject({ status: 'unknown', data_age_ms: 30 * MINUTE })
  // After its newest frame the clock of a replay stands still.
  const last = documentFromRow('x-171', COLUMNS, actor.rows[1]!.values, actor.rows[1]!.time, minute(9999), past)!
  expect(last).toMatchObject({ status: 'ok', data_age_ms: 0 })
})

test('a restart in the middle changes nothing that follows', () => {
  const [whole, broken] = [machine(), machine()]
  const story = (n: number) => ({
    [T]: 60 + (n % 20),
    [V]: n % 7 === 0 ? -3276.8 : 5,
    'work.is_working': Number(n % 40 < 30),
  })
  for (let n = 0; n < 120; n++) {
    whole.frame(n, story(n), 'live')
    broken.frame(n, story(n), 'live')
    if (n % 11 === 0) broken.restart()
  }
  expect(JSON.stringify(broken.document(minute(121)))).toBe(JSON.stringify(whole.document(minute(121))))
  expect(broken.emitted).toEqual(whole.emitted)
  const plain = (rows: typeof whole.rows) => rows.map(({ time, values }) => [time, ...values])
  expect(plain(broken.rows)).toEqual(plain(whole.rows))
})

test('a record that is no frame throws and leaves everything as it was', () => {
  const actor = machine()
  actor.frame(0)
  const before = JSON.stringify(actor.document())
  expect(() => actor.apply('frame', { moment: minute(1), clock: 'live', values: [1, 2] })).toThrow('121')
  expect(() => actor.apply('frame', { clock: 'live', values: quietFrame(0).values })).toThrow()
  expect(() => actor.apply('rotor', { version: 1, number: 'x', installed_at: 'soon' })).toThrow()
  expect(JSON.stringify(actor.document())).toBe(before)
})

test('there is no seventh exhauster', () => {
  const actor = actorAlone(exhauster, 'x-173')
  expect(() => actor.ask('document')).toThrow('x-173')
  expect(() => actor.apply('frame', quietFrame(START))).toThrow('x-173')
})
