import { Fault, formatPosition, type NewRecord, type Position, type Put } from '../../actors/runtime/index.ts'
import type { Ends, Sent, Work } from '../edge/fast-lanes.ts'
import type { FaultAnswers } from '../edge/fault-answers.ts'
import type { Answered, Done, Retries } from '../edge/retries.ts'
import { demandUtf8, endedEarly, readLong, REQUEST_BYTES, shortLength, textOf } from './body.ts'
import { InFlight, type Held } from './in-flight.ts'
import { parseJson, readArray, readLines, sound } from './items.ts'
import type { Batch, Carried, Item, Refused, Resource, Sender } from './resource.ts'
import { Turnstile } from './turnstile.ts'

const JSON_TYPE = 'application/json'
const NO_PARAMETERS = {}
/** To parse and check so many characters takes 10 ms and more. */
const LONG_TEXT = 512 * 1024

/** What a body is, by its type: lines, one item, many, or what the JSON turns out to be. */
type Form = 'lines' | 'one' | 'many' | 'either'

const FORMS: ReadonlyMap<string, Form> = new Map([
  [JSON_TYPE, 'either'],
  ['application/x-ndjson', 'lines'],
  ['application/ndjson', 'lines'],
  ['application/jsonl', 'lines'],
])

/** Fault UNSUPPORTED_MEDIA_TYPE. A body without a type is taken for JSON. */
function formOf(contentType: string | null, resource: Resource): Form {
  const { types } = resource
  if (contentType === JSON_TYPE || contentType === null) return 'either'
  const [type = '', ...parameters] = contentType.toLowerCase().split(';')
  const name = type.trim()
  const charset = parameters.map((one) => /^\s*charset="?([^"\s]*)"?\s*$/.exec(one)?.[1]).find(Boolean) ?? 'utf-8'
  const form = (types && Object.hasOwn(types, name) ? types[name] : undefined) ?? FORMS.get(name)
  if (form === undefined || (form === 'lines' && !takesMany(resource)) || !/^utf-?8$/.test(charset)) {
    throw new Fault('UNSUPPORTED_MEDIA_TYPE', `This path does not take ${contentType.slice(0, 80)}.`)
  }
  return form
}

const takesMany = ({ many, batch }: Takes): boolean => many !== undefined || batch !== undefined

/** What makes records of a body. */
type Takes = Pick<Resource, 'one' | 'bytes' | 'many' | 'batch'>

/** The record of one item alone. */
interface One {
  readonly record: NewRecord | Promise<NewRecord>
}

/** The items of a body are in the batch; `unread` is what was none. */
interface Many {
  readonly batch: Batch
  readonly unread: readonly Refused[]
}

function batchOf({ many, batch }: Takes, sender: Sender): Batch {
  if (batch) return batch(sender)
  const items: Item[] = []
  return {
    item: (item) => void items.push(item),
    finish: () => (items.length === 0 ? { records: [], refused: [] } : many!(items, sender)),
  }
}

/** What a body holds. Faults: MALFORMED, TOO_LARGE, VALIDATION, and the resource's own. */
function read(resource: Resource, form: Form, bytes: Uint8Array, sender: Sender): Many | One {
  const takes: Takes = form === 'one' || form === 'many' ? (resource.typed ?? resource) : resource
  if (form === 'lines') {
    demandUtf8(bytes)
    const batch = batchOf(takes, sender)
    return { batch, unread: readLines(bytes, batch) }
  }
  const record = form === 'many' ? undefined : takes.bytes?.(bytes, sender)
  if (record !== undefined) return { record }
  const value = parseJson(textOf(bytes))
  if (form !== 'one' && takesMany(takes) && Array.isArray(value)) {
    const batch = batchOf(takes, sender)
    return { batch, unread: readArray(value, batch) }
  }
  if (form === 'many') throw new Fault('VALIDATION', 'The body is not an array.')
  return { record: takes.one(sound(value), sender) }
}

const isNotTaken = () => new Fault('LOG_UNAVAILABLE', 'The log could not take it; send it again.')

/** The answer to a batch. `positions`: the last one of each partition. */
function reportOf(accepted: number, positions: readonly string[], refused: readonly Refused[]): string {
  const errors = refused.map(({ index, fault: { code, message } }) => ({ index, code, message }))
  return JSON.stringify({ accepted, rejected: errors.length, positions, errors })
}

/** `reportOf(1, [position], [])`, without the work: it is most of the answers. */
const REPORT_OF_ONE = '{"accepted":1,"rejected":0,"positions":["'
const REPORT_END = '"],"errors":[]}'

/**
 * Takes items into the log for any {@link Resource}: reads the body within its limits, parses, appends, and answers; `resource.ts` shows
 * how a route is made with it.
 */
