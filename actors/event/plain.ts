/**
 * What a plain event says of itself. Plain is the JSON of an event, an object on one line without escapes, control characters, exponents and
 * deep nesting, whose names below are texts: what nearly all senders send. Such a text is valid JSON that can be stored as it is.
 */
export type PlainEvent = {
  readonly id: string | undefined
  /** Where the id begins in the text: who reads it there need not cut it out. */
  readonly idAt: number
  readonly type: string | undefined
  readonly source: string | undefined
  readonly subject: string | undefined
  readonly user_id: string | undefined
  readonly time: string | undefined
  readonly specversion: string | undefined
  /** Whether it names a track. */
  readonly isTracked: boolean
}

/** Levels below the event's own. */
const DEEPEST = 8
/** Digits of a number: far fewer than would be Infinity. */
const LONGEST_NUMBER = 32

const [SPACE, QUOTE, COMMA, MINUS, POINT, ZERO, NINE, COLON] = [0x20, 0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x39, 0x3a]
const [OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN, CLOSE, DELETE, LAST_CONTROL] = [0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x7f, 0x9f]

/** Where the event ends that was read last, and the name. */
let eventEnd = 0
let nameEnd = 0

/**
 * Reads the event that begins at `from`, up to {@link eventEnd}, and makes nothing of the rest: half of what `JSON.parse`, the checks of its
 * result and writing it again cost. Undefined where it is not plain: it may be an event all the same, or no JSON.
 */
function readPlain(text: string, from: number): PlainEvent | undefined {
  const event: { -readonly [Name in keyof PlainEvent]: PlainEvent[Name] } = {
    id: undefined,
    idAt: -1,
    type: undefined,
    source: undefined,
    subject: undefined,
    user_id: undefined,
    time: undefined,
    specversion: undefined,
    isTracked: false,
  }
  let at = skipSpaces(text, from)
  if (text.charCodeAt(at) !== OPEN) return undefined
  at = skipSpaces(text, at + 1)
  let code = text.charCodeAt(at)
  if (code === CLOSE) at++
  while (code !== CLOSE) {
    const name = at + 1
    const value = valueBehindName(text, at)
    if (value < 0) return undefined
    const label = labelAt(text, name, nameEnd)
    at = valueEnd(text, value, DEEPEST)
    if (at < 0 || label === REFUSED) return undefined
    const isText = text.charCodeAt(value) === QUOTE
    if (label === 'track_id') event.isTracked = isText
    else if (label !== NO_LABEL) {
      if (!isText) return undefined
      event[label] = text.slice(value + 1, at - 1)
      if (label === 'id') event.idAt = value + 1
    }
    at = skipSpaces(text, at)
    code = text.charCodeAt(at++)
    if (code === COMMA) at = skipSpaces(text, at)
    else if (code !== CLOSE) return undefined
  }
  eventEnd = at
  return event
}

/** Reads a text that holds an event and nothing else. Undefined where it is not plain: it may be one all the same, or no JSON. */
export function readPlainText(text: string): PlainEvent | undefined {
  const event = readPlain(text, 0)
  return event !== undefined && skipSpaces(text, eventEnd) === text.length ? event : undefined
}

/** Before and behind the event in the value of its record. */
const [BEFORE_TIME, BEFORE_EVENT] = ['{"at":', ',"event":']

/** Reads the value of an event's record, up to its end; `at` is its time. Undefined where the event is not plain. */
export function readPlainRecord(value: string): { at: number; event: PlainEvent } | undefined {
  if (!value.startsWith(BEFORE_TIME)) return undefined
  const timeEnd = numberEnd(value, BEFORE_TIME.length)
  if (timeEnd < 0 || !value.startsWith(BEFORE_EVENT, timeEnd)) return undefined
  const at = Number(value.slice(BEFORE_TIME.length, timeEnd))
  const event = readPlain(value, timeEnd + BEFORE_EVENT.length)
  return event !== undefined && eventEnd === value.length - 1 && value.charCodeAt(eventEnd) === CLOSE
    ? { at, event }
    : undefined
}

const NO_LABEL = 0
/** A name that no sender may set, or that no object may have. */
const REFUSED = 1

