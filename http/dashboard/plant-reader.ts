import type { Cluster } from '../../actors/cluster/port.ts'
import {
  EXHAUSTER_IDS,
  type ExhausterDocument,
  type ExhausterId,
  type MachineDocument,
  type StatusChange,
} from '../../actors/exhauster/schema.ts'
import type { PlantModel, PlantState, Reading, Sparkline } from '../../views/pages/model.ts'
import type { Outages } from '../edge/outages.ts'
import { within } from '../edge/within.ts'
import type { Ask } from './ask.ts'
import { createSparklines } from './sparklines.ts'

const MACHINES = ['machine/am-1', 'machine/am-2', 'machine/am-3'] as const
const PLANT = 'plant/main'

/** Actors that the pages show: a change of any of them may change a page. */
export const SHOWN: ReadonlySet<string> = new Set([...EXHAUSTER_IDS.map((id) => `exhauster/${id}`), ...MACHINES, PLANT])

/** Changes are stored some seconds after they happened; how many of each machine are looked at. */
const CHANGES_FRESH_MS = 2000
const CHANGES = 100

/** A store that takes longer to say what has changed is not waited for. */
const PATIENCE_MS = 1000

/** Reads what the pages show, once for all viewers. Never rejects: what cannot be read is shown as that. */
export function createPlantReader(parts: {
  cluster: Cluster
  ask: Ask
  outages: Pick<Outages, 'parts' | 'has'>
  now: () => number
}) {
  const { cluster, ask, outages, now } = parts
  const sparklines = createSparklines({ cluster, now })
  let changes: { at: number; found: ReadonlyMap<ExhausterId, readonly StatusChange[]> } | undefined
  let reading: Promise<PlantModel> | undefined

  async function readChanges(): Promise<ReadonlyMap<ExhausterId, readonly StatusChange[]>> {
    if (changes && now() - changes.at < CHANGES_FRESH_MS) return changes.found
    // As they were when the store answered last.
    const known = changes?.found ?? new Map<ExhausterId, readonly StatusChange[]>()
    const found = outages.has('store') ? known : await within(PATIENCE_MS, findChanges()).catch(() => known)
    changes = { at: now(), found }
    return found
  }

  async function findChanges(): Promise<ReadonlyMap<ExhausterId, readonly StatusChange[]>> {
    const found = new Map<ExhausterId, readonly StatusChange[]>()
    for (const id of EXHAUSTER_IDS) {
      const query = { collection: 'status_changes', address: `exhauster/${id}`, limit: CHANGES }
      const effects = await cluster.store.listEffects(query)
      found.set(
        id,
        effects.map((effect) => ({ ...(JSON.parse(effect.body) as Omit<StatusChange, 'id'>), id: effect.id })),
      )
    }
    return found
  }

  async function readLines(end: number): Promise<ReadonlyMap<ExhausterId, Sparkline>> {
    const lines = new Map<ExhausterId, Sparkline>()
    await Promise.all(
      EXHAUSTER_IDS.map(async (id) => {
        const line = await sparklines.of(id, end)
        if (line) lines.set(id, line)
      }),
    )
    return lines
  }

  /** What may take long comes first, so that the documents are as new as the answer. */
  async function readAll(): Promise<PlantModel> {
    const plant = plantState(await ask<PlantAnswer>(PLANT, 'state'), outages.parts)
    const end = plant.clock === 'replay' ? plant.moment : now()
    const [lines, found] = await Promise.all([end === null ? new Map() : readLines(end), readChanges()])
    const [exhausters, machines] = await Promise.all([
      Promise.all(EXHAUSTER_IDS.map((id) => ask<ExhausterDocument>(`exhauster/${id}`, 'document'))),
      Promise.all(MACHINES.map((address) => ask<MachineDocument>(address, 'document'))),
    ])
    return {
      plant,
      exhausters: new Map(EXHAUSTER_IDS.map((id, index) => [id, exhausters[index]!])),
      machines,
      sparklines: lines,
      changes: found,
    }
  }

  return {
    /** The present. Many at once read once. */
    read: (): Promise<PlantModel> => (reading ??= readAll().finally(() => (reading = undefined))),
  }
}

/** What `plant/main` answers to `state`, as far as pages need it. */
interface PlantAnswer {
  readonly newest: string | null
  readonly clock: 'live' | 'replay' | null
  readonly demonstration: boolean
}

function plantState(plant: Reading<PlantAnswer>, away: PlantState['away']): PlantState {
  if (plant.kind === 'unavailable') return { demonstration: false, clock: 'live', moment: null, away }
  const { newest, clock, demonstration } = plant.document
  return { demonstration, clock: clock ?? 'live', moment: newest === null ? null : Date.parse(newest), away }
}
