import { channelOf, unit } from './noise.ts'
import { temperatureCode, vibrationCode } from './points.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The story begins anew after three weeks, in the state in which it began. */
const CYCLE_DAYS = 21
/** The day of the story on which live frames begin: a week of history lies before it. */
const OPENING_DAY = 7

/** From, until: ms of the story, or epoch ms. */
export type Span = readonly [from: number, to: number]

export interface Story {
  /** When each of the six exhausters stands, ms of the story, in order. */
  readonly stands: readonly (readonly Span[])[]
  /** Sensors that send the end of their scale instead of a measurement. */
  readonly broken: readonly { readonly code: string; readonly value: number; readonly span: Span }[]
  /** Sensors that repeat what they measured when it began. */
  readonly frozen: readonly { readonly code: string; readonly span: Span }[]
  /** Faults of the machines: what they add to a signal, in its unit. */
  readonly faults: readonly { readonly code: string; readonly excess: (story: number) => number }[]
  /** Where in the story a moment is, ms. */
  at(moment: number): number
  /** The collector sends nothing. */
  silent(moment: number): boolean
  /** When the strand of a sinter machine stops, around a moment, epoch ms, in order. */
  strandStops(machine: number, moment: number): Span[]
}

const [U171, U172, F171, F172, X171, X172] = [0, 1, 2, 3, 4, 5] as const
const LOWEST = -3276.800048828125
const HIGHEST = 3276.69970703125

/** Planned and unplanned stops. None goes over the end of the cycle; all machines run at its beginning. */
const STANDS: readonly { readonly exhauster: number; readonly days: Span }[] = [
  { exhauster: X172, days: [0.8, 0.97] },
  { exhauster: U171, days: [2.3, 2.62] },
  { exhauster: F172, days: [4.4, 4.56] },
  { exhauster: X171, days: [5.9, 8.3] },
  { exhauster: F171, days: [9.6, 11.2] }, // the rotor with the worn bearing is replaced
  { exhauster: U172, days: [13.5, 14] }, // bearing 2 is repaired
  { exhauster: F172, days: [16, 16.4] },
  { exhauster: X171, days: [18, 18.3] },
]

const BROKEN: readonly { readonly code: string; readonly value: number; readonly days: Span }[] = [
  { code: temperatureCode(F172, 3), value: LOWEST, days: [1.5, 1.72] },
  { code: temperatureCode(U171, 9), value: HIGHEST, days: [3.1, 3.32] },
  { code: temperatureCode(X172, 1), value: LOWEST, days: [6.75, 7.9] },
  { code: temperatureCode(U171, 6), value: LOWEST, days: [12.2, 12.5] },
  { code: temperatureCode(F172, 7), value: HIGHEST, days: [15, 15.15] },
]

const FROZEN: readonly { readonly code: string; readonly days: Span }[] = [
  { code: temperatureCode(F171, 5), days: [6.6, 8] },
]

/** Wear of bearing 8 of F-171: mm/s over its healthy level, by day. Linear in between; gone with the old rotor. */
const WEAR: readonly (readonly [day: number, excess: number])[] = [
  [1.4, 0],
  [2.5, 0.35],
  [4.2, 2.3],
  [5.5, 3.6],
  [6.9, 4.65],
  [8, 4.95],
  [9.5, 5.3],
  [10, 5.3],
  [10, 0],
]

function wear(day: number): number {
  const next = WEAR.findIndex(([until]) => day < until)
  if (next <= 0) return 0
  const [from, low] = WEAR[next - 1]!
  const [to, high] = WEAR[next]!
  return low + ((high - low) * (day - from)) / (to - from)
}

/** Every two hours the worn bearing shakes harder for some minutes. */
const SURGE_WINDOW = 2 * HOUR
const SURGE_HALF = 7 * MINUTE
const SURGE_SHARE = 0.09

