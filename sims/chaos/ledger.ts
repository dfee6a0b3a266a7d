/**
 * What the senders know: per line of sending, how many items were acknowledged. The items of a line are numbered from 1 and sent one
 * request after the other, each until it is answered; so what must be stored is 1 … acknowledged, each once.
 */
export interface Line {
  readonly name: string
  readonly acknowledged: number
}

/** What is stored of a line, as the product says it; null where it does not say such a thing. */
export interface Stored {
  /** Every number that is listed. */
  readonly numbers: Iterable<number> | null
  /** What its statistics count, and the sum of the numbers. */
  readonly count: number | null
  readonly sum: number | null
  /** The newest number, of an actor's state. */
  readonly newest: number | null
}

export interface Verdict {
  /** Acknowledged and not stored. */
  readonly lost: number
  /** Stored more than once. */
  readonly doubled: number
  /** A sentence for each thing that is not as it should be. */
  readonly sentences: readonly string[]
}

const shown = (numbers: readonly number[]) => numbers.slice(0, 8).join(', ') + (numbers.length > 8 ? ', …' : '')

/** Holds what is stored of a line against what was acknowledged. */
export function compare({ name, acknowledged }: Line, stored: Stored): Verdict {
  const sentences: string[] = []
  const say = (what: string, expected: number, actual: number) => {
    if (actual !== expected) sentences.push(`${name}: ${what}: expected ${expected}, actual ${actual}`)
    return actual - expected
  }
  const times = new Uint8Array(acknowledged + 1)
  const strange: number[] = []
  const doubled: number[] = []
  for (const n of stored.numbers ?? []) {
    if (!Number.isInteger(n) || n < 1 || n > acknowledged) strange.push(n)
    else if (++times[n]! > 1) doubled.push(n)
  }
  const lost: number[] = []
  if (stored.numbers !== null) for (let n = 1; n <= acknowledged; n++) if (times[n] === 0) lost.push(n)
  if (lost.length > 0) sentences.push(`${name}: acknowledged and not listed: ${shown(lost)}`)
  if (doubled.length > 0) sentences.push(`${name}: listed more than once: ${shown(doubled)}`)
  if (strange.length > 0) sentences.push(`${name}: listed and never sent: ${shown(strange)}`)
  const more = stored.count === null ? 0 : say('count of the statistics', acknowledged, stored.count)
  if (stored.sum !== null) say('sum of the statistics', (acknowledged * (acknowledged + 1)) / 2, stored.sum)
  if (stored.newest !== null) say('state', acknowledged, stored.newest)
  return {
    lost: Math.max(lost.length, -more, 0),
    doubled: Math.max(doubled.length + strange.length, more, 0),
    sentences,
  }
}
