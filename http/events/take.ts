import { createHash } from 'node:crypto'
import { eventAddresses, partitionOfEvent } from '../../actors/event/address.ts'
import { readPlainText } from '../../actors/event/plain.ts'
import { eventRecord, OWN_SOURCE, type SentEvent } from '../../actors/event/schema.ts'
import { Fault, type NewRecord } from '../../actors/runtime/index.ts'
import { senderOf } from '../auth/identity.ts'
import { flawOf } from '../edge/flaw.ts'
import { textOf } from '../ingest/body.ts'
import type { Item, Refused, Sender } from '../ingest/resource.ts'
import { parseTime } from '../time.ts'

/** Of an event, as JSON. */
const MOST_EVENT_BYTES = 64 * 1024
/** Longest texts of the names that events are told apart and chosen by, characters. */
export const LONGEST = { id: 256, type: 256, source: 1024, subject: 1024, user_id: 256, time: 64 } as const
/** The server sets these; what a sender says there is not kept. */
const OWN_NAMES = ['ingest_time', 'store_time'] as const

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

const invalid = (name: string, message: string) =>
  new Fault('VALIDATION', `${name}: ${message}.`, { errors: [{ path: `/${name}`, message }] })

/** A name's text, as CloudEvents has it: not empty, no control characters; of a plain event nobody has to look for these. */
function demandText(name: keyof typeof LONGEST, value: unknown, isPlain: boolean): void {
  if (value === undefined) return
  if (typeof value !== 'string') throw invalid(name, 'Expected a text')
  if (value === '' || value.length > LONGEST[name]) throw invalid(name, `Expected 1 to ${LONGEST[name]} characters`)
  if (!isPlain && CONTROL.test(value)) throw invalid(name, 'Expected no control characters')
}

/** UUIDv8 of a text: the same each time. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = '89ab'[parseInt(hex[16]!, 16) & 3]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** What is taken of a value as an event; it may have no id yet. Fault VALIDATION. */
function eventOf(value: unknown, isCloudEvent = false): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Fault('VALIDATION', 'An event is a JSON object.', {
      errors: [{ path: '', message: 'Expected an object' }],
    })
  }
  const event = value as Record<string, unknown>
  demandEvent(event, false, isCloudEvent)
  for (const name of OWN_NAMES) if (event[name] !== undefined) delete event[name]
  return event
}

/** Fault VALIDATION where one of the names that matter says something wrong. */
function demandEvent(event: Readonly<Record<string, unknown>>, isPlain: boolean, isCloudEvent: boolean): void {
  // Not in a loop over the names: it is dearer.
  demandText('id', event.id, isPlain)
  demandText('type', event.type, isPlain)
  demandText('source', event.source, isPlain)
  demandText('subject', event.subject, isPlain)
  demandText('user_id', event.user_id, isPlain)
  demandText('time', event.time, isPlain)
  if (isCloudEvent || event.specversion !== undefined) demandCloudEvent(event)
  if (typeof event.source === 'string' && event.source.startsWith(OWN_SOURCE)) {
    throw invalid('source', `${OWN_SOURCE}… is this system's own`)
  }
  if (typeof event.time === 'string' && Number.isNaN(parseTime(event.time))) {
    throw invalid('time', 'Expected an ISO 8601 time such as 2026-11-22T10:00:00Z')
  }
}

/** Bytes of a record besides its event. */
const ENVELOPE = eventRecord('', '', Date.now(), { id: '' }, '').value.length

/** Fault TOO_LARGE. */
function demandSize(record: NewRecord, ours = ENVELOPE): NewRecord {
  if (record.value.length * 3 > MOST_EVENT_BYTES && Buffer.byteLength(record.value) > MOST_EVENT_BYTES + ours) {
    throw new Fault('TOO_LARGE', `An event may have at most ${MOST_EVENT_BYTES} bytes.`)
  }
  return record
}

/** Makes records of what comes in. */
export function createTake(partitions: number) {
  const addresses = eventAddresses(partitions)

  function recordFrom(given: Record<string, unknown>, newId: () => string, sender: string, at: number): NewRecord {
    const hasId = given.id !== undefined
    const event = (hasId ? given : { ...given, id: newId() }) as SentEvent
    const record = eventRecord(addresses[partitionOfEvent(event.id, partitions)]!, sender, at, event)
    return demandSize(record, ENVELOPE + (hasId ? 0 : `,"id":"${event.id}"`.length))
  }

  /** Of events of any sort, or of bodies whose type says that they are CloudEvents. */
  const takeOf = (isCloudEvent: boolean) => {
    /** The record of an event. `index` counts the items of its request. Faults: VALIDATION, TOO_LARGE. */
    function recordOf(value: unknown, index: number, { identity, nowMs, idOf }: Sender, at = nowMs): NewRecord {
      const newId = () => (idOf ? uuidOf(idOf(index)) : Bun.randomUUIDv7())
      return recordFrom(eventOf(value, isCloudEvent), newId, senderOf(identity), at)
    }

    return {
      recordOf,

      /** The record of an event that is plain and has an id: its text is kept as it was sent. Faults: MALFORMED, VALIDATION, TOO_LARGE. */
      recordOfBytes(bytes: Uint8Array, { identity, nowMs }: Sender): NewRecord | undefined {
        if (bytes.length > MOST_EVENT_BYTES) return undefined
        const text = textOf(bytes)
        const event = readPlainText(text)
        if (event?.id === undefined) return undefined
        demandEvent(event, true, isCloudEvent)
        const { id, idAt, source } = event
        const address = addresses[partitionOfEvent(text, partitions, idAt, idAt + id.length)]!
        // What an issuer says of its users, nobody here has looked at.
        const isClean = identity.issuer === null
        return demandSize(eventRecord(address, senderOf(identity), nowMs, { id, source }, text, isClean))
      },

      recordsOf(items: readonly Item[], sender: Sender) {
        const records: { record: NewRecord; indexes: [number] }[] = []
        const refused: Refused[] = []
        for (const { index, value } of items) {
          try {
            records.push({ record: recordOf(value, index, sender), indexes: [index] })
          } catch (error) {
            if (!(error instanceof Fault)) throw error
            refused.push({ index, fault: error })
          }
        }
        return { records, refused }
      },
    }
  }

  return {
    ...takeOf(false),
    cloudEvents: takeOf(true),

    /** The record of what came otherwise than in a request; `id` is for one that has none. Faults: VALIDATION, TOO_LARGE. */
    recordOfMessage(value: unknown, { sender, nowMs, id }: { sender: string; nowMs: number; id: string }): NewRecord {
      const flaw = flawOf(value)
      if (flaw !== undefined) throw new Fault('VALIDATION', `${flaw}.`)
      return recordFrom(eventOf(value), () => id, sender, nowMs)
    },
  }
}
export type Take = ReturnType<typeof createTake>

/** What says that it is a CloudEvent is one: the event itself, or the type of its body. */
function demandCloudEvent(event: Readonly<Record<string, unknown>>): void {
  if (event.specversion !== '1.0') throw invalid('specversion', 'Expected "1.0"')
  for (const name of ['id', 'source', 'type'])
    if (event[name] === undefined) throw invalid(name, 'A CloudEvent has one')
}
