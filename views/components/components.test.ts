import { expect, test } from 'bun:test'
import { EXHAUSTER_IDS, type ExhausterId } from '../../actors/exhauster/schema.ts'
import { documentOf, live, night, NIGHT, signal } from '../fixture.ts'
import { gaugeOf } from '../plant/gauge.ts'
import { damperPosition, tally } from '../plant/machine.ts'
import { viewOf } from '../view.ts'
import { attention } from './attention.ts'
import { bar } from './bar.ts'
import { causeBanner } from './cause-banner.ts'
import { matrix } from './matrix.ts'
import { groupChanges } from './notes.ts'
import { spark } from './spark.ts'
import { ageLevel } from './topbar.ts'

const view = viewOf('en', 'UTC', NIGHT)
const rects = (markup: { toString(): string }) =>
  [...markup.toString().matchAll(/<rect class="(\w+)"([^>]*)>/g)].map(([, kind, rest]) => {
    const number = (name: string) => Number(new RegExp(` ${name}="([^"]*)"`).exec(rest!)?.[1] ?? 0)
    return [kind, number('x'), number('width')]
  })

test('a bar shows both bands of a maximum, and the value in proportion', () => {
  const limits = { alarm_min: 0, warning_min: 0, warning_max: 65, alarm_max: 75, source: 'stream' as const }
  const drawn = rects(bar(signal(45, '°C', { limits }), gaugeOf('bearing_1.temperature')))
  expect(drawn).toEqual([
    ['track', 0, 100],
    ['warn', 72.2, 27.8],
    ['crit', 83.3, 16.7],
    ['fill', 0, 50],
  ])
})

test('a bar grows for an alarm limit at its end, and leaves out a setpoint that is not obeyed', () => {
  const limits = { alarm_min: null, warning_min: null, warning_max: 105, alarm_max: 14, source: 'stream' as const }
  const drawn = rects(
    bar(signal(7, 'mm/s', { limits, misconfigured: ['warning_max'] }), gaugeOf('bearing_7.vibration_axial')),
  )
  expect(drawn).toEqual([
    ['track', 0, 100],
    ['crit', 80, 20],
    ['fill', 0, 40],
  ])
})

test('a value off the bar ends at its end, and none is no fill', () => {
  expect(rects(bar(signal(109.8, '%'), gaugeOf('oil.oil_level'))).at(-1)).toEqual(['fill', 0, 100])
  expect(rects(bar(signal(-25, 'mmH2O'), gaugeOf('gas_collector.underpressure_before'))).at(-1)).toEqual(['fill', 0, 0])
  expect(rects(bar(signal(null, '%'), gaugeOf('oil.oil_level')))).toEqual([['track', 0, 100]])
})

test('a gap in a sparkline stays a gap, and a lone point is seen', () => {
  const drawing = spark({ from: 0, to: 1, values: [1, 1, null, 2, null] }, 'ok', {
    warning: 4.5,
    alarm: 7.1,
  }).toString()
  expect(/class="line" d="([^"]+)"/.exec(drawing)?.[1]).toBe('M0 28L50 28M150 24h.01')
})

test('a sparkline without a value is two dashed limits', () => {
  const drawing = spark({ from: 0, to: 1, values: [null, null] }, 'ok', { warning: 4.5, alarm: 7.1 }).toString()
  expect(drawing.match(/<path/g)).toHaveLength(2)
})

test('the same change that comes again is one note with its count, first and last', () => {
  const cause = {
    signal: 'bearing_8.vibration_vertical',
    status: 'alarm' as const,
    value: 7.4,
    limit: 7.1,
    since: null,
  }
  const change = (minute: number, status: 'ok' | 'alarm') => ({
    id: String(minute),
    exhauster: 'f-171' as const,
    at: new Date(NIGHT + minute * 60_000).toISOString(),
    status,
    previous: 'ok' as const,
    causes: status === 'ok' ? [] : [cause],
  })
  const notes = groupChanges([change(9, 'alarm'), change(7, 'ok'), change(3, 'alarm'), change(1, 'alarm')])
  expect(notes).toEqual([
    {
      status: 'alarm',
      signal: cause.signal,
      fromUnknown: false,
      count: 3,
      last: NIGHT + 540_000,
      first: NIGHT + 60_000,
    },
    { status: 'ok', signal: null, fromUnknown: false, count: 1, last: NIGHT + 420_000, first: NIGHT + 420_000 },
  ])
  // What the machine did is not pushed down by what its data did later.
  expect(groupChanges([change(9, 'ok'), change(3, 'alarm')]).map(({ status }) => status)).toEqual(['alarm', 'ok'])
})

