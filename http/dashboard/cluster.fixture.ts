import type { Change, Cluster, HistoryRows } from '../../actors/cluster/port.ts'
import { Fault, type Effect } from '../../actors/runtime/index.ts'
import { documentOf } from '../../views/plant/machine.ts'
import type { PlantModel } from '../../views/pages/model.ts'

/** A cluster that answers with the documents of a model, for pages alone. `model` may be replaced; `change` says that it was. */
export function clusterOf(first: PlantModel) {
  const listeners = new Set<(changes: readonly Change[]) => void>()
  let version = 0
  let asked = 0
  const stand = {
    model: first,
    history: { names: [], times: new Float64Array(), columns: [] } as HistoryRows,
    get asked() {
      return asked
    },
    get listeners() {
      return listeners.size
    },
    change(...addresses: string[]) {
      version++
      for (const listener of listeners) listener(addresses.map((address) => ({ address, offset: version })))
    },
  }

  function answer(address: string): unknown {
    const [kind, id = ''] = address.split('/')
    const { plant, exhausters, machines } = stand.model
    if (kind === 'plant') {
      return { ...plant, newest: plant.moment === null ? null : new Date(plant.moment).toISOString() }
    }
    if (kind === 'machine') return documentOf(machines.find((one) => documentOf(one)?.id === id))
    return documentOf(exhausters.get(id as 'u-171'))
  }

  const cluster: Pick<Cluster, 'ask' | 'version' | 'history' | 'onChange'> & {
    store: Pick<Cluster['store'], 'listEffects'>
  } = {
    version: () => version,
    ask: async (address) => {
      asked++
      const document = answer(address)
      if (!document) throw new Fault('RESTORING', 'not yet')
      return { body: JSON.stringify(document), offset: version, at: 0, state: 'live' }
    },
    history: async (_, { names }) => ({ ...stand.history, names }),
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    store: {
      listEffects: async ({ address }) => {
        const id = address?.split('/')[1] as 'u-171'
        const changes = stand.model.changes.get(id) ?? []
        return changes.map(({ id, ...body }): Effect => ({
          collection: 'status_changes',
          id,
          address: address!,
          at: Date.parse(body.at),
          body: JSON.stringify(body),
        }))
      },
    },
  }
  return { stand, cluster: cluster as Cluster }
}
