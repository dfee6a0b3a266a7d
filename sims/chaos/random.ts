import { channelOf, unit } from '../plant/noise.ts'

/** What a run leaves to chance, the same for the same seed. */
export interface Random {
  /** Evenly in 0 … 1. */
  next(): number
  /** Evenly between two numbers. */
  between(low: number, high: number): number
  pick<T>(from: readonly T[]): T
}

/** A source for one purpose: what others draw does not move it. */
export function createRandom(seed: number, purpose: string): Random {
  const channel = channelOf(seed, purpose)
  let n = 0
  const next = () => unit(channel, n++)
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    pick(from) {
      if (from.length === 0) throw new Error(`${purpose}: nothing to pick from`)
      return from[Math.floor(next() * from.length)]!
    },
  }
}
