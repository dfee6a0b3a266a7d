// Learns the figures of a plant from its recorded stream: `node run.mjs sims/plant/learn.ts STREAM > sims/plant/statistics.json`.
import { type Grid, grids, stepOf, valueOf } from './grid.ts'
import { points, type Role } from './points.ts'
import { frameTexts } from './recording.ts'
import type { Figures } from './statistics.ts'
import { KEY_END, KEY_START, momentOf } from './wire.ts'

interface Observed {
  readonly moment: number
  readonly values: Record<string, number>
}

/** Within this many deviations a value belongs to the level; beyond it to another regime (a pressure a thousand times too high). */
const REGIME = 6
/** Share of the values that are on a grid to the last digit: the last digit of small temperatures is off here and there. */
const ON_GRID = 0.5
const MINUTE = 60_000
const SENTINEL = 3276

async function read(file: string): Promise<Observed[]> {
  const frames: Observed[] = []
  for await (const text of frameTexts(file)) {
    const line = String(text)
    const moment = momentOf(line)
    if (moment === null) continue
    const { moment: _, ...values } = JSON.parse(line)
    frames.push({ moment, values })
  }
  return frames.sort((a, b) => a.moment - b.moment)
}

const quantile = (sorted: readonly number[], q: number) => sorted[Math.round(q * (sorted.length - 1))]!
const round = (value: number) => Number(value.toPrecision(4))
const at = (frame: Observed, code: string) => frame.values[`${KEY_START}${code}${KEY_END}`]

/** The machine makes sinter and both its exhausters draw: the levels of the table are those of this state. */
function atWork(frames: readonly Observed[], machine: number): Observed[] {
  const codes = (role: Role) =>
    [...points.values()].filter((point) => point.machine === machine && point.role === role).map(({ code }) => code)
  const currents = codes('stator_current')
  const speeds = codes('strand_speed')
  return frames.filter(
    (frame) =>
      currents.every((code) => (at(frame, code) ?? 0) > 50) && speeds.every((code) => (at(frame, code) ?? 0) > 1),
  )
}

/** Deviation that is new every minute: half of what neighbours differ by. */
function flickerOf(working: readonly Observed[], code: string, jump: number): number {
  let squares = 0
  let pairs = 0
  for (const [i, frame] of working.entries()) {
    const before = working[i - 1]
    if (before === undefined || frame.moment - before.moment !== MINUTE) continue
    const change = (at(frame, code) ?? NaN) - (at(before, code) ?? NaN)
    if (!(Math.abs(change) <= jump)) continue
    squares += change ** 2
    pairs++
  }
  return Math.sqrt(squares / Math.max(1, pairs) / 2)
}

/** What a signal does at work, or null for one that does not move. */
function figures(working: readonly Observed[], code: string): Figures | null {
  const sorted = working
    .flatMap((frame) => at(frame, code) ?? [])
    .filter((value) => Math.abs(value) < SENTINEL)
    .sort((a, b) => a - b)
  if (sorted.length === 0 || sorted[0] === sorted.at(-1)) return null
  const median = quantile(sorted, 0.5)
  const regime = (REGIME * (quantile(sorted, 0.95) - quantile(sorted, 0.05))) / 3.29
  const level = sorted.filter((value) => Math.abs(value - median) <= regime)
  const mean = level.reduce((sum, value) => sum + value, 0) / level.length
  const deviation = Math.sqrt(level.reduce((sum, value) => sum + (value - mean) ** 2, 0) / level.length)
  const flicker = Math.min(deviation, flickerOf(working, code, regime))
  const distinct = [...new Set(level)]
  const reproduced = (grid: Grid) => distinct.filter((value) => valueOf(grid, stepOf(grid, value)) === value).length
  const best = grids.reduce((best, grid) => (reproduced(grid) > reproduced(best) ? grid : best))
  const grid = reproduced(best) >= ON_GRID * distinct.length ? grids.indexOf(best) : -1
  return [grid, round(mean), round(deviation), round(flicker), round(level[0]!), round(level.at(-1)!)]
}

/** The table as text, a signal a line in the order of the fullest and latest frame. */
export async function learn(file: string): Promise<string> {
  const frames = await read(file)
  const complete = frames.toReversed().reduce((most, frame) => {
    return Object.keys(frame.values).length > Object.keys(most.values).length ? frame : most
  })
  const working = [0, 1, 2].map((machine) => atWork(frames, machine))
  const lines = Object.keys(complete.values).map((key) => {
    const code = key.slice(KEY_START.length, -KEY_END.length)
    const point = points.get(code)
    const learned = point && code.includes(':') ? figures(working[point.machine]!, code) : null
    const entry = learned === null ? at(complete, code) : `[${learned.join(', ')}]`
    return `  ${JSON.stringify(code)}: ${entry}`
  })
  return `{\n${lines.join(',\n')}\n}\n`
}

if (import.meta.main) {
  const [file] = process.argv.slice(2)
  if (file === undefined) {
    console.error('learn: name the file of the recorded stream')
    process.exit(2)
  }
  process.stdout.write(await learn(file))
}