function labelAt(text: string, from: number, end: number) {
  switch (end - from) {
    case 2:
      return isAt(text, from, 'id') ? 'id' : NO_LABEL
    case 4:
      return isAt(text, from, 'type') ? 'type' : isAt(text, from, 'time') ? 'time' : NO_LABEL
    case 6:
      return isAt(text, from, 'source') ? 'source' : NO_LABEL
    case 7:
      return isAt(text, from, 'user_id') ? 'user_id' : isAt(text, from, 'subject') ? 'subject' : NO_LABEL
    case 8:
      return isAt(text, from, 'track_id') ? 'track_id' : NO_LABEL
    case 9:
      return isPrototype(text, from, end) ? REFUSED : NO_LABEL
    case 10:
      return isAt(text, from, 'store_time') ? REFUSED : NO_LABEL
    case 11:
      return isAt(text, from, 'specversion') ? 'specversion' : isAt(text, from, 'ingest_time') ? REFUSED : NO_LABEL
    default:
      return NO_LABEL
  }
}

/** `startsWith`, for words of which most differ in their first letter. */
function isAt(text: string, from: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (text.charCodeAt(from + i) !== word.charCodeAt(i)) return false
  return true
}

const isPrototype = (text: string, from: number, end: number): boolean =>
  end - from === 9 && isAt(text, from, '__proto__')

function skipSpaces(text: string, at: number): number {
  while (text.charCodeAt(at) === SPACE) at++
  return at
}

/** Where the text ends that begins behind a quote: at the next quote. -1 where it has an escape or a control character, or does not end. */
function textEnd(text: string, at: number): number {
  for (; ; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code < DELETE ? code < SPACE || code === BACKSLASH : !(code > LAST_CONTROL)) return -1
  }
}

/** The place of the value behind the name that begins here, which ends at {@link nameEnd} then; -1 where there is none. */
function valueBehindName(text: string, at: number): number {
  if (text.charCodeAt(at) !== QUOTE) return -1
  nameEnd = textEnd(text, at + 1)
  if (nameEnd < 0) return -1
  at = skipSpaces(text, nameEnd + 1)
  return text.charCodeAt(at) === COLON ? skipSpaces(text, at + 1) : -1
}

/** The place behind a value, or -1. */
function valueEnd(text: string, at: number, levels: number): number {
  const code = text.charCodeAt(at)
  if (code === QUOTE) {
    const end = textEnd(text, at + 1)
    return end < 0 ? -1 : end + 1
  }
  if (code === MINUS || (code >= ZERO && code <= NINE)) return numberEnd(text, at)
  if (code === OPEN || code === OPEN_LIST) return levels === 0 ? -1 : nestedEnd(text, at, levels - 1)
  if (text.startsWith('true', at) || text.startsWith('null', at)) return at + 4
  return text.startsWith('false', at) ? at + 5 : -1
}

/** Of an object or an array. */
function nestedEnd(text: string, at: number, levels: number): number {
  const isObject = text.charCodeAt(at) === OPEN
  const close = isObject ? CLOSE : CLOSE_LIST
  at = skipSpaces(text, at + 1)
  if (text.charCodeAt(at) === close) return at + 1
  for (;;) {
    if (isObject) {
      const name = at + 1
      at = valueBehindName(text, at)
      if (at < 0 || isPrototype(text, name, nameEnd)) return -1
    }
    at = valueEnd(text, at, levels)
    if (at < 0) return -1
    at = skipSpaces(text, at)
    const code = text.charCodeAt(at++)
    if (code === close) return at
    if (code !== COMMA) return -1
    at = skipSpaces(text, at)
  }
}

/** Of a number without an exponent. */
function numberEnd(text: string, at: number): number {
  const begin = at
  if (text.charCodeAt(at) === MINUS) at++
  const whole = at
  at = digitsEnd(text, at)
  if (at === whole || (at > whole + 1 && text.charCodeAt(whole) === ZERO)) return -1
  if (text.charCodeAt(at) === POINT) {
    const fraction = at + 1
    at = digitsEnd(text, fraction)
    if (at === fraction) return -1
  }
  // An exponent is left to JSON.parse; anything else fails at what follows.
  return at - begin > LONGEST_NUMBER || (text.charCodeAt(at) | 0x20) === 0x65 ? -1 : at
}

function digitsEnd(text: string, at: number): number {
  for (; ; at++) {
    const code = text.charCodeAt(at)
    if (!(code >= ZERO && code <= NINE)) return at
  }
}
