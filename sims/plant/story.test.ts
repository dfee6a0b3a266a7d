import { expect, test } from 'bun:test'
import { plant } from './plant.ts'
import { points, temperatureCode, vibrationCode } from './points.ts'
import { dayOf, minutes, OPENING, SEED, texts, valueIn, type Values, week } from './shown-week.fixture.ts'
import { type Figures, statistics } from './statistics.ts'
import { DAY, tell } from './story.ts'
import { momentOf } from './wire.ts'

const MINUTE = 60_000
/** In the order of the plant. */
const [U171, U172, F171, F172, X171, X172] = [0, 1, 2, 3, 4, 5] as const
const WORK_BITS = ['2.0', '2.1', '0.0', '0.1', '3.0', '3.1']
const WORN = vibrationCode(F171, 8, 'vertical')
const HEATED = temperatureCode(U172, 2)

const frames = week.filter((frame) => frame !== null)
const on = (day: number) => frames.find((frame) => dayOf(frame) >= day)!

test('bearing 8 of F-171 wears in the week from normal over 4.5 to the edge of 7.1 and passes it now and then', () => {
  for (const seed of [1, 2, 3, 42]) {
    const shown = texts(seed, 0, 7, 4 * MINUTE).flatMap((text) => {
      if (text === null) return []
      const value = new RegExp(`"SM_Exgauster[^"]*\\[${WORN}\\]":([-\\d.]+)`).exec(text)?.[1]
      return value === undefined ? [] : [{ day: 7 + (momentOf(text)! - OPENING) / DAY, value: Number(value) }]
    })
    const first = (limit: number) => shown.find(({ value }) => value > limit)!.day
    expect(first(2.9)).toBeGreaterThan(1.5)
    expect(first(4.5)).toBeWithin(3.4, 4.6)
    expect(first(7.1)).toBeWithin(6, 6.95)
    const last = shown.filter(({ day }) => day > 6.5)
    expect(last.filter(({ value }) => value > 7.1).length / last.length).toBeWithin(0.02, 0.4)
  }
})

test('bearing 2 of U-172 goes over 65 °C within an hour on the sixth day and stays below the alarm at 75', () => {
  const since = frames.findIndex((frame) => valueIn(frame, HEATED) > 65)
  expect(dayOf(frames[since]!)).toBeWithin(5.39, 5.5)
  const later = frames.slice(since + 60).map((frame) => valueIn(frame, HEATED))
  expect(Math.min(...later)).toBeGreaterThan(65)
  expect(Math.max(...later)).toBeLessThan(75)
})

test('no other bearing passes a limit', () => {
  const guilty = new Set([WORN, vibrationCode(F171, 7, 'vertical'), HEATED])
  const crossed = new Set<string>()
  for (const { code, role } of points.values()) {
    if (guilty.has(code) || (role !== 'bearing' && role !== 'vibration')) continue
    const limit = role === 'bearing' ? 65 : 4.5
    if (frames.some((frame) => valueIn(frame, code) > limit && valueIn(frame, code) < 3270)) crossed.add(code)
  }
  expect([...crossed]).toEqual([])
})

test('at the opening X-171 stands, X-172 has lost a sensor, a thermometer of F-171 is frozen, the others work', () => {
  const opening = JSON.parse(plant(SEED, OPENING)(OPENING)!) as Values
  expect(WORK_BITS.map((bit) => valueIn(opening, bit))).toEqual([1, 1, 1, 1, 0, 1])
  expect(valueIn(opening, temperatureCode(X172, 1))).toBe(-3276.800048828125)
  const frozen = frames.slice(-300).map((frame) => valueIn(frame, temperatureCode(F171, 5)))
  expect(new Set(frozen.filter(Number.isFinite)).size).toBe(1)
  expect(valueIn(opening, temperatureCode(F172, 1))).toBeWithin(45, 56)
})

