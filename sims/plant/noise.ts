/**
 * Noise that is a function of place and time, not of what was drawn before: the same moment has the same noise after a restart, and
 * any moment can be asked first. All of it has mean 0 and deviation 1.
 */

/** 32 bits that look random for each pair. The finalizer of MurmurHash3 twice. */
export function hash(channel: number, n: number): number {
  let h = Math.imul(channel ^ (channel >>> 16), 0x85ebca6b) ^ Math.imul(n, 0x9e3779b1)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16), 0x27d4eb2f)
  return (h ^ (h >>> 15)) >>> 0
}

/** Evenly in 0 … 1. */
export const unit = (channel: number, n: number): number => hash(channel, n) / 4294967296

/** A number for a name, so that signals, machines and faults have noise of their own. */
export function channelOf(seed: number, name: string): number {
  let channel = hash(seed | 0, 0x57b0)
  for (let i = 0; i < name.length; i++) channel = hash(channel, name.charCodeAt(i))
  return channel
}

/** Nearly normal: the sum of four even bytes, at most 3.45 deviations from 0. */
export function white(channel: number, n: number): number {
  const h = hash(channel, n)
  return ((h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24) - 510) / 147.8
}

/** Deviation that the smooth step between two independent knots takes away, given back: 1 / √(1 − 2 · 9/70). */
const KNOT_LOSS = 1.1602

/** Smooth and slow: independent knots every `period` ms, joined by a smooth step. */
export function drift(channel: number, at: number, period: number): number {
  const knot = Math.floor(at / period)
  const x = at / period - knot
  const step = x * x * (3 - 2 * x)
  return KNOT_LOSS * (white(channel, knot) * (1 - step) + white(channel, knot + 1) * step)
}
