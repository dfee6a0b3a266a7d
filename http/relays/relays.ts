import type { Cluster } from '../../actors/cluster/port.ts'
import { eventAddresses } from '../../actors/event/address.ts'
import { addressesOf, destinationOf, RefusedDestination, type Resolve } from '../../actors/outgoing/destination.ts'
import { newSecret, signingKeyOf } from '../../actors/outgoing/signature.ts'
import type { TopicDestination, TopicWriter } from '../../actors/outgoing/topic.ts'
import type { Destination } from '../../actors/outgoing/webhook.ts'
import type { RelayFilter, RelayKind, RelaysRecord } from '../../actors/relay/schema.ts'
import { Fault, type NewRecord } from '../../actors/runtime/index.ts'
import type { Collection, Delivery, Document } from '../../actors/store/port.ts'
import { fromCursor, page } from '../paging.ts'
import { isoTime } from '../time.ts'
import type { DeliveryView, NewRelay, RelayChange, RelayView } from './schema.ts'

const RELAYS: Collection = { name: 'relays' }
const ALL = 'all'
/** Every event is held against each of them. */
export const MOST_RELAYS = 100
const ATTEMPTS = 8
/** A name that is not resolved by then is looked at when something is sent. */
const RESOLVE_MS = 2_000

/** A relay as the store has it. The secret lies there as it is: what signs cannot be a hash. */
export interface Relay {
  readonly id: number
  readonly name: string
  readonly kind: RelayKind
  readonly url: string | null
  readonly topic: string | null
  readonly secret: string | null
  readonly filter: RelayFilter
  readonly active: boolean
  readonly created_at: string
  readonly updated_at: string
}

/** All relays are one document: its version is the one that event actors hear. */
interface AllRelays {
  readonly origin: string
  readonly relays: readonly Relay[]
}

export const relayView = ({ secret: _, ...relay }: Relay): RelayView => relay

const invalid = (path: string, message: string) =>
  new Fault('VALIDATION', `${path}: ${message}.`, { errors: [{ path: `/${path}`, message }] })

/** What belongs to relays of another kind. Fault VALIDATION. */
function refuseStrange(kind: RelayKind, { url, topic, secret }: Pick<NewRelay, 'url' | 'topic' | 'secret'>): void {
  if (kind === 'webhook' && topic !== undefined) throw invalid('topic', 'A webhook has a url')
  if (kind === 'topic' && url !== undefined) throw invalid('url', 'A relay to a topic has none')
  if (kind === 'topic' && secret !== undefined) throw invalid('secret', 'A relay to a topic has none')
}

/**
 * Where events are relayed to. A change is in the store first, and then a record to every event actor, which takes only a higher version than
 * its last; `repair` tells again those that have missed one.
 */
