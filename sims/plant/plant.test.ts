import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { grids, stepOf, valueOf } from './grid.ts'
import { learn } from './learn.ts'
import { plant } from './plant.ts'
import { points } from './points.ts'
import { frameTexts } from './recording.ts'
import { dayOf, keyOf, OPENING, SEED, texts, valueIn, type Values, week } from './shown-week.fixture.ts'
import { type Figures, statistics } from './statistics.ts'
import { DAY, tell } from './story.ts'
import { KEY_START } from './wire.ts'

const STREAM = fileURLToPath(new URL('../../../shared/data/exhausters/stream.jsonl.gz', import.meta.url))
const TABLE = fileURLToPath(new URL('./statistics.json', import.meta.url))
const recorded = existsSync(STREAM)

const MINUTE = 60_000
const WORK_BITS = ['2.0', '2.1', '0.0', '0.1', '3.0', '3.1']
const frames = week.filter((frame) => frame !== null)

async function lastRecorded(): Promise<Values> {
  let last: string | Uint8Array = ''
  for await (const text of frameTexts(STREAM)) last = text
  return JSON.parse(String(last))
}

test('a frame has a moment with six digits and the 765 signals', () => {
  const [first] = frames
  expect(Object.keys(first!)).toHaveLength(766)
  expect(String(first!['moment'])).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/)
  for (const [name, value] of Object.entries(first!)) {
    if (name === 'moment') continue
    expect(name).toMatch(/^SM_Exgauster\\\[\d[:.]\d{1,3}\]$/)
    expect(Number.isFinite(value)).toBe(true)
  }
})

test.skipIf(!recorded)('it has exactly the keys of the real stream, in its order', async () => {
  expect(Object.keys(frames[0]!)).toEqual(Object.keys(await lastRecorded()))
})

test.skipIf(!recorded)('setpoints and dead sensors are those of the real stream', async () => {
  const last = await lastRecorded()
  const [first] = frames
  const still = Object.keys(last).filter((name) => name !== 'moment' && !points.has(name.slice(KEY_START.length, -1)))
  expect(still.length).toBeGreaterThan(500)
  for (const name of still) expect([name, first![name]!]).toEqual([name, last[name]!])
})

test.skipIf(!recorded)('the table of figures is what the real stream teaches', async () => {
  expect(await learn(STREAM)).toBe(await Bun.file(TABLE).text())
})

test('the signals of exhausters 1 and 2 that never come do not come', () => {
  for (const code of ['4:2', '4:4', '4:5', '4:6', '4:9', '4:11', '4:12', '4:13'])
    expect(keyOf(code) in frames[0]!).toBe(false)
})

test('values are on the grid of their converter, to the last digit', () => {
  for (const [code, figures] of statistics) {
    if (typeof figures === 'number') continue
    const grid = grids[figures[0]]
    for (const frame of frames.slice(0, 50)) {
      const value = valueIn(frame, code)
      if (!(Math.abs(value) < 3270)) continue
      expect(value).toBe(grid === undefined ? Math.fround(value) : valueOf(grid, stepOf(grid, value)))
    }
  }
})

test('the same seed, opening and moment give the same frame in any order', () => {
  const [one, other] = [plant(SEED, OPENING), plant(SEED, OPENING)]
  const moments = Array.from({ length: 300 }, (_, i) => OPENING - 7 * DAY + i * 41 * MINUTE + i)
  const forwards = moments.map((moment) => one(moment))
  const backwards = moments.toReversed().map((moment) => other(moment))
  expect(forwards).toEqual(backwards.toReversed())
  expect(plant(SEED + 1, OPENING)(moments[0]!)).not.toBe(forwards[0]!)
})

