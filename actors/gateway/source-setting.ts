/** Where a topic is begun with, the first time that it is read: a number is epoch ms. */
export type Start = 'earliest' | 'latest' | number

/** A topic whose messages are events. The setting WINDBOX_EVENT_SOURCES is a list of these. */
export interface EventSource {
  /** Tells its events from those of others: for ever the same. The topic's name by default. */
  readonly name: string
  readonly brokers: readonly string[]
  readonly topic: string
  readonly username: string | undefined
  readonly password: string | undefined
  readonly caFile: string | undefined
  readonly start: Start
  /** Which field of a message is an event's `id`, `type` and so on, where the message does not call it so. */
  readonly fields: Readonly<Partial<Record<EventField, string>>>
}

/** The names that events are told apart and chosen by. */
export const EVENT_FIELDS = ['id', 'type', 'source', 'subject', 'user_id', 'time'] as const
type EventField = (typeof EVENT_FIELDS)[number]

const NAMES = ['name', 'brokers', 'topic', 'username', 'password', 'ca', 'start', 'fields']
const TOPIC = /^[\w.-]{1,249}$/
const NAME = /^\w[\w.-]{0,248}$/

/**
 * The sources in the text of WINDBOX_EVENT_SOURCES: a JSON list of `{brokers, topic, name?, username?, password?, ca?, start?, fields?}`. Throws a
 * sentence that completes "WINDBOX_EVENT_SOURCES …".
 */
export function readEventSources(text: string): readonly EventSource[] {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    throw 'must be JSON: a list of sources'
  }
  if (!Array.isArray(list)) throw 'must be a JSON list of sources'
  const sources = list.map(readSource)
  if (new Set(sources.map(({ name }) => name)).size < sources.length) throw 'must give each source a name of its own'
  return sources
}

function readSource(one: unknown): EventSource {
  if (one === null || typeof one !== 'object' || Array.isArray(one)) throw 'must be a list of objects'
  const given = one as Record<string, unknown>
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) throw `has a source with the field ${unknown}, which is none of ${NAMES.join(', ')}`
  const { topic } = given
  if (typeof topic !== 'string' || !TOPIC.test(topic)) throw 'must name the topic of each source'
  const say = (sentence: string) => `has a source of the topic ${topic}, which must have ${sentence}`
  const textOf = (field: string): string | undefined => {
    const value = given[field]
    if (value !== undefined && (typeof value !== 'string' || value === '')) throw say(`a text for ${field}`)
    return value as string | undefined
  }
  const [name = topic, username, password, caFile] = ['name', 'username', 'password', 'ca'].map(textOf)
  if (!NAME.test(name)) throw say('a name of letters, digits, dots and dashes')
  const start = given.start === undefined ? 'earliest' : startOf(given.start)
  if (start === undefined) throw say(`${STARTS} for start`)
  if ((username === undefined) !== (password === undefined)) throw say('both username and password, or neither')
  return {
    name,
    topic,
    username,
    password,
    caFile,
    brokers: readBrokers(given.brokers, say),
    start,
    fields: readFields(given.fields, say),
  }
}

function readBrokers(brokers: unknown, say: (sentence: string) => string): readonly string[] {
  const isBroker = (one: unknown) => typeof one === 'string' && /^[^\s/,]+:\d{1,5}$/.test(one)
  if (!Array.isArray(brokers) || brokers.length === 0 || !brokers.every(isBroker)) {
    throw say('brokers like ["broker-1:9092", "broker-2:9092"]')
  }
  return brokers
}

const STARTS = 'earliest, latest or a time like 2026-11-22T10:00:00Z'

function startOf(text: unknown): Start | undefined {
  if (text === 'earliest' || text === 'latest') return text
  const time = typeof text === 'string' && /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(time) ? undefined : time
}

/** The text of WINDBOX_PLANT_START. Throws a sentence that completes it. */
export function readStart(text: string): Start {
  const start = startOf(text)
  if (start === undefined) throw `must be ${STARTS}`
  return start
}

function readFields(fields: unknown, say: (sentence: string) => string): EventSource['fields'] {
  if (fields === undefined) return {}
  const isObject = fields !== null && typeof fields === 'object' && !Array.isArray(fields)
  for (const [ours, theirs] of isObject ? Object.entries(fields) : [['', '']]) {
    const known = EVENT_FIELDS.some((field) => field === ours)
    if (!known || typeof theirs !== 'string' || theirs === '') {
      throw say(`fields like {"id": "order_no"}, for ${EVENT_FIELDS.join(', ')}`)
    }
  }
  return fields as EventSource['fields']
}
