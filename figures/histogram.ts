/** Upper bounds of the buckets, seconds. */
export const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

/** Durations, counted by size. One step into an array an observation: a histogram of prom-client hashes its labels anew each time. */
export class Histogram {
  /** Per bound, those that are above the bound before it; what is above all bounds is in `count` alone. */
  readonly counts = new Float64Array(BOUNDS.length)
  /** Seconds. */
  sum = 0
  count = 0

  observe(seconds: number): void {
    this.sum += seconds
    this.count++
    for (let i = 0; i < BOUNDS.length; i++) {
      if (seconds <= BOUNDS[i]!) {
        this.counts[i]!++
        return
      }
    }
  }
}
