import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { EventRecord } from '../event/schema.ts'
import { actorAlone } from '../exhauster/turns.fixture.ts'
import type { Outgoing } from '../runtime/index.ts'
import { control, type Commanded } from './actor.ts'
import type { CommandBody, DecisionBody, LoopDocument, LoopSettings, TcpCommand } from './schema.ts'

const SECOND = 1000
const START = Date.parse('2026-11-22T10:00:02.500Z')
const FIRST_TICK = Date.parse('2026-11-22T10:00:05Z')
const tick = (n: number) => FIRST_TICK + (n - 1) * 5 * SECOND
const iso = (ms: number) => new Date(ms).toISOString()

const SETTINGS: LoopSettings = {
  interval_s: 5,
  alpha: 0.05,
  test: 'one_sample',
  manipulator: { host: '127.0.0.1', port: 1234, acknowledge: false, timeout_ms: 1000 },
  interlock: null,
  dry_run: false,
}

function loopOf(more: Partial<LoopSettings> = {}) {
  const actor = actorAlone(control, 'test')
  let version = 0
  const configure = (more: Partial<LoopSettings>, at: number) =>
    actor.apply('settings', { version: ++version, settings: { ...SETTINGS, ...more } }, { at })
  configure(more, START)
  const read = (payload: number, at: number, datetime = at) => actor.apply('reading', { datetime, payload }, { at })
  return {
    ...actor,
    configure,
    read,
    /** Readings of this mean, spread by 2 to either side, shortly before the n-th tick. */
    window(n: number, mean: number) {
      for (let i = 0; i < 20; i++) read(mean + (i % 5) - 2, tick(n) - 1000 + i)
    },
    /** The timer's own record. */
    tick: (n: number, lateMs = 0) => actor.apply('decide', tick(n), { at: tick(n) + lateMs }),
    decisions: () =>
      actor.emitted.filter(({ collection }) => collection === 'decisions').map(({ body }) => body as DecisionBody),
    commands: () =>
      actor.emitted
        .filter(({ collection }) => collection === 'outbox')
        .map(({ body }) => body as unknown as Outgoing)
        .map(({ payload, ...rest }) => ({ ...rest, ...(payload as TcpCommand).command })),
    manual: () =>
      actor.emitted.filter(({ collection }) => collection === 'commands').map(({ body }) => body as CommandBody),
    document: () => actor.ask<LoopDocument>('document'),
  }
}

test('decisions stand on whole multiples of the interval, each with a command, also an unchanged one', () => {
  const loop = loopOf()
  expect(loop.timers.get('decision')!.dueMs).toBe(FIRST_TICK)
  for (let n = 1; n <= 4; n++) loop.fire('decision')
  expect(loop.decisions().map(({ at }) => at)).toEqual([1, 2, 3, 4].map((n) => iso(tick(n))))
  expect(loop.commands()).toEqual(
    [1, 2, 3, 4].map((n) => ({
      target: { kind: 'tcp', key: 'test' },
      datetime: iso(tick(n)),
      status: 'down',
      not_after: tick(n + 1),
      report: true,
    })),
  )
})

test('a rejected test toggles the status, whichever way the mean moved', () => {
  const loop = loopOf()
  const means = [10, 10, 50, 50, 20, 20]
  means.forEach((mean, i) => {
    loop.window(i + 1, mean)
    loop.tick(i + 1)
  })
  expect(loop.decisions().map(({ verdict, status }) => [verdict, status])).toEqual([
    ['rejected', 'up'],
    ['kept', 'up'],
    ['rejected', 'down'],
    ['kept', 'down'],
    ['rejected', 'up'],
    ['kept', 'up'],
  ])
})

test('Welch’s test has nothing to hold a first window against', () => {
  const loop = loopOf({ test: 'welch' })
  ;[100, 100, 300].forEach((mean, i) => {
    loop.window(i + 1, mean)
    loop.tick(i + 1)
  })
  expect(loop.decisions().map(({ verdict, status }) => [verdict, status])).toEqual([
    ['first_window', 'down'],
    ['kept', 'down'],
    ['rejected', 'up'],
  ])
  const [first, , last] = loop.decisions()
  expect(first).toMatchObject({ t: null, p: null, df: null, against: null, n: 20 })
  expect(last!.df).toBeGreaterThan(30)
  expect(last!.p).toBeLessThan(1e-9)
})

