/** What a benchmark found out. */
export interface Figure {
  /** In the benchmark's unit. */
  readonly value: number
  /** Cost of the yardstick ÷ our cost: 1 is as good, 0.5 is twice as dear. Absent: measured against nothing. */
  readonly ratio?: number
  /** One line for people: second figures, sizes, what was left out. */
  readonly note?: string
}

export interface Effort {
  /** Small counts: shows that the benchmark runs; its figures mean nothing. */
  readonly quick: boolean
}

/** A `*.bench.ts` file exports its benchmarks as `benches`. Each file runs in a process of its own. */
export interface Bench {
  /** Key into {@link GOALS} where there is a goal. */
  readonly id: string
  /** What is done, in a few words. */
  readonly work: string
  readonly unit: string
  /** What it is held against, in a few words; absent: nothing. */
  readonly yardstick?: string
  /** What it cannot be measured without: the broker and the database of the cluster edition. Where they are not named, it is skipped. */
  readonly needs?: 'servers'
  measure(effort: Effort): Promise<Figure> | Figure
}
