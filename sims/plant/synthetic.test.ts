import { expect, test } from 'bun:test'
import { manualClock } from './manual-clock.fixture.ts'
import type { Frame } from './source.ts'
import { syntheticPlant } from './synthetic.ts'
import { momentOf } from './wire.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE
const START = Date.UTC(2026, 10, 22, 16, 0, 0, 123)

const open = () => new AbortController().signal
const moment = (frame: Frame) => momentOf(frame.text as string)!

async function take(frames: AsyncIterable<Frame>, count: number): Promise<Frame[]> {
  const taken: Frame[] = []
  for await (const frame of frames) if (taken.push(frame) === count) break
  return taken
}

test('it says that it is a demonstration with the present time, and one of its seed', () => {
  const source = syntheticPlant({ seed: 7, now: () => START, signal: open() })
  expect({ ...source, frames: null }).toEqual({ id: 'synthetic:7', clock: 'live', demonstration: true, frames: null })
})

test('it lays seven days of minutes first and then sends a frame every two seconds', async () => {
  const clock = manualClock(START)
  const source = syntheticPlant({ seed: 1, now: clock.now, sleep: clock.sleep, signal: open() })
  const moments: number[] = []
  for await (const frame of source.frames(null))
    if (moments.push(moment(frame)) > 0 && moment(frame) > START + 20_000) break
  expect(moments[0]).toBeWithin(START - 7 * DAY, START - 7 * DAY + 40 * MINUTE)
  const history = moments.filter((at) => at <= START)
  expect(history.length).toBeWithin(9500, 10_081)
  for (const at of history) expect((START - at) % MINUTE).toBe(0)
  expect(history.at(-1)).toBe(START)
  expect(moments.slice(history.length).map((at) => at - START)).toEqual([
    2000, 4000, 6000, 8000, 10_000, 12_000, 14_000, 16_000, 18_000, 20_000, 22_000,
  ])
})

test('the present that passes while history is laid is laid too', async () => {
  const clock = manualClock(START)
  const source = syntheticPlant({ seed: 1, historyDays: 0.1, now: clock.now, sleep: clock.sleep, signal: open() })
  const moments: number[] = []
  for await (const frame of source.frames(null)) {
    moments.push(moment(frame))
    if (moments.length === 50) clock.pass(10 * MINUTE)
    if (moments.length === 160) break
  }
  const steps = new Set(moments.slice(1).map((at, i) => at - moments[i]!))
  expect([...steps].sort()).toEqual([2000, MINUTE].sort())
})

test('after a pause of the consumer there is one frame of the present, not those that were missed', async () => {
  const clock = manualClock(START)
  const source = syntheticPlant({ seed: 1, historyDays: 0.01, now: clock.now, sleep: clock.sleep, signal: open() })
  const moments: number[] = []
  for await (const frame of source.frames(null)) {
    moments.push(moment(frame))
    if (moment(frame) === START + 4000) clock.pass(15 * MINUTE)
    if (moment(frame) > START + 16 * MINUTE) break
  }
  const after = moments.slice(moments.indexOf(START + 4000), moments.indexOf(START + 4000) + 4)
  const resumed = START + 4000 + 15 * MINUTE
  expect(after).toEqual([START + 4000, resumed, resumed + 2000, resumed + 4000])
})

test('a consumer that is a little late keeps its rhythm', async () => {
  const clock = manualClock(START)
  const source = syntheticPlant({ seed: 1, historyDays: 0.01, now: clock.now, sleep: clock.sleep, signal: open() })
  const live: number[] = []
  for await (const frame of source.frames(null)) {
    if (moment(frame) > START) live.push(moment(frame) - START)
    clock.pass(moment(frame) > START ? 300 : 0)
    if (live.length === 4) break
  }
  expect(live).toEqual([2000, 4000, 6000, 8000])
})

test('a restart within history goes on where it stopped, with the same frames', async () => {
  const clock = manualClock(START)
  const options = { seed: 5, historyDays: 0.5, now: clock.now, sleep: clock.sleep, signal: open() }
  const whole = await take(syntheticPlant(options).frames(null), 600)
  const later = manualClock(START + 3 * DAY)
  const rest = await take(
    syntheticPlant({ ...options, now: later.now, sleep: later.sleep }).frames(whole[299]!.cursor),
    300,
  )
  expect(rest[0]).toEqual(whole[300]!)
  const common = whole.filter((frame) => moment(frame) <= START).length - 300
  expect(rest.slice(0, common)).toEqual(whole.slice(300, 300 + common))
})

test('a restart after history leaves the pause empty and goes on with the present', async () => {
  const clock = manualClock(START)
  const options = { seed: 5, historyDays: 0.01, now: clock.now, sleep: clock.sleep, signal: open() }
  const first = await take(syntheticPlant(options).frames(null), 30)
  const later = manualClock(START + 2 * DAY)
  const second = await take(
    syntheticPlant({ ...options, now: later.now, sleep: later.sleep }).frames(first.at(-1)!.cursor),
    3,
  )
  expect(second.map((frame) => moment(frame) - START - 2 * DAY)).toEqual([0, 2000, 4000])
})

test('a restart goes on with the same story: what is live does not depend on where it was started', async () => {
  const clock = manualClock(START)
  const options = { seed: 5, historyDays: 0.01, now: clock.now, sleep: clock.sleep, signal: open() }
  const first = await take(syntheticPlant(options).frames(null), 60)
  const again = manualClock(moment(first[39]!))
  const second = await take(
    syntheticPlant({ ...options, now: again.now, sleep: again.sleep }).frames(first[39]!.cursor),
    20,
  )
  expect(second).toEqual(first.slice(40))
})

test('a clock that goes back brings no moment twice', async () => {
  const clock = manualClock(START)
  const source = syntheticPlant({ seed: 1, historyDays: 0.01, now: clock.now, sleep: clock.sleep, signal: open() })
  const moments: number[] = []
  for await (const frame of source.frames(null)) {
    if (moments.push(moment(frame)) === 20) clock.pass(-7000)
    if (moments.length === 30) break
  }
  expect(moments).toEqual(moments.toSorted((a, b) => a - b))
  expect(new Set(moments).size).toBe(30)
})

test('a cursor of something else is refused', async () => {
  const source = syntheticPlant({ seed: 1, now: () => START, signal: open() })
  await expect(take(source.frames('17'), 1)).rejects.toThrow('synthetic plant: "17" is no cursor of this plant')
})

test('nothing is made ahead of the consumer', async () => {
  let asked = 0
  const now = () => (asked++, START)
  const frames = syntheticPlant({ seed: 1, now, signal: open() }).frames(null)[Symbol.asyncIterator]()
  await frames.next()
  const before = asked
  await Promise.resolve()
  expect(asked).toBe(before)
  await frames.return?.()
})

test('an abort ends it while it waits for the next frame', async () => {
  const stop = new AbortController()
  const source = syntheticPlant({ seed: 1, historyDays: 0, periodMs: DAY, now: () => START, signal: stop.signal })
  const frames = source.frames(null)[Symbol.asyncIterator]()
  expect((await frames.next()).done).toBe(false)
  const waiting = frames.next()
  stop.abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
})

test('an abort ends it within history', async () => {
  const stop = new AbortController()
  const source = syntheticPlant({ seed: 1, now: () => START, signal: stop.signal })
  let count = 0
  for await (const _ of source.frames(null)) if (++count === 10) stop.abort()
  expect(count).toBe(10)
})
