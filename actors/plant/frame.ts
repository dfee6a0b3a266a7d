import { EXHAUSTERS } from '../exhauster/directory.ts'
import { VALUE_COUNT } from '../exhauster/wire.ts'
import { SINTER_MACHINES, codesOfMachine } from '../machine/directory.ts'
import { Fault } from '../runtime/index.ts'
import { PLACES, UNUSED_KEYS } from './keys.ts'
import { readMoment } from './moment.ts'

/** Values of one machine in the order of the plant's list; null for a signal that did not come. */
export type Values = (number | null)[]

/** One plant message, read. */
export interface Frame {
  /** Epoch ms. */
  readonly moment: number
  /** In the order of the directory; null where the frame has not one key of that exhauster. */
  readonly exhausters: readonly (Values | null)[]
  readonly machines: readonly (Values | null)[]
  /** Signals that are no numbers (SIGNAL_WRONG_TYPE): they count as absent, the frame counts. The first 20, with what they were. */
  readonly wrong: Readonly<Record<string, string>>
  readonly wrongCount: number
  /** Keys that the plant's list does not have. */
  readonly unknownCount: number
}

/** A real frame has 25 kB. */
const MAX_FRAME_BYTES = 1 << 20
/** A live frame that is further ahead has a wrong clock: taken, it would make every right one late. */
const MAX_AHEAD_MS = 300_000
const MAX_WRONG = 20
const MACHINE_VALUES = codesOfMachine(1).length

const decoder = new TextDecoder('utf-8', { fatal: true })
const bytes = new TextEncoder()

/** Size in bytes of a message, as UTF-8. */
export const sizeOf = (message: string | Uint8Array): number =>
  typeof message === 'string' ? bytes.encode(message).length : message.byteLength

function parse(message: string | Uint8Array): unknown {
  try {
    const text = typeof message === 'string' ? message : decoder.decode(message)
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  } catch (cause) {
    return new Fault('FRAME_NOT_JSON', cause instanceof Error ? cause.message : String(cause))
  }
}

/** What a key carries: a finite number, a bit as a boolean, null for nothing, undefined for a wrong type. */
function reading(value: unknown, digital: boolean): number | null | undefined {
  if (value === null) return null
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return digital && typeof value === 'boolean' ? Number(value) : undefined
}

/**
 * Reads one plant message. Faults: FRAME_TOO_LARGE, FRAME_NOT_JSON, FRAME_NOT_OBJECT, FRAME_NO_MOMENT, FRAME_NO_SIGNALS, and
 * FRAME_IN_FUTURE when `nowMs` is given (a live source) and the moment lies more than 5 min ahead of it. A frame with missing keys
 * is a frame.
 */
export function readFrame(message: string | Uint8Array, nowMs?: number): Frame | Fault {
  // A character has one to three bytes: most texts need not be encoded to know.
  const { length } = message
  if (length > MAX_FRAME_BYTES || (3 * length > MAX_FRAME_BYTES && sizeOf(message) > MAX_FRAME_BYTES))
    return new Fault('FRAME_TOO_LARGE', `The frame has more than ${MAX_FRAME_BYTES} bytes.`)
  const body = parse(message)
  if (body instanceof Fault) return body
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return new Fault('FRAME_NOT_OBJECT', 'A frame is one JSON object.')
  const signals = body as Record<string, unknown>
  const moment = readMoment(signals.moment)
  if (moment === undefined)
    return new Fault('FRAME_NO_MOMENT', `${JSON.stringify(signals.moment)?.slice(0, 100) ?? 'nothing'} is no moment.`)
  if (nowMs !== undefined && moment > nowMs + MAX_AHEAD_MS)
    return new Fault('FRAME_IN_FUTURE', `${new Date(moment).toISOString()} is more than 5 min ahead.`)
  return sort(signals, moment)
}

function sort(signals: Record<string, unknown>, moment: number): Frame | Fault {
  const exhausters: (Values | null)[] = EXHAUSTERS.map(() => null)
  const machines: (Values | null)[] = SINTER_MACHINES.map(() => null)
  const wrong: Record<string, string> = {}
  let wrongCount = 0
  let unknownCount = 0
  let known = 0
  for (const key in signals) {
    const place = PLACES.get(key)
    if (!place) {
      if (UNUSED_KEYS.has(key)) known++
      else if (key !== 'moment') unknownCount++
      continue
    }
    known++
    const value = reading(signals[key], place.digital)
    if (value === undefined && wrongCount++ < MAX_WRONG) wrong[key] = JSON.stringify(signals[key]).slice(0, 100)
    const values =
      place.part === 'exhauster'
        ? (exhausters[place.which] ??= new Array<number | null>(VALUE_COUNT).fill(null))
        : (machines[place.which] ??= new Array<number | null>(MACHINE_VALUES).fill(null))
    values[place.index] = value ?? null
  }
  if (known === 0) return new Fault('FRAME_NO_SIGNALS', 'Not one key is a signal of this plant.')
  return { moment, exhausters, machines, wrong, wrongCount, unknownCount }
}
