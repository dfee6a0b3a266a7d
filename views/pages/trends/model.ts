import type { ExhausterId } from '../../../actors/exhauster/schema.ts'
import type { PlantModel } from '../model.ts'
import { autoStep } from './steps.ts'

/** `span`: a start and a length; `range`: two moments. */
export const MODES = ['span', 'range'] as const
export type Mode = (typeof MODES)[number]

/** Units of a span's length, ms. */
export const UNITS = { min: 60_000, h: 3_600_000, d: 86_400_000 } as const
export type Unit = keyof typeof UNITS

export const MOST_SIGNALS = 16

/** A signal of one machine; in an address and for the script `f-171/bearing_8.temperature`. */
export interface SignalPlace {
  readonly exhauster: ExhausterId
  readonly key: string
}

export interface Interval {
  /** Epoch ms, inclusive. */
  readonly from: number
  /** Epoch ms, exclusive. */
  readonly to: number
}

/** What an address of the page asks for. */
export interface TrendWish extends Interval {
  readonly signals: readonly SignalPlace[]
  readonly mode: Mode
  /** The end is the present, and goes on with it. */
  readonly follow: boolean
  /** Of a span, in its unit. */
  readonly length: number
  readonly unit: Unit
  /** Seconds; null: the page chooses. */
  readonly step: number | null
  /** The part of the interval that is looked at; null: all of it. */
  readonly zoom: Interval | null
}

/** Why an address was not followed to the letter: names a sentence of the catalogue. */
export type TrendProblem = 'time' | 'order' | 'length' | 'many' | 'unknown'

/** Start of the step (epoch ms), least, mean and greatest value. */
export type TrendPoint = readonly [at: number, min: number, mean: number, max: number]

export interface TrendLine extends SignalPlace {
  readonly unit: string
  readonly points: readonly TrendPoint[]
}

export interface TrendModel {
  readonly plant: PlantModel
  readonly wish: TrendWish
  readonly problem: TrendProblem | null
  /** The chosen signals over the interval; null when the history cannot be read. */
  readonly lines: readonly TrendLine[] | null
}

/** `f-171/bearing_8.temperature` */
export const nameOf = ({ exhauster, key }: SignalPlace): string => `${exhauster}/${key}`

/** The step of the interval, seconds. */
export const stepOf = ({ step, from, to }: TrendWish): number => step ?? autoStep(to - from)

/** Least, mean of the steps' means, and greatest value of a line; null when it has no point. */
export function summaryOf(points: readonly TrendPoint[]): { min: number; mean: number; max: number } | null {
  if (points.length === 0) return null
  let [min, sum, max] = [Infinity, 0, -Infinity]
  for (const [, least, mean, greatest] of points) {
    min = Math.min(min, least)
    sum += mean
    max = Math.max(max, greatest)
  }
  return { min, mean: sum / points.length, max }
}
