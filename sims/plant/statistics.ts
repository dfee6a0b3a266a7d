import learned from './statistics.json'

/**
 * A measurement while its machine works: index of its grid (-1: none), median, deviation, the part of it that is new every minute
 * (1 − (flicker/deviation)² is the correlation of neighbours), lowest and highest, all in the unit of the wire.
 */
export type Figures = readonly [
  grid: number,
  mean: number,
  deviation: number,
  flicker: number,
  low: number,
  high: number,
]

/** By code, in the order of the wire: figures of what moves, the value itself of what does not (setpoints, dead sensors). */
export const statistics = Object.entries(learned) as unknown as readonly (readonly [string, Figures | number])[]
