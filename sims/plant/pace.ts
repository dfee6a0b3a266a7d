/** A longer gap of a recording is cut to one period. */
const LONGEST_GAP = 5 * 60_000
const FIRST_PERIOD = 60_000
/** So many differences back the period is looked for. */
const REMEMBERED = 101

/**
 * How long a recording waits before each frame, ms at speed 1: the difference of the moments; one period (the median difference so far) for
 * a gap over five minutes; nothing for a moment that goes back, for a frame without one and for the first.
 */
export function recordedPace(): (moment: number | null) => number {
  let last: number | null = null
  const differences: number[] = []
  return (moment) => {
    if (moment === null) return 0
    const difference = last === null ? 0 : moment - last
    last = moment
    if (difference <= 0) return 0
    if (difference > LONGEST_GAP) return median(differences) ?? FIRST_PERIOD
    differences.push(difference)
    if (differences.length > REMEMBERED) differences.shift()
    return difference
  }
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]
