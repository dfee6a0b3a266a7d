import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Claims, divide } from './divide.ts'

const partitions = (count: number) => Array.from({ length: count }, (_, partition) => partition)

const claims = (owned: Record<string, number[]>, epoch = 1): Claims =>
  new Map(Object.entries(owned).map(([id, own]) => [id, new Map(own.map((partition) => [partition, epoch]))]))

/** Members with any claims whatever: true ones, old ones, contradictory ones, ones of partitions that are not there. */
const anyGroup = fc.record({
  count: fc.integer({ min: 0, max: 40 }),
  members: fc.uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 6 }),
      owned: fc.array(fc.tuple(fc.integer({ min: 0, max: 45 }), fc.integer({ min: 0, max: 4 })), { maxLength: 40 }),
    }),
    { selector: ({ id }) => id, maxLength: 7 },
  ),
})

const claimsOf = (members: readonly { id: string; owned: [number, number][] }[]): Claims =>
  new Map(members.map(({ id, owned }) => [id, new Map(owned)]))

/** Members each of whose claims is the only one for its partition: a group as it is while nothing goes wrong. */
const quietGroup = fc
  .record({
    members: fc.integer({ min: 1, max: 6 }),
    owners: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 30 }),
  })
  .map(({ members, owners }) => ({
    count: owners.length,
    claims: new Map(
      partitions(members).map((member) => [
        `m${member}`,
        new Map(owners.flatMap((owner, partition) => (owner === member ? [[partition, 1]] : []))),
      ]),
    ) as Claims,
  }))

describe('who gets which partitions', () => {
  test('each partition goes to one member, and no share is larger than another by more than one', () => {
    fc.assert(
      fc.property(anyGroup, ({ count, members }) => {
        const shares = [...divide(claimsOf(members), partitions(count)).values()]
        expect(shares.flat().toSorted((a, b) => a - b)).toEqual(members.length === 0 ? [] : partitions(count))
        const sizes = shares.map((share) => share.length)
        expect(Math.max(0, ...sizes) - Math.min(count, ...sizes)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('the order in which members, claims and partitions come does not matter', () => {
    fc.assert(
      fc.property(anyGroup, ({ count, members }) => {
        const turned = members.toReversed().map(({ id, owned }) => ({ id, owned: [...new Map(owned)].toReversed() }))
        const shares = divide(claimsOf(members), partitions(count))
        expect(new Map(divide(claimsOf(turned), partitions(count).toReversed()))).toEqual(new Map(shares))
      }),
    )
  })

  test('no division that is as even leaves more partitions where they are', () => {
    fc.assert(
      fc.property(quietGroup, ({ count, claims }) => {
        const shares = divide(claims, partitions(count))
        const kept = [...shares].reduce(
          (sum, [id, share]) => sum + share.filter((each) => claims.get(id)!.has(each)).length,
          0,
        )
        expect(kept).toBe(
          mostKept(
            [...claims.values()].map(({ size }) => size),
            count,
          ),
        )
      }),
    )
  })

  test('who divides again changes nothing', () => {
    fc.assert(
      fc.property(anyGroup, ({ count, members }) => {
        const shares = divide(claimsOf(members), partitions(count))
        const now = new Map([...shares].map(([id, share]) => [id, new Map(share.map((partition) => [partition, 7]))]))
        expect(divide(now, partitions(count))).toEqual(shares)
      }),
    )
  })

  test('a newcomer takes its share from those who have most, and nothing else moves', () => {
    const shares = divide(claims({ a: [0, 1, 2], b: [3, 4, 5], c: [] }), partitions(6))
    expect(shares).toEqual(
      new Map([
        ['a', [0, 1]],
        ['b', [3, 4]],
        ['c', [2, 5]],
      ]),
    )
  })

  test('what a member leaves behind goes to those who stay, and they keep all that they have', () => {
    const shares = divide(claims({ a: [0, 3], b: [1, 4] }), partitions(6))
    expect(shares).toEqual(
      new Map([
        ['a', [0, 2, 3]],
        ['b', [1, 4, 5]],
      ]),
    )
  })

  test('of two who claim a partition the later one has it', () => {
    const claimed = new Map([
      [
        'a',
        new Map([
          [0, 3],
          [1, 9],
        ]),
      ],
      [
        'b',
        new Map([
          [0, 4],
          [1, 8],
        ]),
      ],
    ])
    expect(divide(claimed, [0, 1])).toEqual(
      new Map([
        ['a', [1]],
        ['b', [0]],
      ]),
    )
  })

  test('two who claim a partition under one epoch are neither of them believed', () => {
    const claimed = new Map([
      [
        'a',
        new Map([
          [0, 3],
          [1, 3],
        ]),
      ],
      [
        'b',
        new Map([
          [0, 3],
          [2, 1],
        ]),
      ],
    ])
    const shares = divide(claimed, [0, 1, 2, 3])
    expect(shares.get('a')).toContain(1)
    expect(shares.get('b')).toContain(2)
    expect([...shares.values()].flat().toSorted()).toEqual([0, 1, 2, 3])
  })

  test('with more members than partitions some have nothing', () => {
    const sizes = [...divide(claims({ a: [], b: [], c: [0] }), [0, 1]).values()].map((share) => share.length)
    expect(sizes.toSorted()).toEqual([0, 1, 1])
  })
})

/** Tries every way to hand out the larger shares. */
function mostKept(held: readonly number[], count: number): number {
  const least = Math.floor(count / held.length)
  const larger = count % held.length
  let best = 0
  for (let chosen = 0; chosen < 1 << held.length; chosen++) {
    const bits = held.map((_, i) => (chosen >> i) & 1)
    if (bits.reduce((sum, bit) => sum + bit, 0) !== larger) continue
    best = Math.max(
      best,
      held.reduce((sum, has, i) => sum + Math.min(has, least + bits[i]!), 0),
    )
  }
  return best
}