test('an empty window does not store a mean of 0, so the next one does not flip', () => {
  const loop = loopOf()
  loop.window(1, 100)
  loop.tick(1)
  loop.tick(2)
  loop.window(3, 100)
  loop.tick(3)
  expect(loop.decisions().map(({ verdict, status }) => [verdict, status])).toEqual([
    ['rejected', 'up'],
    ['no_readings', 'up'],
    ['kept', 'up'],
  ])
  expect(loop.decisions()[1]).toMatchObject({ n: 0, mean: null, stddev: null, t: null, p: null })
})

test('one reading does not end the loop, and keeps status and mean', () => {
  const loop = loopOf()
  loop.window(1, 100)
  loop.tick(1)
  loop.read(-7, tick(2) - 1)
  loop.tick(2)
  expect(loop.decisions()[1]).toMatchObject({ n: 1, mean: -7, stddev: null, verdict: 'one_reading', status: 'up' })
  expect(loop.document().mean).toBeCloseTo(100, 9)
})

test('equal readings do not divide by zero, and keep status and mean', () => {
  const loop = loopOf()
  loop.window(1, 100)
  loop.tick(1)
  for (let i = 0; i < 5; i++) loop.read(55.5, tick(2) - 10 + i)
  loop.tick(2)
  expect(loop.decisions()[1]).toMatchObject({ n: 5, mean: 55.5, stddev: 0, verdict: 'no_variance', status: 'up' })
  expect(loop.document().mean).toBeCloseTo(100, 9)
})

test('a reading made before the last decision is counted and not used', () => {
  const loop = loopOf()
  loop.tick(1)
  loop.read(1000, tick(1) + 10, tick(1) - 1)
  loop.read(5, tick(1) + 11, tick(1))
  loop.apply(
    'readings',
    { datetimes: [tick(1) - 9, tick(1) + 1, tick(1) + 2], payloads: [1, 2, 3] },
    { at: tick(1) + 20 },
  )
  loop.tick(2)
  loop.tick(3)
  expect(loop.decisions().map(({ n, outdated, mean }) => [n, outdated, mean])).toEqual([
    [0, 0, null],
    [3, 2, 10 / 3],
    [0, 0, null],
  ])
})

test('a batch is as its readings one by one', () => {
  const [one, other] = [loopOf(), loopOf()]
  const payloads = [3, 1, 4, 1, 5, 9, 2, 6]
  payloads.forEach((payload) => one.read(payload, START + 100))
  other.apply('readings', { datetimes: payloads.map(() => START + 100), payloads }, { at: START + 100 })
  one.tick(1)
  other.tick(1)
  expect(other.decisions()).toEqual(one.decisions())
})

test('what the log takes after a tick is in the next window, however late the timer comes', () => {
  const loop = loopOf()
  loop.window(1, 10)
  loop.read(999, tick(1) + 3)
  expect(loop.decisions()).toHaveLength(1)
  expect(loop.decisions()[0]).toMatchObject({ at: iso(tick(1)), n: 20, mean: 10, late_ms: 3 })
  loop.tick(1, 40)
  expect(loop.decisions()).toHaveLength(1)
  expect(loop.document().window).toMatchObject({ n: 1, mean: 999 })
})

test('after an hour of standing still the window before is decided once, too late to be sent, and then it goes on', () => {
  const loop = loopOf()
  loop.window(1, 10)
  loop.tick(1, 3_600_000)
  expect(loop.decisions()).toHaveLength(1)
  expect(loop.commands()[0]!.not_after).toBe(tick(2))
  expect(loop.timers.get('decision')!.dueMs).toBe(tick(1) + 3_605_000)
})

test('a dry run decides and records, and sends nothing', () => {
  const loop = loopOf({ dry_run: true })
  loop.window(1, 10)
  loop.tick(1)
  expect(loop.decisions()).toMatchObject([{ status: 'up', changed: true, dry_run: true }])
  expect(loop.commands()).toEqual([])
  expect(loop.rows.map(({ values }) => values[0])).toEqual([0, 1])
})

