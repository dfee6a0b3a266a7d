import type { Cluster } from '../../actors/cluster/port.ts'
import type { Reading } from '../../views/pages/model.ts'

/** Documents change by time alone as well (a silent machine becomes stale): none is kept longer than this. */
const FRESH_MS = 1000
/** More than any page shows. */
const MOST_KEPT = 5000

interface Kept {
  readonly value: Reading<unknown>
  readonly version: number
  readonly at: number
}

/** Asks an actor for a document, as far as the kept one is old. Never rejects: what cannot be read is shown as that. */
export type Ask = <Document>(address: string, question: string) => Promise<Reading<Document>>

export function createAsk({ cluster, now }: { cluster: Pick<Cluster, 'ask' | 'version'>; now: () => number }): Ask {
  const kept = new Map<string, Kept>()

  return async <Document>(address: string, question: string) => {
    const version = cluster.version(address)
    const known = kept.get(address)
    if (known && known.version === version && now() - known.at < FRESH_MS) return known.value as Reading<Document>
    let value: Reading<Document>
    try {
      const answer = await cluster.ask(address, question, {}, { stale: true })
      value = { kind: answer.state, document: JSON.parse(answer.body) as Document }
    } catch {
      // The fault is the actor's or its owner's, and is logged there; here it is a place without values.
      value = { kind: 'unavailable' }
    }
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(address, { value, version, at: now() })
    return value
  }
}
