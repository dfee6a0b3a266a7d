import { expect, test } from 'bun:test'
import { NIGHT } from '../fixture.ts'
import { viewOf } from '../view.ts'
import { band } from './band.ts'
import { plot, type Plot } from './plot.ts'
import { timeTicks, valueTicks } from './ticks.ts'

const view = viewOf('en', 'UTC', NIGHT)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const draw = (points: readonly (readonly [number, number])[], more: Partial<Plot> = {}) =>
  plot(view, {
    label: 'x',
    from: NIGHT - 5 * MINUTE,
    to: NIGHT,
    gapMs: 3000,
    lines: [{ name: 'x', points }],
    ...more,
  }).toString()
const lineOf = (markup: string) => /class="line s1"\s+d="([^"]*)"/.exec(markup)?.[1]
const words = (markup: string) => [...markup.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text)

test('what lies further apart than a gap is not joined, and a lone point between two gaps is drawn', () => {
  const at = (second: number) => NIGHT - 5 * MINUTE + second * 1000
  const markup = draw([
    [at(0), 1],
    [at(2), 2],
    [at(60), 2],
    [at(120), 1],
    [at(122), 1],
  ])
  const runs = lineOf(markup)!.split('M').slice(1)
  expect(runs.map((run) => run.includes('L'))).toEqual([true, true])
  expect(/class="line dot s1" d="([^"]*)"/.exec(markup)?.[1]).toMatch(/^M[\d.]+ [\d.]+h\.01$/)
})

test('a chart of nothing, of one value and of one value many times has an axis and no hole', () => {
  const flat = [NIGHT - MINUTE, NIGHT - MINUTE + 1000].map((at) => [at, 7] as const)
  for (const points of [[], flat.slice(0, 1), flat, [[NIGHT - 1000, 0] as const]]) {
    const markup = draw(points)
    expect(markup).not.toMatch(/NaN|Infinity|undefined/)
    expect(markup).toContain('class="axis"')
  }
})

test('an area begins at zero whatever the values are', () => {
  const points = [900, 950, 910].map((rate, index) => [NIGHT - (3 - index) * 1000, rate] as const)
  expect(words(draw(points, { area: true }))).toContain('0')
  expect(words(draw(points))).not.toContain('0')
})

test('values of an axis are round, hold the range, and are written as the language does', () => {
  const of = (low: number, high: number) => valueTicks(low, high, view.format.number).ticks.map(({ words }) => words)
  expect(of(-0.55, 9.8)).toEqual(['\u22125', '0', '5', '10'])
  expect(of(0, 4618)).toEqual(['0', '2,000', '4,000', '6,000'])
  expect(of(50.02, 50.31)).toEqual(['50.0', '50.1', '50.2', '50.3', '50.4'])
  expect(of(0, 1e-5).every((one, index, all) => all.indexOf(one) === index)).toBe(true)
})

test('times of an axis are round: minutes of a short one, the days of the plant of a long one', () => {
  const of = (spanMs: number, zone = 'UTC') =>
    timeTicks(viewOf('en', zone, NIGHT), NIGHT - spanMs, NIGHT).map(({ words }) => words)
  expect(of(5 * MINUTE)).toEqual(['03:10', '03:11', '03:12', '03:13', '03:14'])
  expect(of(24 * HOUR)).toEqual(['04:00', '08:00', '12:00', '16:00', '20:00', '00:00'])
  expect(of(7 * 24 * HOUR)).toEqual(['16 Nov', '17 Nov', '18 Nov', '19 Nov', '20 Nov', '21 Nov', '22 Nov'])
  for (const zone of ['Asia/Novokuznetsk', 'America/New_York']) {
    const ticks = timeTicks(viewOf('en', zone, NIGHT), NIGHT - 7 * 24 * HOUR, NIGHT)
    expect(ticks.map(({ at }) => viewOf('en', zone, NIGHT).format.clock(at))).toEqual(ticks.map(() => '00:00:00'))
  }
})

test('runs lie where their times are: up above, down below, nothing over both', () => {
  const markup = band(
    [
      { from: 0, to: 250, status: null },
      { from: 250, to: 500, status: 'up' },
      { from: 500, to: 1000, status: 'down' },
    ],
    0,
    1000,
    'label',
  ).toString()
  const rects = [...markup.matchAll(/<rect\s+class="(\w+)"\s+x="([\d.]+)"(?:\s+y="(\d+)")?\s+width="([\d.]+)"/g)]
  expect(rects.map(([, status, x, y, width]) => [status, x, y, width])).toEqual([
    ['none', '0', undefined, '250'],
    ['up', '250', '0', '250'],
    ['down', '500', '24', '500'],
  ])
})