test('a machine that stops loses its current at once and its warmth over hours, and warms up again when it starts', () => {
  const shown = minutes(5.8, 8.8).filter((frame) => frame !== null)
  const stopped = shown.findIndex((frame) => valueIn(frame, WORK_BITS[X171]!) === 0)
  const started = shown.findIndex((frame, i) => i > stopped && valueIn(frame, WORK_BITS[X171]!) === 1)
  expect(dayOf(shown[stopped]!)).toBeWithin(5.88, 5.92)
  expect(dayOf(shown[started]!)).toBeWithin(8.28, 8.32)
  const warm = temperatureCode(X171, 2)
  const at = (index: number, code: string) => valueIn(shown[index]!, code)
  expect(at(stopped + 2, '5:3')).toBeLessThan(20)
  expect(at(stopped + 2, warm)).toBeGreaterThan(40)
  expect(at(stopped + 600, warm)).toBeWithin(7, 19)
  expect(at(started + 2, '5:3')).toBeGreaterThan(1500)
  expect(at(started + 2, warm)).toBeLessThan(20)
  expect(at(started + 600, warm)).toBeGreaterThan(45)
  expect(at(stopped + 600, '8:0')).toBeLessThan(0.5 * at(stopped - 10, '8:0'))
})

test('the vibration of a standing machine is small noise that also goes below 0', () => {
  const standing = frames
    .filter((frame) => dayOf(frame) > 6 && valueIn(frame, WORK_BITS[X171]!) === 0)
    .flatMap((frame) =>
      points
        .values()
        .toArray()
        .filter(({ role, exhauster }) => role === 'vibration' && exhauster === X171)
        .map(({ code }) => valueIn(frame, code)),
    )
    .filter(Number.isFinite)
  expect(Math.max(...standing)).toBeLessThan(0.2)
  expect(Math.min(...standing)).toBeWithin(-0.05, -0.001)
  expect(standing.filter((value) => value < 0).length / standing.length).toBeLessThan(0.03)
})

test('a sensor that is broken sends the end of its scale for hours, then measures again', () => {
  const code = temperatureCode(U171, 9)
  const broken = frames.filter((frame) => valueIn(frame, code) === 3276.69970703125)
  expect(dayOf(broken[0]!)).toBeWithin(3.08, 3.13)
  expect(dayOf(broken.at(-1)!) - dayOf(broken[0]!)).toBeWithin(0.19, 0.23)
  expect(valueIn(on(3.5), code)).toBeWithin(25, 60)
})

test('the collector falls silent for minutes several times a week, never around the opening', () => {
  const lengths: number[] = []
  let silent = 0
  for (const frame of week) {
    if (frame === null) silent++
    else if (silent > 0) {
      lengths.push(silent)
      silent = 0
    }
  }
  expect(lengths.length).toBeWithin(4, 19)
  expect(Math.min(...lengths)).toBeGreaterThan(1)
  expect(Math.max(...lengths)).toBeLessThan(35)
  expect(minutes(6.8, 8).every((frame) => frame !== null)).toBe(true)
})

test('the strand of each machine stops now and then, and the gas cools', () => {
  for (const machine of [0, 1, 2]) {
    const stopped = frames.filter((frame) => valueIn(frame, `${6 + machine}.0`) === 0)
    expect(stopped.length).toBeWithin(15, 400)
    expect(Math.min(...stopped.map((frame) => valueIn(frame, `${6 + machine}:2`)))).toBeLessThan(0.01)
    const [, mean] = statistics.find(([code]) => code === `${6 + machine}:1`)![1] as Figures
    expect(Math.min(...stopped.map((frame) => valueIn(frame, `${6 + machine}:1`)))).toBeLessThan(0.85 * mean)
  }
})

test('after three weeks everything begins anew, repaired', () => {
  const story = tell(SEED, OPENING)
  const excess = story.faults.find(({ code }) => code === WORN)!.excess
  expect(excess(story.at(OPENING))).toBeGreaterThan(4)
  expect(excess(story.at(OPENING + 4 * DAY))).toBe(0)
  expect(story.at(OPENING + 21 * DAY)).toBe(story.at(OPENING))
  expect(story.at(OPENING - 30 * DAY)).toBeWithin(0, 21 * DAY)
  for (const stops of story.stands)
    for (const [from, to] of stops) expect(from > 0 && from < to && to < 21 * DAY).toBe(true)
})
