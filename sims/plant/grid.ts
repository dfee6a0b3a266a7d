/**
 * How a controller makes a number of a converter's count: count / full scale × span + low, rounded to single precision after each
 * step. It is visible in the last digits of the stream: 35.900001525878906 is 859 of 2000 on −50 … 150 °C.
 */
export interface Grid {
  /** Steps of the full scale. */
  readonly steps: number
  readonly span: number
  readonly low: number
}

/** Those that reproduce the recorded stream, nearly always to the last digit. Converters of 27,648 counts give every eighth. */
export const grids: readonly Grid[] = [
  { steps: 1, span: 1, low: 0 },
  { steps: 10, span: 1, low: 0 },
  { steps: 1000, span: 1, low: 0 },
  { steps: 2000, span: 200, low: -50 },
  { steps: 3456, span: 20, low: 0 },
  { steps: 3456, span: 2500, low: 0 },
  { steps: 3456, span: 4, low: 0 },
]

export const stepOf = ({ steps, span, low }: Grid, value: number): number => Math.round(((value - low) * steps) / span)

export const valueOf = ({ steps, span, low }: Grid, step: number): number =>
  Math.fround(Math.fround(Math.fround(step / steps) * span) + low)
