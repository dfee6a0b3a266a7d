import type { NewRecord } from '../record.ts'
import type { Random } from './random.ts'

type Make = (random: Random, address: () => string, time: number) => Omit<NewRecord, 'key'>

const record = (type: string, value: object) => ({ type, value: JSON.stringify(value) })

/** What clients write, and how often. */
const MIX: readonly [weight: number, make: Make][] = [
  [45, (random) => record('add', { v: random.below(50), late: random.below(100) })],
  [
    25,
    (random, address) =>
      record('tell', { v: random.below(50), to: random.chance(0.5) ? [address()] : [address(), address()] }),
  ],
  [
    12,
    (random) =>
      record('arm', {
        v: random.below(50),
        name: random.pick(TIMERS),
        ms: random.below(40),
        times: random.between(1, 3),
      }),
  ],
  [3, (random) => record('disarm', { v: random.below(50), name: random.pick(TIMERS) })],
  [5, (random, address) => record('boom', { v: random.below(50), to: address() })],
  [2, () => ({ type: 'add', value: '{"v":' })],
  [2, () => record('toString', {})],
  [3, () => record('$release', {})],
  [2, (random, _, time) => record('$timer', { name: random.pick(TIMERS), due: time })],
]

const TIMERS = ['t', 'u']

/** One client's taste: how often it writes which entry of {@link MIX}. */
export const anyTaste = (random: Random): number[] => MIX.map(([weight]) => weight * random.pick([0.2, 1, 1, 4]))

/** A record for nobody in particular; `address` gives whom it may name. */
export function anyRecord(
  random: Random,
  taste: readonly number[],
  address: () => string,
  time: number,
): Omit<NewRecord, 'key'> {
  const [, make] = MIX[random.weighted(taste)]!
  return make(random, address, time)
}
