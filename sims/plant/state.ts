import { behaviours } from './behaviour.ts'
import { channelOf, drift } from './noise.ts'
import { DAY, type Span, type Story } from './story.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** The starting oil pump runs while a machine runs down and before it starts. */
const PUMP_AFTER_STOP = 20 * MINUTE
const PUMP_BEFORE_START = 8 * MINUTE

const STRAND_SPEED_INERTIA = behaviours.strand_speed.inertia
const STRAND_HEAT_INERTIA = 12 * MINUTE

/** What the machines do at a moment: everything that more than one signal follows. */
export interface PlantState {
  readonly moment: number
  /** ms of the story. */
  readonly story: number
  readonly standing: readonly boolean[]
  readonly pump: readonly boolean[]
  readonly strandStopped: readonly boolean[]
  /** 1 while the strand runs … 0, as its speed and as the heat of its gas follow it. */
  readonly strandSpeed: readonly number[]
  readonly strandHeat: readonly number[]
  /** Load of each sinter machine and the weather: mean 0, deviation 1. */
  readonly load: readonly number[]
  readonly weather: number
  /** How far what follows with this inertia is with the exhauster's run: 1 at work … 0 standing. */
  follows(exhauster: number, inertia: number): number
}

const within = (spans: readonly Span[], at: number) => spans.some(([from, to]) => at >= from && at < to)

/** A first-order lag behind a course that is 1 outside of the spans and 0 in them, from 1 at the beginning of time. */
export function lag(stops: readonly Span[], at: number, inertia: number): number {
  let level = 1
  let since = -Infinity
  for (const [from, to] of stops) {
    if (at <= from) break
    level = 1 - (1 - level) * Math.exp((since - from) / inertia)
    level *= Math.exp((from - Math.min(at, to)) / inertia)
    since = to
    if (at <= to) return level
  }
  return 1 - (1 - level) * Math.exp((since - at) / inertia)
}

const daily = (moment: number, peakHour: number) =>
  Math.SQRT2 * Math.cos((2 * Math.PI * (moment - peakHour * HOUR)) / DAY)

/** A slow course of hours with a quicker one in it. */
export const wander = (channel: number, moment: number): number =>
  0.8 * drift(channel, moment, 5 * HOUR) + 0.6 * drift(channel ^ 0x5bd1e995, moment, 35 * MINUTE)

/** The state of the plant as a function of time. */
export function plantState(seed: number, story: Story): (moment: number) => PlantState {
  const loads = [0, 1, 2].map((machine) => channelOf(seed, `load ${machine}`))
  const weather = channelOf(seed, 'weather')
  const inertias = [...new Set(Object.values(behaviours).map(({ inertia }) => inertia))]

  return (moment) => {
    const at = story.at(moment)
    const strandStops = loads.map((_, machine) => story.strandStops(machine, moment))
    const followed = new Map(inertias.map((inertia) => [inertia, story.stands.map((stops) => lag(stops, at, inertia))]))
    return {
      moment,
      story: at,
      standing: story.stands.map((stops) => within(stops, at)),
      pump: story.stands.map((stops) =>
        stops.some(
          ([from, to]) => at >= from && at < to && (at < from + PUMP_AFTER_STOP || at >= to - PUMP_BEFORE_START),
        ),
      ),
      strandStopped: strandStops.map((stops) => within(stops, moment)),
      strandSpeed: strandStops.map((stops) => lag(stops, moment, STRAND_SPEED_INERTIA)),
      strandHeat: strandStops.map((stops) => lag(stops, moment, STRAND_HEAT_INERTIA)),
      load: loads.map((channel, machine) => 0.9 * wander(channel, moment) + 0.43 * daily(moment, 9 + machine)),
      weather: 0.8 * daily(moment, 15) + 0.6 * drift(weather, moment, 60 * HOUR),
      follows: (exhauster, inertia) => followed.get(inertia)![exhauster]!,
    }
  }
}