export function createIngest(parts: {
  put: Put
  retries: Retries
  later: FaultAnswers['later']
  now: () => number
  inFlight?: InFlight
}) {
  const { put, retries, later, now, inFlight = new InFlight() } = parts
  const longOnes = new Turnstile()

  /** Fault LOG_UNAVAILABLE. */
  function answerToOne(resource: Resource, record: NewRecord, at: Position | null | undefined): Answered {
    if (!at) throw isNotTaken()
    const position = formatPosition(at)
    const body = resource.answer ? resource.answer(position, record) : REPORT_OF_ONE + position + REPORT_END
    return { status: resource.status ?? 202, body, position }
  }

  async function appendMany({ batch, unread }: Many, sender: Sender): Promise<Answered> {
    const taken = await batch.finish()
    const positions = await append(taken.records, sender)
    const refused = [...unread, ...taken.refused]
    const last = new Map<number, Position>()
    let accepted = 0
    let isPartial = false
    for (const [i, { indexes }] of taken.records.entries()) {
      const at = positions[i]
      if (at) {
        accepted += indexes.length
        const before = last.get(at.partition)
        if (!before || before.offset < at.offset) last.set(at.partition, at)
      } else {
        isPartial = true
        const fault = isNotTaken()
        for (const index of indexes) refused.push({ index, fault })
      }
    }
    if (isPartial && accepted === 0) throw isNotTaken()
    refused.sort((a, b) => a.index - b.index)
    const texts = [...last.values()].sort((a, b) => a.partition - b.partition).map(formatPosition)
    return { status: 202, body: reportOf(accepted, texts, refused), position: texts.join(','), isPartial }
  }

  async function append(carried: readonly Carried[], { idOf }: Sender): Promise<readonly (Position | null)[]> {
    if (carried.length === 0) return []
    const records = carried.map(({ record, indexes }) =>
      idOf && !record.id ? { ...record, id: idOf(indexes[0]!) } : record,
    )
    const places: (Position | null)[] = []
    await put(records, places)
    return places
  }

  async function take(resource: Resource, sent: Many | One, sender: Sender): Promise<Done> {
    if ('batch' in sent) return await appendMany(sent, sender)
    const taken = await sent.record
    const record = sender.idOf && !taken.id ? { ...taken, id: sender.idOf(0) } : taken
    const places: (Position | null)[] = []
    await put([record], places)
    const keyed = sender.idOf && !taken.id ? { record: { address: record.key, id: record.id! } } : {}
    return { ...answerToOne(resource, record, places[0]), ...keyed }
  }

  /** Under a retry key. */
  async function answerOnce(
    resource: Resource,
    { request, identity, params = NO_PARAMETERS }: Sent,
    form: Form,
    bytes: Uint8Array,
    nowMs: number,
  ): Promise<Answered> {
    const parts = [new URL(request.url).pathname, form, bytes]
    return await retries.once(identity, request.headers, parts, async (idOf, beganMs = nowMs) => {
      const sender = { identity, nowMs: beganMs, params, ...(idOf ? { idOf } : {}) }
      return await take(resource, read(resource, form, bytes, sender), sender)
    })
  }

  /**
   * One item without a retry key is gone through in this one function: each further `async` costs 0.4 µs, of 14 in all. No closure here takes
   * any of its variables, which would have to lie on the heap then.
   */
  async function answer<Answer>(resource: Resource, sent: Sent, ends: Ends<Answer>): Promise<Answer> {
    const { request, identity, set, params = NO_PARAMETERS } = sent
    const held: Held = { bytes: 0 }
    let leave: (() => void) | undefined
    try {
      const { headers } = request
      const form = formOf(headers.get('content-type'), resource)
      const length = shortLength(headers)
      let bytes: Uint8Array
      if (length >= 0) {
        inFlight.hold(REQUEST_BYTES + length, held)
        try {
          bytes = await request.bytes()
        } catch {
          endedEarly()
        }
      } else {
        held.owner = identity.bucket
        bytes = await readLong(request, inFlight, held)
      }
      if (bytes.length > LONG_TEXT) leave = await longOnes.enter()
      const nowMs = now()
      let answered: Answered
      if (headers.has('idempotency-key')) answered = await answerOnce(resource, sent, form, bytes, nowMs)
      else {
        const sender = { identity, nowMs, params }
        const body = read(resource, form, bytes, sender)
        if ('batch' in body) answered = await appendMany(body, sender)
        else {
          const record = body.record instanceof Promise ? await body.record : body.record
          const places: (Position | null)[] = []
          await put([record], places)
          answered = answerToOne(resource, record, places[0])
        }
      }
      set.status = answered.status
      set.headers['content-type'] = JSON_TYPE
      if (answered.position) set.headers['x-position'] = answered.position
      return ends.done(sent, answered.body)
    } catch (error) {
      return ends.failed(sent, error)
    } finally {
      leave?.()
      inFlight.release(held)
    }
  }

  /** For the router, which makes the answer itself. */
  const BARE: Ends<string> = {
    done: (_, body) => body,
    failed: (_, error) => {
      throw error
    },
  }
  const works = new WeakMap<object, Work>()

  /** The handler of a route; it is bound, so that Elysia, which reads the source of handlers, does not await it. */
  function ingest(resource: Resource) {
    const work: Work = (sent, ends) => answer(resource, sent, ends)
    const handler = ((sent: Sent) => later(sent, work(sent, BARE))).bind(null)
    works.set(handler, work)
    return handler
  }
  /** What a handler that was made here does, for a fast lane. */
  return Object.assign(ingest, { workOf: (handler: object): Work | undefined => works.get(handler) })
}
export type Ingest = ReturnType<typeof createIngest>