export function createRelays(parts: {
  cluster: Cluster
  now: () => number
  allowPrivate: boolean
  resolve: Resolve
  /** Absent: there is no broker to write to. */
  topics?: Pick<TopicWriter, 'refusal'> | undefined
}) {
  const { cluster, now, allowPrivate, resolve, topics } = parts
  const { store } = cluster

  const read = async (): Promise<Document<AllRelays> | undefined> => await store.get<AllRelays>(RELAYS, ALL)
  const all = async (): Promise<readonly Relay[]> => (await read())?.body.relays ?? []

  async function sought(key: string) {
    const document = await read()
    return { document, relay: document?.body.relays.find(({ id }) => String(id) === key) }
  }

  async function get(id: number): Promise<Relay> {
    const found = (await all()).find((relay) => relay.id === id)
    if (found === undefined) throw new Fault('NOT_FOUND', 'There is no such relay.')
    return found
  }

  const recordOf = (key: string, { version, body }: Document<AllRelays>): NewRecord => {
    const relays = body.relays.filter(({ active }) => active).map(({ id, kind, filter }) => ({ id, kind, filter }))
    const value = JSON.stringify({ version, relays } satisfies RelaysRecord)
    // No id: a version that comes twice is passed over by its number.
    return { key, type: 'relays', value }
  }

  async function tell(addresses: readonly string[], document: Document<AllRelays>): Promise<void> {
    if (addresses.length === 0) return
    const positions = await cluster.append(addresses.map((address) => recordOf(address, document)))
    if (positions.includes(null)) {
      throw new Fault('LOG_UNAVAILABLE', 'It is kept, and counts for all events within a minute.', { retryAfterS: 5 })
    }
  }

  /** Stores what `edit` makes of the relays, and tells of it. Faults: CONFLICT, LOG_UNAVAILABLE. */
  async function change<Result>(edit: (relays: readonly Relay[]) => { relays: readonly Relay[]; result: Result }) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const there = await read()
      const { relays, result } = edit(there?.body.relays ?? [])
      const body: AllRelays = { origin: there?.body.origin ?? crypto.randomUUID().slice(0, 8), relays }
      const put = there ? await store.replace(RELAYS, ALL, there.version, body) : await store.insert(RELAYS, ALL, body)
      if (!put.ok) continue
      await tell(eventAddresses(cluster.partitions), { id: ALL, version: put.version, body })
      return result
    }
    throw new Fault('CONFLICT', 'Others are changing relays at this moment.')
  }

  /** Fault VALIDATION. */
  async function checkUrl(text: string): Promise<void> {
    try {
      const url = destinationOf(text, allowPrivate)
      const late = Promise.withResolvers<void>()
      const timer = setTimeout(late.resolve, RESOLVE_MS)
      await Promise.race([addressesOf(url, allowPrivate, resolve), late.promise]).finally(() => clearTimeout(timer))
    } catch (error) {
      if (error instanceof RefusedDestination) throw invalid('url', error.message)
      // A name that cannot be resolved now may be at the first attempt, which looks at the address as well.
    }
  }

  function checkSecret(secret: string): void {
    if (signingKeyOf(secret) === null) throw invalid('secret', 'Expected whsec_ and 24 to 64 bytes in base64')
  }

  /** Fault VALIDATION. */
  function checkTopic(topic: string): void {
    const refusal = topics?.refusal(topic) ?? null
    if (refusal !== null) throw invalid('topic', `It ${refusal}`)
  }

  /** Where the relay leads, by its kind. Fault VALIDATION. */
  async function placeOf({ kind, url, topic, secret }: NewRelay): Promise<Pick<Relay, 'url' | 'topic' | 'secret'>> {
    if (kind === 'topic' && !topics) throw invalid('kind', 'A topic needs a broker, which this edition does not have')
    refuseStrange(kind, { url, topic, secret })
    if (kind === 'topic') {
      if (topic === undefined) throw invalid('topic', 'A relay to a topic needs its name')
      checkTopic(topic)
      return { url: null, topic, secret: null }
    }
    if (url === undefined) throw invalid('url', 'A webhook needs one')
    if (secret !== undefined) checkSecret(secret)
    await checkUrl(url)
    return { url, topic: null, secret: secret ?? newSecret() }
  }

  return {
    get,

    /** By id, those behind `after`. */
    async list(after: number, limit: number): Promise<RelayView[]> {
      const behind = (await all()).filter(({ id }) => id > after)
      return behind.slice(0, limit).map(relayView)
    },

    /** Faults: VALIDATION, CONFLICT (too many), LOG_UNAVAILABLE. `secret` stands in the answer when it was made here. */
    async create(wanted: NewRelay) {
      const { name, kind, filter = {}, active = true } = wanted
      const place = await placeOf(wanted)
      const id = await store.next('relay')
      const at = isoTime(now())
      const made: Relay = { id, name, kind, ...place, filter, active, created_at: at, updated_at: at }
      return await change((relays) => {
        if (relays.length >= MOST_RELAYS) throw new Fault('CONFLICT', `There are ${MOST_RELAYS} relays already.`)
        return { relays: [...relays, made], result: made }
      })
    },

    /** The relay as it was and as it is. Faults: NOT_FOUND, VALIDATION, CONFLICT, LOG_UNAVAILABLE. */
    async change(id: number, wanted: RelayChange) {
      if (wanted.secret !== undefined) checkSecret(wanted.secret)
      if (wanted.topic !== undefined) checkTopic(wanted.topic)
      if (wanted.url !== undefined) await checkUrl(wanted.url)
      return await change((relays) => {
        const before = relays.find((relay) => relay.id === id)
        if (before === undefined) throw new Fault('NOT_FOUND', 'There is no such relay.')
        refuseStrange(before.kind, wanted)
        const after: Relay = { ...before, ...wanted, updated_at: isoTime(now()) }
        return { relays: relays.map((relay) => (relay === before ? after : relay)), result: { before, after } }
      })
    },

    /** What still waits for it goes to the dead letters. Faults: NOT_FOUND, CONFLICT, LOG_UNAVAILABLE. */
    remove: (id: number) =>
      change((relays) => {
        const gone = relays.find((relay) => relay.id === id)
        if (gone === undefined) throw new Fault('NOT_FOUND', 'There is no such relay.')
        return { relays: relays.filter((relay) => relay !== gone), result: gone }
      }),

    /** What was sent there, or waits, newest first. Faults: NOT_FOUND, VALIDATION (cursor). */
    async deliveries(id: number, { limit, cursor }: { limit: number; cursor?: string }) {
      const { kind } = await get(id)
      const [at, last] = cursor === undefined ? [] : (fromCursor(cursor, ['number', 'string']) as [number, string])
      const after = at === undefined || last === undefined ? {} : { after: { at, id: last } }
      const found = await store.listDeliveries({ target: `${kind}/${id}`, limit: limit + 1, ...after })
      return page(found, limit, deliveryView, (delivery) => [delivery.at, delivery.id])
    },

    /** For the loop that delivers: whether a relay is switched off, by its id as text. */
    async isPaused(key: string): Promise<boolean> {
      return (await sought(key)).relay?.active === false
    },

    /** The same: where a webhook leads. */
    async destination(key: string): Promise<Destination | undefined> {
      const { document, relay } = await sought(key)
      if (!document || !relay?.url || !relay.secret) return undefined
      return { url: relay.url, secret: relay.secret, origin: document.body.origin }
    },

    /** The same for a relay to a topic. */
    async topic(key: string): Promise<TopicDestination | undefined> {
      const { document, relay } = await sought(key)
      return document && relay?.topic ? { topic: relay.topic, origin: document.body.origin } : undefined
    },

    /** Tells the event actors that have missed the last change. Returns how many. */
    async repair(): Promise<number> {
      const document = await read()
      if (document === undefined) return 0
      const versions = await Promise.all(
        eventAddresses(cluster.partitions).map(async (address) => {
          const { body } = await cluster.ask(address, 'relays')
          return { address, version: (JSON.parse(body) as { version: number }).version }
        }),
      )
      const missed = versions.filter(({ version }) => version < document.version).map(({ address }) => address)
      await tell(missed, document)
      return missed.length
    },
  }
}
export type Relays = ReturnType<typeof createRelays>

const timeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms))

const deliveryView = ({ id, at, status, attempts, triedAt, nextAt, error, answer }: Delivery): DeliveryView => ({
  id,
  at: isoTime(at),
  status,
  attempts,
  tried_at: timeOrNull(triedAt),
  next_at: status === 'waiting' ? timeOrNull(nextAt) : null,
  error,
  answer,
})