test('the history has a row where the loop begins and where the status changes, and nowhere else', () => {
  const loop = loopOf()
  ;[10, 10, 50, 50].forEach((mean, i) => {
    loop.window(i + 1, mean)
    loop.tick(i + 1)
  })
  expect(loop.rows.map(({ time, values }) => [time, values[0]])).toEqual([
    [START, 0],
    [tick(1), 1],
    [tick(3), 0],
  ])
})

test('a change of status is an event that people see and relays carry', () => {
  const loop = loopOf()
  ;[10, 10, 50].forEach((mean, i) => {
    loop.window(i + 1, mean)
    loop.tick(i + 1)
  })
  const events = loop.sent.map(({ key, value }) => ({ key, ...(JSON.parse(value) as EventRecord).event }))
  expect(events).toMatchObject([
    { key: 'event/#0', type: 'control.status.changed', source: 'windbox/control/test', time: iso(tick(1)) },
    { subject: 'test', time: iso(tick(3)), data: { status: 'down', cause: 'test' } },
  ])
  expect(new Set(events.map(({ id }) => id)).size).toBe(2)
})

test('changes of status in one millisecond are events each of its own', () => {
  const loop = loopOf()
  const by = { id: 1, email: 'a@b' }
  loop.window(1, 10)
  for (const status of ['down', 'up', 'down']) {
    loop.apply('command', { status, reason: 'test run', by }, { at: tick(1) })
  }
  const events = loop.sent.map(({ value }) => (JSON.parse(value) as EventRecord).event)
  expect(events.map(({ data }) => (data as { status: string }).status)).toEqual(['up', 'down', 'up', 'down'])
  expect(new Set(events.map(({ id }) => id)).size).toBe(4)
})

test('a person’s command moves the manipulator at once; the next rejection toggles from there', () => {
  const loop = loopOf()
  loop.apply('command', { status: 'up', reason: 'test run', by: { id: 1, email: 'a@b' } }, { at: START + 7, id: 'c1' })
  expect(loop.manual()).toMatchObject([{ status: 'up', reason: 'test run', by: 'a@b', cause: 'person', refused: null }])
  expect(loop.commands()).toMatchObject([{ datetime: iso(START + 7), status: 'up', not_after: START + 5007 }])
  expect(loop.ask<Commanded>('commanded', { id: 'c1' })).toMatchObject({ refused: null, loop: { status: 'up' } })
  loop.window(1, 10)
  loop.tick(1)
  expect(loop.document()).toMatchObject({ status: 'down', status_since: iso(tick(1)) })
})

test('an engaged interlock moves to the safe position, holds it against tests and people, and lets go without a jump', () => {
  const loop = loopOf({ test: 'one_sample' })
  loop.window(1, 10)
  loop.tick(1)
  expect(loop.document().status).toBe('up')
  const interlock = { status: 'down', engaged: true, silence_s: null } as const
  loop.configure({ interlock }, tick(1) + 100)
  expect(loop.document()).toMatchObject({ status: 'down', held: true })
  expect(loop.manual()).toMatchObject([{ status: 'down', cause: 'interlock' }])
  loop.window(2, 90)
  loop.tick(2)
  expect(loop.decisions()[1]).toMatchObject({ verdict: 'rejected', status: 'down', held: true, changed: false })
  loop.apply('command', { status: 'up', reason: '', by: { id: 1, email: null } }, { at: tick(2) + 1, id: 'c2' })
  expect(loop.manual()[1]!.refused).toContain('interlock')
  expect(loop.ask<Commanded>('commanded', { id: 'c2' }).refused).toContain('interlock')
  expect(loop.document().status).toBe('down')
  loop.configure({ interlock: { ...interlock, engaged: false } }, tick(2) + 100)
  expect(loop.document()).toMatchObject({ status: 'down', held: false })
  loop.window(3, 10)
  loop.tick(3)
  expect(loop.document().status).toBe('up')
})

