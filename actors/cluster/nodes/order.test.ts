import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Fault } from '../../runtime/index.ts'
import { addressIn, makeWorld, type Node, PARTITIONS } from './nodes.fixture.ts'

let world: ReturnType<typeof makeWorld>
beforeEach(() => (world = makeWorld()))
afterEach(() => world.end())

/** Numbers from 0 up to 1, the same for a seed (mulberry32). */
function randomOf(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Read {
  readonly partition: number
  /** Moments of one count of all that happens. */
  readonly begun: number
  readonly ended: number
  readonly offset: number
}

/**
 * A group that gives partitions away at random. Some of those who lose one are told; some have only not heard of the group for too long, and
 * take it for their own. Who gets one has all of the log that there is after he claimed.
 */
class Group {
  readonly #nodes: readonly Node[]
  readonly #random: () => number
  readonly #ends = new Array<number>(PARTITIONS).fill(1)
  readonly #owners = new Array<Node | undefined>(PARTITIONS).fill(undefined)
  readonly #moving = new Set<number>()

  constructor(nodes: readonly Node[], random: () => number) {
    this.#nodes = nodes
    this.#random = random
  }

  append(partition: number): void {
    this.#ends[partition]!++
    const owner = this.#owners[partition]
    if (owner && !owner.unleased.has(partition)) owner.positions.set(partition, this.#ends[partition]!)
  }

  async move(partition: number, to: Node): Promise<void> {
    if (this.#moving.has(partition)) return
    this.#moving.add(partition)
    const from = this.#owners[partition]
    this.#owners[partition] = undefined
    if (from && this.#random() < 0.5) from.lose(partition)
    else from?.unleased.add(partition)
    await to.store.claim(partition, `${to.url}#0`)
    to.positions.set(partition, this.#ends[partition]!)
    to.unleased.delete(partition)
    to.owned.add(partition)
    to.nodes.ownersChanged()
    this.#owners[partition] = to
    this.#moving.delete(partition)
  }

  /** Nobody hears of the group for a while. */
  falter(partition: number): void {
    this.#owners[partition]?.unleased.add(partition)
  }

  /** Those who lost the partition hear of it at last; its owner hears of the group again. */
  settle(partition: number): void {
    if (this.#moving.has(partition)) return
    const owner = this.#owners[partition]
    for (const node of this.#nodes) if (node !== owner) node.lose(partition)
    if (owner?.unleased.delete(partition)) owner.positions.set(partition, this.#ends[partition]!)
  }
}

test.each([1, 2, 3])(
  'who asks after an answer was given gets none that is older, whoever has the partition, seed %d',
  async (seed) => {
    const random = randomOf(seed)
    const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
    const nodes = [await world.addNode(), await world.addNode(), await world.addNode()]
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition)
    const group = new Group(nodes, random)
    await Promise.all(partitions.map((partition) => group.move(partition, one(nodes))))

    let moment = 0
    const reads: Read[] = []
    const ask = async () => {
      const partition = one(partitions)
      const begun = ++moment
      try {
        const { offset } = await one(nodes).cluster.ask(addressIn(partition), 'document')
        reads.push({ partition, begun, ended: ++moment, offset })
      } catch (error) {
        expect((error as Fault).code).toBe('RESTORING')
      }
    }
    const acts = [
      () => group.append(one(partitions)),
      () => group.append(one(partitions)),
      () => void group.move(one(partitions), one(nodes)),
      () => group.falter(one(partitions)),
      () => group.settle(one(partitions)),
    ]
    let left = 1500
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        while (left-- > 0) {
          if (random() < 0.3) one(acts)()
          await ask()
        }
      }),
    )

    expect(reads.length).toBeGreaterThan(1000)
    const wrong = reads.flatMap((later) =>
      reads
        .filter((earlier) => earlier.partition === later.partition && earlier.ended < later.begun)
        .filter((earlier) => earlier.offset > later.offset)
        .map((earlier) => ({ earlier, later })),
    )
    expect(wrong).toEqual([])
  },
  60_000,
)