test('attention goes from the worst to the least bad, and says nothing of what is normal', () => {
  const named = [
    ...attention(view, night())
      .toString()
      .matchAll(/<b class="name">([^<]+)/g),
  ].map(([, name]) => name)
  expect(named).toEqual(['F-171', 'U-172', 'X-172'])
  const calm = { ...night(), exhausters: new Map([['u-171' as const, live(documentOf('u-171'))]]) }
  const others = attention(view, calm).toString()
  expect([...others.matchAll(/<b class="name">([^<]+)/g)].map(([, name]) => name)).not.toContain('U-171')
})

test('a demonstration that still writes its past is said to do so, and raises nothing', () => {
  const behind = { ...night(), plant: { ...night().plant, moment: view.now - 4 * 86_400_000 } }
  expect(attention(view, behind).toString()).toContain('writing its past week')
  expect(attention(view, behind).toString()).not.toContain('class="name"')
  const plant = { ...behind, plant: { ...behind.plant, demonstration: false } }
  expect(attention(view, plant).toString()).toContain('class="name"')
})

test('machines that fell silent together are one thing to look at', () => {
  const silent = (id: ExhausterId) => {
    const signals = { 'bearing_1.temperature': signal(40, '°C', { quality: 'stale', status: 'unknown' }) }
    return [id, live(documentOf(id, { status: 'unknown', signals }))] as const
  }
  const some = { ...night(), exhausters: new Map([...night().exhausters, silent('u-171'), silent('f-172')]) }
  expect(attention(view, some).toString()).toMatch(/>U-171, F-172</)
  const none = { ...night(), exhausters: new Map(EXHAUSTER_IDS.map(silent)) }
  const words = attention(view, none).toString()
  expect([words.match(/<a\s/g)?.length, words.includes('All exhausters')]).toEqual([1, true])
})

test('the counters count machines, also those of which nothing can be read', () => {
  expect(tally(night())).toEqual({ ok: 3, warning: 1, alarm: 1, unknown: 1 })
  expect(tally({ ...night(), exhausters: new Map() })).toEqual({ ok: 0, warning: 0, alarm: 0, unknown: 6 })
})

test.each([
  [68, true, false, 68],
  [109.8, true, false, 100],
  [null, true, false, 100],
  [null, false, true, 0],
  [null, true, true, null],
  [null, false, false, null],
])('a damper at %p with open %p and closed %p stands at %p', (position, open, closed, expected) => {
  const document = documentOf('u-171')
  document.signals['gate_valve.gas_valve_position'] = signal(position, '%')
  document.signals['gate_valve.gas_valve_open'] = signal(open)
  document.signals['gate_valve.gas_valve_closed'] = signal(closed)
  expect(damperPosition(document)).toBe(expected)
})

test('an alarm that its deadband holds keeps the colour of an alarm, whatever the constants advise', () => {
  const document = documentOf('f-171')
  document.signals['bearing_8.vibration_vertical'] = signal(6.91, 'mm/s', { status: 'alarm', advice: 'warning' })
  const cells = matrix(view, document).toString()
  expect(/<td[^>]*data-status="alarm"[^>]*>/.exec(cells)?.[0]).not.toContain('data-advice')
})

test('advice of the constants is not said of a value in doubt', () => {
  const document = documentOf('f-171')
  document.signals['bearing_3.temperature'] = signal(80, '°C', { quality: 'frozen', advice: 'alarm' })
  expect(matrix(view, document).toString()).not.toContain('data-advice')
})

test('a calm banner says that constants are passed, where the scheme shows it', () => {
  const document = documentOf('x-172')
  for (const [key, one] of Object.entries(document.signals)) document.signals[key] = { ...one, advice: null }
  expect(causeBanner(view, live(document)).toString()).not.toContain('constant')
  document.signals['cooler_oil.temperature_before'] = signal(41, '°C', { advice: 'warning' })
  expect(causeBanner(view, live(document)).toString()).toContain(
    'Past a constant of the plant, without alarm: 1\u00a0signal.',
  )
})

test('data is late after 90 s and lost after 5 min', () => {
  expect([0, 90_000, 90_001, 300_000, 300_001].map(ageLevel)).toEqual(['ok', 'ok', 'late', 'late', 'lost'])
})

test.each([
  [7.42, 7.1, 'over by 0.32\u00a0mm/s'],
  [6.97, 7.1, 'held by its deadband'],
  [-0.4, 0, 'under by 0.40\u00a0mm/s'],
  [0.01, 0, 'held by its deadband'],
])('a cause of %p against the limit %p is %p', (value, limit, words) => {
  const key = 'bearing_8.vibration_vertical'
  const causes = [{ signal: key, status: 'alarm' as const, value, limit, since: null }]
  const banner = causeBanner(view, live(documentOf('f-171', { status: 'alarm', causes })))
  expect(banner.toString()).toContain(`, ${words}.`)
})
