import type { Segment, TurnStore } from '../ports.ts'
import type { MemoryStore, StoreGuards } from './memory-store.ts'
import type { Caller, Network } from './network.ts'

/** The store as one node sees it: over the network. */
export function remoteStore(store: MemoryStore, guards: StoreGuards, network: Network, caller: Caller): TurnStore {
  const over =
    <Arguments extends unknown[], Answer>(method: (...given: Arguments) => Promise<Answer>) =>
    (...given: Arguments) =>
      network.request(caller, method.name, () => method.apply(store, given))
  return {
    claim: over(store.claim),
    loadSnapshots: over(store.loadSnapshots),
    loadDue: over(store.loadDue),
    putSnapshots: over(store.putSnapshots),
    putSegments: over(store.putSegments),
    sync: over(store.sync),
    putEffects: over(store.putEffects),
    hashOf: store.hashOf,
    putIds: over(store.putIds),
    findIds: over(store.findIds),
    readSegments: guards.pointInTime ? over(store.readSegments) : readInTwo(store, network, caller),
    deleteSegment: over(store.deleteSegment),
  }
}

/** A read that takes its second half at a later moment. */
const readInTwo =
  (store: MemoryStore, network: Network, caller: Caller): TurnStore['readSegments'] =>
  async (...given) => {
    const early = await network.request(caller, 'readSegments', () => store.readSegments(...given))
    const half = early.slice(0, early.length >> 1)
    const middle = early[half.length]?.first ?? Infinity
    const behind = ({ first }: Segment) => first >= middle
    return [
      ...half,
      ...(await network.request(caller, 'readSegments', () => store.readSegments(...given))).filter(behind),
    ]
  }
