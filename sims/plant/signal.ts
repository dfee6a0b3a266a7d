import { type Behaviour, behaviours } from './behaviour.ts'
import { type Grid, grids, stepOf, valueOf } from './grid.ts'
import { channelOf, unit, white } from './noise.ts'
import type { Point } from './points.ts'
import { type PlantState, wander } from './state.ts'
import type { Figures } from './statistics.ts'

/** Gives the text of a signal's value at the state of a moment, as it stands on the wire. */
export type Signal = (state: PlantState) => string

/** What a fault adds, in the unit of the wire, by ms of the story. */
export type Excess = (story: number) => number

/** Up to here of the way to the recorded extreme a deviation is as drawn; beyond it is bent so that it never passes the extreme. */
const KNEE = 0.6

function bent(deviation: number, extreme: number): number {
  const size = Math.abs(deviation)
  const knee = KNEE * extreme
  if (size <= knee) return deviation
  return Math.sign(deviation) * (knee + (extreme - knee) * Math.tanh((size - knee) / (extreme - knee)))
}

/** Each grid has few values, so their texts are made once: 12,000 → 16,500 frames/s. */
const texts: ReadonlyMap<Grid, Map<number, string>> = new Map(grids.map((grid) => [grid, new Map<number, string>()]))

function textOn(grid: Grid | undefined, value: number): string {
  if (grid === undefined) return String(Math.fround(value))
  const known = texts.get(grid)!
  const step = stepOf(grid, value)
  let text = known.get(step)
  if (text === undefined) known.set(step, (text = String(valueOf(grid, step))))
  return text
}

/** A measurement that moves around its learned level with load, weather and noise of its own, and follows starts, stops and faults. */
export function measured(seed: number, point: Point, figures: Figures, excess: Excess | undefined): Signal {
  const [gridIndex, mean, deviation, flicker, low, high] = figures
  const { role, machine, exhauster } = point
  const behaviour: Behaviour = behaviours[role]
  const { load, weather, inertia, standing, exposed = 0, restless, strandStop = 0, twinStop = 0 } = behaviour
  const channel = channelOf(seed, point.code)
  const flickers = channelOf(seed, `flicker ${point.code}`)
  const grid = grids[gridIndex]
  const slow = Math.sqrt(deviation ** 2 - flicker ** 2)
  const own = Math.sqrt(1 - load ** 2 - weather ** 2)
  const room = { above: Math.max(high - mean, deviation / 2), below: Math.max(mean - low, deviation / 2) }
  const place = 2 * unit(channel, 0) - 1
  const rest = restless?.(mean) ?? flicker

  return (state) => {
    const drawn = slow * (load * state.load[machine]! + weather * state.weather + own * wander(channel, state.moment))
    const noise = white(flickers, state.moment | 0)
    const off = drawn + flicker * noise
    let level = mean + bent(off, off > 0 ? room.above : room.below)
    // What the other exhauster of the sinter machine does is felt here; at the common collector both are.
    const idle =
      exhauster === null
        ? 2 - state.follows(machine * 2, inertia) - state.follows(machine * 2 + 1, inertia)
        : 1 - state.follows(exhauster ^ 1, inertia)
    level *= Math.max(0.01, 1 + strandStop * (1 - state.strandHeat[machine]!) + twinStop * idle)
    if (role === 'strand_speed') level *= state.strandSpeed[machine]!
    const run = exhauster === null || standing === undefined ? 1 : state.follows(exhauster, inertia)
    if (excess !== undefined) level += excess(state.story)
    if (run < 1) {
      const pumped = role === 'oil_pressure' && state.pump[exhauster!]!
      // Behind a standing twin nobody draws at all: its part counts twice.
      const idling = standing!(mean) * (1 + 2 * twinStop * idle) + exposed * (state.weather + place)
      const settled = pumped ? 0.9 * mean : idling
      level = run * level + (1 - run) * (settled + rest * noise)
    }
    return textOn(grid, level)
  }
}

const bit = (on: boolean) => (on ? '1' : '0')

/** A digital signal, or null for one that stays as it is. */
export function switched({ role, machine, exhauster }: Point): Signal | null {
  switch (role) {
    case 'strand_running':
      return (state) => bit(!state.strandStopped[machine])
    case 'running':
    case 'gate_open':
      return (state) => bit(!state.standing[exhauster!])
    case 'starting_pump':
      return (state) => bit(state.pump[exhauster!]!)
    default:
      return null
  }
}
