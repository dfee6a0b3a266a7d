import type { RelayMessage } from '../relay/schema.ts'
import type { Attempt, Message, TargetKind } from './target.ts'

/** What goes into a topic. */
export interface TopicMessage {
  readonly key: string
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

/** The broker's topics, for those that write there. */
export interface TopicWriter {
  /** Why nobody but their owner may write to a topic of this name, as a sentence; null: anybody may. */
  refusal(topic: string): string | null
  /** Resolves to where it stands when all replicas in sync have it. Rejects when that is not known; it may be there still. */
  write(topic: string, message: TopicMessage): Promise<{ partition: number; offset: string }>
  close(): Promise<void>
}

export interface TopicDestination {
  readonly topic: string
  /** Begins the ids of messages: it makes those of this system different from those of any other. */
  readonly origin: string
}

export interface TopicParts {
  /** Where a relay writes to; undefined for one that is not there any more. */
  readonly destination: (key: string) => Promise<TopicDestination | undefined>
  readonly isPaused?: (key: string) => Promise<boolean>
  readonly writer: TopicWriter
}

const TIMEOUT_MS = 15_000

/** A relay's topic: each event a message, as a CloudEvent in JSON, and under its subject as the key, else its id. */
export function topicTarget({ destination, isPaused, writer }: TopicParts): TargetKind {
  return {
    atOnce: 32,
    ...(isPaused && { isPaused }),
    async send({ id, key, payload }: Message, signal): Promise<Attempt> {
      const found = await destination(key)
      if (found === undefined) return { taken: false, error: `relay ${key} is deleted`, code: 'RELAY_NO_TARGET' }
      const { topic, origin } = found
      const refusal = writer.refusal(topic)
      if (refusal !== null) return { taken: false, error: `${topic} ${refusal}`, code: 'RELAY_ADDRESS_REFUSED' }
      const message = messageOf(payload as RelayMessage, `${origin}-${id}`)
      const { partition, offset } = await inTime(writer.write(topic, message), signal)
      return { taken: true, answer: `${topic}-${partition}-${offset}` }
    },
  }
}

/**
 * CloudEvents 1.0, structured mode, with the attributes in headers too, so that who chooses by them need not read the value. The header
 * `windbox-id` is the same at every attempt: of one event an own one for each relay.
 */
export function messageOf({ type, timestamp, data }: RelayMessage, id: string): TopicMessage {
  const { ingest_time: _, ...fields } = data as Record<string, unknown>
  const event: Record<string, unknown> = { id, source: 'windbox', time: timestamp, ...fields, specversion: '1.0', type }
  const attributes = ['specversion', 'id', 'source', 'type', 'subject', 'time'] as const
  const headers: Record<string, string> = {
    'content-type': 'application/cloudevents+json; charset=UTF-8',
    'windbox-id': id,
  }
  for (const name of attributes) if (typeof event[name] === 'string') headers[`ce_${name}`] = event[name]
  return { key: String(event.subject ?? event.id), value: JSON.stringify(event), headers }
}

/** The write itself cannot be called back: who does not wait for it any longer may see it arrive. */
async function inTime<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
  const late = Promise.withResolvers<never>()
  const stop = () => late.reject(new Error(`the broker did not answer within ${TIMEOUT_MS / 1000} s`))
  within.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    within.removeEventListener('abort', stop)
  }
}