test('levels, deviations and flicker at work are those of the figures', () => {
  const faulty = new Set(tell(SEED, OPENING).faults.map(({ code }) => code))
  /** At work for more than four hours, with the other exhauster and the strand. */
  const settled = [0, 1, 2].map((machine) => {
    const bits = [WORK_BITS[machine * 2]!, WORK_BITS[machine * 2 + 1]!, `${6 + machine}.0`]
    let since = 0
    return week.map((frame) => {
      if (frame !== null) since = bits.every((bit) => valueIn(frame, bit) !== 0) ? since + 1 : 0
      return frame !== null && since > 240
    })
  })
  const wrong: string[] = []
  for (const [code, figures] of statistics) {
    if (typeof figures === 'number' || faulty.has(code)) continue
    const [gridIndex, mean, deviation, flicker, low, high] = figures as Figures
    const still = settled[points.get(code)!.machine]!
    const values = week.map((frame, i) => {
      const value = frame === null || !still[i] ? NaN : valueIn(frame, code)
      return Math.abs(value) < 3270 ? value : null
    })
    const known = values.filter((value) => value !== null)
    const changes = values.flatMap((value, i) =>
      value === null || values[i + 1] == null ? [] : [values[i + 1]! - value],
    )
    const average = known.reduce((sum, value) => sum + value, 0) / known.length
    const spread = Math.sqrt(known.reduce((sum, value) => sum + (value - average) ** 2, 0) / known.length)
    const quick = Math.sqrt(changes.reduce((sum, change) => sum + change ** 2, 0) / changes.length / 2)
    const grid = grids[gridIndex]
    const step = grid === undefined ? 0 : grid.span / grid.steps
    const reach = 4 * flicker + step
    if (
      Math.abs(average - mean) > 0.75 * deviation + step / 2 ||
      spread > 1.4 * deviation + step / 2 ||
      spread < 0.5 * deviation ||
      quick > 1.5 * flicker + 0.06 * deviation + step / 2 ||
      quick < 0.7 * flicker - step / 2 ||
      Math.min(...known) < Math.min(low, mean - deviation / 2) - reach ||
      Math.max(...known) > Math.max(high, mean + deviation / 2) + reach
    ) {
      wrong.push(`${code}: ${average}±${spread} flicker ${quick}, not ${figures}`)
    }
  }
  expect(wrong).toEqual([])
})

test('load goes through the machine: deeper underpressure and more current for both exhausters', () => {
  const working = frames.filter((frame) => dayOf(frame) < 4 && valueIn(frame, '7.0') === 1)
  const correlation = (a: string, b: string) => {
    const pairs = working
      .map((frame) => [valueIn(frame, a), valueIn(frame, b)] as const)
      .filter((pair) => pair.every(Number.isFinite))
    const mean = (nth: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[nth], 0) / pairs.length
    const [x, y] = [mean(0), mean(1)]
    const sum = (of: (pair: readonly [number, number]) => number) => pairs.reduce((total, pair) => total + of(pair), 0)
    return sum(([a, b]) => (a - x) * (b - y)) / Math.sqrt(sum(([a]) => (a - x) ** 2) * sum(([, b]) => (b - y) ** 2))
  }
  expect(correlation('0:61', '7:0')).toBeGreaterThan(0.4)
  expect(correlation('0:61', '0:62')).toBeGreaterThan(0.4)
  expect(correlation('0:24', '0:25')).toBeGreaterThan(0.3)
  expect(correlation('1:3', '1:10')).toBeGreaterThan(0.2)
  expect(Math.abs(correlation('0:61', '2:61'))).toBeLessThan(0.4)
})

test('some frame lacks the keys behind the third block, some other one key', () => {
  const all = texts(SEED, 7, 7 + 12_000 / 43_200, 2000).map((text) => text!.split('":').length - 1)
  const sizes = new Map<number, number>()
  for (const size of all) sizes.set(size, (sizes.get(size) ?? 0) + 1)
  expect([...sizes.keys()].sort()).toEqual([712, 765, 766])
  expect(sizes.get(766)! / all.length).toBeGreaterThan(0.99)
})