function surge(channel: number, story: number): number {
  const window = Math.floor(story / SURGE_WINDOW)
  const middle = (window + 0.1 + 0.8 * unit(channel, window)) * SURGE_WINDOW
  const distance = Math.abs(story - middle) / SURGE_HALF
  return distance < 1 ? SURGE_SHARE * (1 - distance ** 4) : 0
}

/** Damage of a bearing that comes at once: warm within half an hour, until the repair. */
function heating(story: number, days: Span, degrees: number): number {
  const since = story - days[0] * DAY
  return since < 0 || story >= days[1] * DAY ? 0 : degrees * (1 - Math.exp(-since / (12 * MINUTE)))
}

const GAP_WINDOW = 9 * HOUR
/** Days around the opening without a gap: who starts a demonstration wants to see data. */
const UNBROKEN: Span = [OPENING_DAY - 0.2, OPENING_DAY + 1]
const STRAND_WINDOW = 31 * HOUR

/**
 * What happens at the plant, as a function of time: the seed moves every event by up to a quarter of an hour, `opening` (epoch ms) is the
 * moment of day 7. In the week before it one bearing wears from normal through its warning to its alarm, another heats up over 65 °C,
 * one exhauster is stopped, one loses a sensor; later they are repaired.
 */
export function tell(seed: number, opening: number): Story {
  const moved = (name: string, [from, to]: Span): Span => {
    const by = (unit(channelOf(seed, name), 0) - 0.5) * 30 * MINUTE
    return [from * DAY + by, to * DAY + by]
  }
  const surges = channelOf(seed, 'surge')
  const gaps = channelOf(seed, 'gap')
  const strands = [0, 1, 2].map((machine) => channelOf(seed, `strand ${machine}`))
  const at = (moment: number) => {
    const story = (moment - opening + OPENING_DAY * DAY) % (CYCLE_DAYS * DAY)
    return story < 0 ? story + CYCLE_DAYS * DAY : story
  }
  const worn = (share: number) => (story: number) => share * wear(story / DAY) * (1 + surge(surges, story))

  return {
    at,
    stands: [U171, U172, F171, F172, X171, X172].map((exhauster) =>
      STANDS.filter((stand) => stand.exhauster === exhauster).map(({ days }) =>
        moved(`stand ${exhauster} ${days}`, days),
      ),
    ),
    broken: BROKEN.map(({ code, value, days }) => ({ code, value, span: moved(`broken ${code}`, days) })),
    frozen: FROZEN.map(({ code, days }) => ({ code, span: moved(`frozen ${code}`, days) })),
    faults: [
      { code: vibrationCode(F171, 8, 'vertical'), excess: worn(1) },
      { code: vibrationCode(F171, 8, 'horizontal'), excess: worn(0.5) },
      { code: vibrationCode(F171, 7, 'vertical'), excess: worn(0.6) },
      { code: temperatureCode(F171, 8), excess: worn(0.7) },
      { code: temperatureCode(U172, 2), excess: (story) => heating(story, [5.4, 13.7], 7.5) },
      { code: temperatureCode(U172, 1), excess: (story) => heating(story, [5.4, 13.7], 1.5) },
    ],

    silent(moment) {
      const story = at(moment)
      if (story >= UNBROKEN[0] * DAY && story < UNBROKEN[1] * DAY) return false
      const window = Math.floor(story / GAP_WINDOW)
      if (unit(gaps, 3 * window) > 0.6) return false
      const begin = (window + 0.9 * unit(gaps, 3 * window + 1)) * GAP_WINDOW
      return story >= begin && story < begin + (3 + 27 * unit(gaps, 3 * window + 2)) * MINUTE
    },

    strandStops(machine, moment) {
      const channel = strands[machine]!
      const window = Math.floor(moment / STRAND_WINDOW)
      return [window - 1, window].flatMap((window) => {
        if (unit(channel, 3 * window) > 0.7) return []
        const begin = (window + 0.9 * unit(channel, 3 * window + 1)) * STRAND_WINDOW
        return [[begin, begin + (15 + 35 * unit(channel, 3 * window + 2)) * MINUTE] as const]
      })
    },
  }
}
