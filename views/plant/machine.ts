import {
  EXHAUSTER_IDS,
  type Cause,
  type ExhausterDocument,
  type ExhausterId,
  type SignalView,
  type Status,
} from '../../actors/exhauster/schema.ts'
import type { PlantModel, Reading } from '../pages/model.ts'

/** From the worst to the best, as the attention strip and the counters go. */
export const WORST_FIRST: readonly Status[] = ['alarm', 'warning', 'unknown', 'ok']

/** What can be said of a machine as a whole. */
export type Condition =
  | 'known'
  /** Frames have stopped coming: the values are the last known ones. */
  | 'lost'
  /** No frame has ever come. */
  | 'waiting'
  | 'unavailable'

/** The document of a reading, whether live or last known. */
export const documentOf = <Document>(reading: Reading<Document> | undefined): Document | null =>
  reading && reading.kind !== 'unavailable' ? reading.document : null

export function conditionOf(reading: Reading<ExhausterDocument> | undefined): Condition {
  const document = documentOf(reading)
  if (!document) return 'unavailable'
  if (document.updated_at === null) return 'waiting'
  const lost =
    document.status === 'unknown' && Object.values(document.signals).some((signal) => signal.quality === 'stale')
  return lost ? 'lost' : 'known'
}

/** The status that a page shows: nobody knows better than `unknown` without a document. */
export const statusOf = (reading: Reading<ExhausterDocument> | undefined): Status =>
  documentOf(reading)?.status ?? 'unknown'

/** A machine of which nothing is known: its places stay, without values. */
export const blankDocument = (id: ExhausterId): ExhausterDocument => ({
  id,
  number: EXHAUSTER_IDS.indexOf(id) + 1,
  name: '',
  machine_name: '',
  status: 'unknown',
  status_since: null,
  causes: [],
  running: null,
  running_since: null,
  updated_at: null,
  clock: 'live',
  rotor: { number: null, installed_at: null, days_in_work: 0 },
  forecast: null,
  signals: {},
  data_age_ms: null,
})

/** The sinter machine of an exhauster, 1 … 3: two stand at each. */
export const sinterOf = (id: ExhausterId): number => Math.floor(EXHAUSTER_IDS.indexOf(id) / 2) + 1

/** How many machines have each status. */
export function tally(model: PlantModel): Readonly<Record<Status, number>> {
  const counts = { ok: 0, warning: 0, alarm: 0, unknown: 0 }
  for (const id of EXHAUSTER_IDS) counts[statusOf(model.exhausters.get(id))]++
  return counts
}

/** Signals whose measurement is in doubt: bad quality, or setpoints that contradict each other. */
export const doubtful = (document: ExhausterDocument): number =>
  Object.values(document.signals).filter((signal) => signal.quality !== 'good' || signal.misconfigured.length > 0)
    .length

/** Both limit switches of the damper say yes: at least one of them lies. */
export const gateContradicts = (document: ExhausterDocument): boolean =>
  document.signals['gate_valve.gas_valve_open']?.value === true &&
  document.signals['gate_valve.gas_valve_closed']?.value === true

/** 0 closed … 100 open, from the position or else from the limit switches; null when neither tells. */
export function damperPosition(document: ExhausterDocument): number | null {
  const position = numberOf(document.signals['gate_valve.gas_valve_position'])
  if (position !== null) return Math.min(100, Math.max(0, position))
  const open = document.signals['gate_valve.gas_valve_open']?.value
  const closed = document.signals['gate_valve.gas_valve_closed']?.value
  if (open === closed) return null
  return open === true ? 100 : closed === true ? 0 : null
}

/** The number of a signal that has one. */
export const numberOf = (signal: SignalView | undefined): number | null =>
  typeof signal?.value === 'number' ? signal.value : null

/** The cause to name first, if there is one. */
export const firstCause = (document: ExhausterDocument): Cause | undefined => document.causes[0]