test('silence engages the interlock, a reading that counts lets it go', () => {
  const loop = loopOf({ interlock: { status: 'down', engaged: false, silence_s: 7 } })
  loop.window(1, 10)
  loop.tick(1)
  loop.tick(2)
  expect(loop.document()).toMatchObject({ status: 'up', held: false })
  loop.read(1, tick(2) + 1, tick(1))
  loop.tick(3)
  expect(loop.document()).toMatchObject({ status: 'down', held: true })
  loop.window(4, 10)
  loop.tick(4)
  expect(loop.document()).toMatchObject({ status: 'down', held: false })
})

test('settings of an older version change nothing, and another interval counts from its own multiples', () => {
  const loop = loopOf()
  loop.apply('settings', { version: 1, settings: { ...SETTINGS, interval_s: 60 } }, { at: START + 1 })
  expect(loop.document().interval_s).toBe(5)
  loop.configure({ interval_s: 60 }, START + 2)
  expect(loop.document()).toMatchObject({ interval_s: 60, version: 2, next_decision_at: '2026-11-22T10:01:00.000Z' })
})

test('what became of a command stands in the loop’s document', () => {
  const loop = loopOf()
  const outcome = { id: '0-1-1', status: 'expired', attempts: 3, at: START, error: 'refused', answer: null }
  loop.apply('delivery', outcome, { at: START + 1 })
  expect(loop.document().last_delivery).toEqual({ status: 'expired', at: iso(START), error: 'refused' })
})

test('a loop that ends and begins again from its snapshot at any record decides the same', () => {
  const reading = fc.record({
    after: fc.integer({ min: 0, max: 2500 }),
    age: fc.integer({ min: -50, max: 6000 }),
    payload: fc.integer({ min: -20, max: 20 }),
  })
  fc.assert(
    fc.property(
      fc.array(reading, { maxLength: 60 }),
      fc.array(fc.boolean(), { maxLength: 60 }),
      (readings, restarts) => {
        const [whole, broken] = [loopOf(), loopOf()]
        let at = START
        readings.forEach(({ after, age, payload }, i) => {
          at += after
          whole.read(payload, at, at - age)
          broken.read(payload, at, at - age)
          if (restarts[i]) broken.restart()
        })
        expect(broken.emitted).toEqual(whole.emitted)
        expect(broken.rows).toEqual(whole.rows)
      },
    ),
    { numRuns: 50 },
  )
})

test('every reading is in one window or outdated, and the state does not grow with them', () => {
  const loop = loopOf()
  let at = START
  for (let i = 0; i < 24_000; i++) loop.read((i * 7) % 101, (at += i % 2), at - (i % 13 === 0 ? 6000 : 0))
  loop.tick(9)
  const counted = loop.decisions().reduce((sum, { n, outdated }) => sum + n + outdated, 0)
  expect(counted).toBe(24_000)
  expect(loop.snapshotLength()).toBeLessThan(2000)
})

test('a command is superseded by the next, by a dry run and by another manipulator, and by nothing else', () => {
  const loop = loopOf()
  const isSuperseded = (id: string) => loop.ask<boolean>('superseded', { id })
  /** Id of an output of the next record. */
  const next = (output: number) => `0-${loop.lastOffset() + 1}-${output}`
  const manual = (status: string, at: number) =>
    loop.apply('command', { status, reason: 'test', by: { id: 1, email: 'a@example.com' } }, { at })

  const first = next(1)
  manual('up', START + 1)
  loop.restart()
  expect(isSuperseded(first)).toBe(false)
  loop.configure({ alpha: 0.01, interlock: { status: 'up', engaged: false, silence_s: null } }, START + 2)
  expect(isSuperseded(first)).toBe(false)

  const second = next(1)
  loop.configure({ interlock: { status: 'down', engaged: true, silence_s: null } }, START + 3)
  expect([first, second].map(isSuperseded)).toEqual([true, false])
  loop.configure({ dry_run: true }, START + 4)
  expect(isSuperseded(second)).toBe(true)

  loop.configure({}, START + 5)
  const third = next(1)
  manual('up', START + 6)
  expect(isSuperseded(third)).toBe(false)
  loop.configure({ manipulator: { ...SETTINGS.manipulator!, port: 4321 } }, START + 7)
  expect(isSuperseded(third)).toBe(true)
})
