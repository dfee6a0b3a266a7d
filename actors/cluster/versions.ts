import { versionSlot } from '../runtime/index.ts'

/** A power of two. Two actors that share a counter only make a kept answer look old too early. */
const COUNTERS = 1 << 14

/** The version counters of the node's actors, in memory that its threads share. It makes "may I give the kept answer?" a read of memory. */
export const makeVersions = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(COUNTERS * 4))

export const versionOf = (versions: Int32Array, address: string): number =>
  Atomics.load(versions, versionSlot(address, versions.length))

/** For a partition that lost its owner: an answer kept from before may be older than the log, though no turn loop says so. */
export function changeAll(versions: Int32Array): void {
  for (let slot = 0; slot < versions.length; slot++) Atomics.add(versions, slot, 1)
}
