import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { manualClock } from './manual-clock.fixture.ts'
import { replay } from './replay.ts'
import { writeMoment } from './wire.ts'

const MINUTE = 60_000
const START = Date.UTC(2023, 1, 18, 16)
const DAY_LONG = Array.from({ length: 1440 }, (_, i) => `{"moment":"${writeMoment(START + i * MINUTE)}","n":${i}}`)

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'windbox-replay-'))))
afterAll(() => rm(folder, { recursive: true }))

async function recorded(name: string, frames: readonly string[]): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, gzipSync(frames.join('\n')))
  return file
}
const open = () => new AbortController().signal

test('its clock is that of the recording, and no demonstration', async () => {
  const source = replay({ file: await recorded('a.gz', DAY_LONG), speed: 'max', signal: open() })
  expect(source.clock).toBe('replay')
  expect(source.demonstration).toBeUndefined()
})

test('the same content has the same id under another name, other content has another', async () => {
  const id = async (name: string, frames: readonly string[]) =>
    replay({ file: await recorded(name, frames), speed: 'max', signal: open() }).id
  const first = await id('a.gz', DAY_LONG)
  expect(first).toMatch(/^replay:[0-9a-f]{32}$/)
  expect(await id('b.gz', DAY_LONG)).toBe(first)
  expect(await id('c.gz', DAY_LONG.slice(0, -1))).not.toBe(first)
})

test('at max speed all frames come without waiting, with their place as cursor, and then it ends', async () => {
  const clock = manualClock(0)
  const source = replay({ file: await recorded('a.gz', DAY_LONG), speed: 'max', signal: open(), ...clock })
  const frames = await Array.fromAsync(source.frames(null))
  expect(frames.map(({ text }) => text)).toEqual(DAY_LONG)
  expect(frames.map(({ cursor }) => cursor)).toEqual(DAY_LONG.map((_, i) => String(i)))
  expect(clock.now()).toBe(0)
})

test('it goes on after a cursor, also after the last frame', async () => {
  const source = replay({ file: await recorded('a.gz', DAY_LONG), speed: 'max', signal: open() })
  const rest = await Array.fromAsync(source.frames('1399'))
  expect(rest.map(({ text }) => text)).toEqual(DAY_LONG.slice(1400))
  expect(rest[0]!.cursor).toBe('1400')
  expect(await Array.fromAsync(source.frames('1439'))).toEqual([])
})

test('bad lines keep their place', async () => {
  const file = await recorded('bad.gz', [DAY_LONG[0]!, 'broken', '{"moment":', DAY_LONG[1]!])
  const frames = await Array.fromAsync(replay({ file, speed: 'max', signal: open() }).frames(null))
  expect(frames.map(({ cursor, text }) => [cursor, text])).toEqual([
    ['0', DAY_LONG[0]!],
    ['1', 'broken'],
    ['2', '{"moment":'],
    ['3', DAY_LONG[1]!],
  ])
})

test('at speed 60 a minute of the recording is a second', async () => {
  const clock = manualClock(0)
  const file = await recorded('a.gz', DAY_LONG.slice(0, 11))
  const at: number[] = []
  for await (const _ of replay({ file, speed: 60, signal: open(), ...clock }).frames(null)) at.push(clock.now())
  expect(at).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000])
})

test('at a speed that no timer keeps the whole takes its time all the same', async () => {
  const clock = manualClock(0)
  const file = await recorded('a.gz', DAY_LONG)
  const source = replay({ file, speed: 600_000, signal: open(), ...clock })
  expect(await Array.fromAsync(source.frames(null))).toHaveLength(1440)
  expect(clock.now()).toBeWithin(143, 144.5)
  expect(Math.min(...clock.slept)).toBeGreaterThanOrEqual(1)
})

test('a gap between recordings is one period long', async () => {
  const clock = manualClock(0)
  const file = await recorded('gap.gz', [...DAY_LONG.slice(0, 5), ...DAY_LONG.slice(500, 503)])
  const at: number[] = []
  for await (const _ of replay({ file, speed: 1, signal: open(), ...clock }).frames(null)) at.push(clock.now() / MINUTE)
  expect(at).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

test('after a restart the next frame comes at once and the rhythm goes on', async () => {
  const clock = manualClock(0)
  const source = replay({ file: await recorded('a.gz', DAY_LONG), speed: 60, signal: open(), ...clock })
  const at: number[] = []
  for await (const _ of source.frames('699')) if (at.push(clock.now()) === 4) break
  expect(at).toEqual([0, 1000, 2000, 3000])
})

test('a slow consumer is waited for and then not flooded with what it missed', async () => {
  const clock = manualClock(0)
  const source = replay({ file: await recorded('a.gz', DAY_LONG), speed: 60, signal: open(), ...clock })
  const at: number[] = []
  for await (const _ of source.frames(null)) {
    at.push(clock.now())
    if (at.length === 3) clock.pass(30_000)
    if (at.length === 8) break
  }
  expect(at).toEqual([0, 1000, 2000, 32_000, 32_000, 33_000, 34_000, 35_000])
})

test('an abort ends it while it waits for the next frame', async () => {
  const stop = new AbortController()
  const source = replay({ file: await recorded('a.gz', DAY_LONG), speed: 0.001, signal: stop.signal })
  const frames = source.frames(null)[Symbol.asyncIterator]()
  expect((await frames.next()).done).toBe(false)
  const waiting = frames.next()
  stop.abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
})

test('an abort ends it between two frames at max speed', async () => {
  const stop = new AbortController()
  const source = replay({ file: await recorded('a.gz', DAY_LONG), speed: 'max', signal: stop.signal })
  let count = 0
  for await (const _ of source.frames(null)) if (++count === 10) stop.abort()
  expect(count).toBe(10)
})

test('what cannot be replayed is refused with a sentence before anything starts', () => {
  const of = (file: string, speed: number) => () => replay({ file, speed, signal: open() })
  expect(of(join(folder, 'nowhere.gz'), 1)).toThrow(/^replay: .*nowhere\.gz cannot be read: ENOENT/)
  expect(of(folder, 1)).toThrow(`replay: ${folder} cannot be read: `)
  expect(of(folder, 0)).toThrow('replay: the speed 0 is neither a positive number nor max')
  expect(of(folder, NaN)).toThrow('replay: the speed NaN is neither a positive number nor max')
})

test('a cursor of something else is refused', async () => {
  const source = replay({ file: await recorded('a.gz', DAY_LONG), speed: 'max', signal: open() })
  await expect(Array.fromAsync(source.frames('12/13'))).rejects.toThrow('replay: "12/13" is no place in a recording')
})
