import { LONGEST_NAME, MOST_NAMES } from '../../actors/device/schema.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { instantOf } from './instant.ts'

/** How far a device's clock may be ahead of ours. */
export const AHEAD_MS = 5 * 60_000
export const XYZ = ['x', 'y', 'z'] as const

/** A reading as it came in. `values[i]` goes with `names[i]`. */
export interface Reading {
  readonly device: number
  /** Epoch ms; null: the moment when it is appended. */
  readonly at: number | null
  readonly names: readonly string[]
  readonly values: ArrayLike<number>
}

const wrong = (path: string, message: string) =>
  new Fault('VALIDATION', `${path === '' ? 'The reading' : path}: ${message}.`, {
    errors: [{ path: path === '' ? '' : `/${path}`, message }],
  })

/**
 * Reads `{device_id, at?, x, y, z}` or `{device_id, at?, values}`. Written by hand: a schema's check costs five times as much, for each of
 * ten thousand readings of a batch. `nowMs`: a time that lies further ahead than {@link AHEAD_MS} is refused. Fault VALIDATION.
 */
export function readingOf(value: unknown, nowMs: number): Reading {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('', 'Expected an object')
  const body = value as Record<string, unknown>
  let device: number | undefined
  let at: number | null = null
  let values: Record<string, unknown> | undefined
  let coordinates = 0
  for (const name in body) {
    const given = body[name]
    switch (name) {
      case 'device_id':
        device = deviceId(given)
        break
      case 'at':
        at = timeOfReading(given, nowMs)
        break
      case 'values':
        if (typeof given !== 'object' || given === null || Array.isArray(given)) throw wrong(name, 'Expected an object')
        values = given as Record<string, unknown>
        break
      case 'x':
      case 'y':
      case 'z':
        if (typeof given !== 'number') throw wrong(name, 'Expected a number')
        coordinates++
        break
      default:
        throw wrong(name.slice(0, LONGEST_NAME), 'A reading has no such field')
    }
  }
  if (device === undefined) throw wrong('device_id', 'Expected an integer from 1')
  if (values === undefined) {
    if (coordinates < 3)
      throw wrong(
        XYZ.find((name) => !Object.hasOwn(body, name))!,
        'Expected a number',
      )
    return { device, at, names: XYZ, values: [body.x as number, body.y as number, body.z as number] }
  }
  if (coordinates > 0) throw wrong('values', 'Either these, or x, y and z')
  return { device, at, ...namedValues(values) }
}

function deviceId(given: unknown): number {
  if (!Number.isSafeInteger(given) || (given as number) < 1) throw wrong('device_id', 'Expected an integer from 1')
  return given as number
}

function timeOfReading(given: unknown, nowMs: number): number {
  const at = typeof given === 'string' ? instantOf(given) : NaN
  if (Number.isNaN(at)) throw wrong('at', 'Expected an ISO 8601 time')
  if (at < 0) throw wrong('at', 'Lies before 1970')
  if (at > nowMs + AHEAD_MS) throw wrong('at', `Lies more than ${AHEAD_MS / 60_000} minutes in the future`)
  return at
}

function namedValues(given: Record<string, unknown>): Pick<Reading, 'names' | 'values'> {
  const names = Object.keys(given)
  if (names.length < 1 || names.length > MOST_NAMES)
    throw wrong('values', `Expected 1 to ${MOST_NAMES} numbers by name`)
  const values = names.map((name) => {
    const value = given[name]
    if (name === '' || name.length > LONGEST_NAME) throw wrong('values', `A name has 1 to ${LONGEST_NAME} characters`)
    if (typeof value !== 'number') throw wrong(`values/${name}`, 'Expected a number')
    return value
  })
  return { names, values }
}
