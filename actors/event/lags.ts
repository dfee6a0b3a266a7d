/** Up to here each millisecond has its own bucket. */
const EXACT = 128
/** Above, a bucket's upper end is so many times its lower one. */
const GROWTH = 1.02
const LOG_GROWTH = Math.log(GROWTH)

/** A distribution of lags: how many in each bucket. Exact up to 128 ms, within 1 % above; two are added bucket by bucket. */
export type Lags = Map<number, number>

/** A negative lag, of a clock that is ahead, counts as 0. */
export const bucketOf = (lagMs: number): number =>
  lagMs < EXACT ? Math.max(0, Math.round(lagMs)) : EXACT + Math.floor(Math.log(lagMs / EXACT) / LOG_GROWTH)

/** The middle of a bucket, ms, to the hundredth: no whole number need be within 1 % of both its ends. */
const lagOf = (bucket: number): number =>
  bucket < EXACT ? bucket : Math.round(EXACT * GROWTH ** (bucket - EXACT + 0.5) * 100) / 100

/** A negative lag, of a clock that is ahead, counts as 0. */
export function addLag(lags: Lags, lagMs: number): void {
  const bucket = bucketOf(lagMs)
  lags.set(bucket, (lags.get(bucket) ?? 0) + 1)
}

export function addLags(lags: Lags, buckets: Iterable<readonly [bucket: number, count: number]>): void {
  for (const [bucket, count] of buckets) lags.set(bucket, (lags.get(bucket) ?? 0) + count)
}

/** The lag that the given share does not pass (nearest rank), ms; null of nothing. */
export function lagQuantile(lags: Lags, q: number): number | null {
  const buckets = [...lags].sort(([a], [b]) => a - b)
  const total = buckets.reduce((sum, [, count]) => sum + count, 0)
  let rank = Math.max(1, Math.ceil(q * total))
  for (const [bucket, count] of buckets) {
    rank -= count
    if (rank <= 0) return lagOf(bucket)
  }
  return null
}
