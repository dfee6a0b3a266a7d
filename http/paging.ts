import { t } from 'elysia'
import { Fault } from '../actors/runtime/index.ts'
import { inDocument } from './schema.ts'

export const DEFAULT_LIMIT = 50
const MAX_LIMIT = 1000

/** The query parameters of every list. */
export const pageQuery = {
  limit: t.Optional(
    t.Integer({
      minimum: 1,
      maximum: MAX_LIMIT,
      default: DEFAULT_LIMIT,
      description: 'Items a page',
      'x-name': 'limit',
    }),
  ),
  cursor: t.Optional(
    t.String({
      maxLength: 512,
      ...inDocument({ format: 'cursor' }),
      description: '`next_cursor` of the page before; opaque',
    }),
  ),
}

/** A place in a list, as clients carry it: opaque text. */
export const toCursor = (place: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url')

/** Fault VALIDATION when the text is no cursor of `length` parts. */
export function fromCursor(cursor: string, types: readonly ('string' | 'number')[]): (string | number)[] {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(place) && place.length === types.length && place.every((part, i) => typeof part === types[i])) {
      return place as (string | number)[]
    }
  } catch {}
  throw new Fault('VALIDATION', 'cursor is not one that this list gave.', {
    errors: [{ path: '/cursor', message: 'Expected the next_cursor of the page before' }],
  })
}

/** One page of what was read with `limit + 1`: the items, and where the next page begins. */
export function page<Row, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
  place: (row: Row) => readonly (string | number)[],
): { items: Item[]; next_cursor: string | null } {
  const shown = rows.length > limit ? rows.slice(0, limit) : rows
  const last = shown.at(-1)
  return {
    items: shown.map(item),
    next_cursor: rows.length > limit && last !== undefined ? toCursor(place(last)) : null,
  }
}
