import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Fault } from '../../../actors/runtime/index.ts'

/** The same rules as for the body of the API's request. Fault VALIDATION. */
export function fits<Schema extends TSchema>(schema: Schema, fields: unknown): Static<Schema> {
  if (Value.Check(schema, fields)) return fields
  const { path = '', message = 'does not fit' } = Value.Errors(schema, fields).First() ?? {}
  throw new Fault('VALIDATION', `${path.slice(1) || 'The form'}: ${message}.`, { errors: [{ path, message }] })
}

/** A field that may be left empty: null then. */
export const orNull = (text: string | undefined): string | null => text?.trim() || null

/** The first mistake of a form in words of the page, by the name of its field; what the page has no words for is said as the API says it. */
export function mistakeOf({ errors, message }: Fault, words: Readonly<Record<string, string>>): string {
  const field = errors?.[0]?.path.split('/')[1] ?? ''
  return Object.hasOwn(words, field) ? words[field]! : message
}
