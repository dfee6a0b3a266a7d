import type { Cluster } from '../../actors/cluster/port.ts'
import { Fault, formatPosition, type FaultCode, type NewRecord } from '../../actors/runtime/index.ts'

/** The actor is there and has not come to the record yet: its outcome is not known, and the act stands. */
const NOT_YET: ReadonlySet<FaultCode> = new Set([
  'OFFSET_NOT_REACHED',
  'RESTORING',
  'ASK_TIMEOUT',
  'OVERLOADED',
  'NOT_OWNER',
  'SHUTTING_DOWN',
])

/**
 * An act of a person on an actor: appends the record, waits up to 2 s until the actor has applied it, and asks what has come of it.
 * The answer is the document with 200, or `{position}` with 202 when it takes longer; both have `x-position`. Faults: LOG_UNAVAILABLE,
 * CONFLICT with the sentence that `refusal` finds in the document, QUARANTINED and what else `Cluster.ask` says for good.
 *
 * ```ts
 * await act<Loop>(cluster, set, {
 *   record: { key: 'control/default', type: 'command', value, id },
 *   question: 'acted', query: { id },                       // `id` tells this act from the others
 *   refusal: ({ refused }) => refused,
 * })
 * ```
 */
export async function act<Outcome extends object>(
  cluster: Pick<Cluster, 'append' | 'ask'>,
  set: { headers: Record<string, unknown>; status?: unknown },
  wanted: {
    record: NewRecord
    question: string
    query?: unknown
    refusal?: (outcome: Outcome) => string | null | undefined
  },
): Promise<Outcome | { position: string }> {
  const { record, question, query, refusal } = wanted
  const [at] = await cluster.append([record])
  if (!at) throw new Fault('LOG_UNAVAILABLE', 'The log could not take it; send it again.')
  const position = formatPosition(at)
  set.headers['x-position'] = position
  const minOffsets = new Map([[at.partition, at.offset]])
  let text: string
  try {
    text = (await cluster.ask(record.key, question, query ?? {}, { minOffsets })).body
  } catch (error) {
    if (!(error instanceof Fault) || !NOT_YET.has(error.code)) throw error
    set.status = 202
    return { position }
  }
  const outcome = JSON.parse(text) as Outcome
  const reason = refusal?.(outcome)
  if (reason) throw new Fault('CONFLICT', reason)
  set.status = 200
  return outcome
}
