import { setImmediate } from 'node:timers/promises'
import { mayHold, type Digest, type Wanted } from '../../actors/event/digest.ts'
import { eventOf, labelOf } from '../../actors/event/row.ts'
import { eventAddresses } from '../../actors/event/address.ts'
import type { StoredEvent } from '../../actors/event/schema.ts'
import { fromCursor } from '../paging.ts'
import type { Piece, Pieces } from './segments.ts'

/** A place in the list: by time, then by address, then by offset, all descending. */
export interface Place {
  readonly at: number
  readonly address: string
  readonly offset: number
}

/** Of a cursor that this list gave. Fault VALIDATION. */
export function placeOf(cursor: string): Place {
  const [at, address, offset] = fromCursor(cursor, ['number', 'string', 'number']) as [number, string, number]
  return { at, address, offset }
}

export interface ListQuery extends Wanted {
  /** Epoch ms, inclusive. */
  readonly from?: number
  /** Epoch ms, exclusive. */
  readonly to?: number
  /** Those behind this place. */
  readonly after?: Place
  readonly limit: number
  /** Of the texts of all of them; there are fewer when they would come to more. */
  readonly mostCharacters?: number
}

/** An event may have 64 KiB, and a page a thousand of them. */
const MOST_CHARACTERS = 4 * 1024 * 1024

export interface Listed extends Place {
  readonly event: StoredEvent
}

interface Found extends Place {
  readonly text: string
  readonly lag: number
}

const newestFirst = (a: Place, b: Place): number =>
  b.at - a.at || (a.address < b.address ? 1 : a.address > b.address ? -1 : b.offset - a.offset)

/** Digests that are asked for together. */
const DIGESTS_AHEAD = 64
/** Segments decoded before others get the thread. */
const DECODED_STEP = 8

/** How many of the first come to no more than so many characters. */
function withinOf(found: readonly Found[], mostCharacters: number): number {
  let characters = 0
  for (const [i, { text }] of found.entries()) {
    characters += text.length
    if (characters > mostCharacters) return i
  }
  return found.length
}

/**
 * Events newest first, as many as `limit`; fewer, and `isCut`, when their texts would come to too much. Segments are taken in the order of their newest row, and none is opened that cannot hold one of
 * the wanted: by its times, or by what its digest says of types and users.
 */
export async function listEvents(
  pieces: Pieces,
  partitions: number,
  query: ListQuery,
): Promise<{ events: Listed[]; isCut: boolean }> {
  const { from = -Infinity, after, mostCharacters = MOST_CHARACTERS } = query
  let { limit } = query
  let isCut = false
  const to = Math.min(query.to ?? Infinity, after === undefined ? Infinity : after.at + 1)
  const candidates = await pieces.piecesOf(eventAddresses(partitions), from, to)
  candidates.sort((a, b) => b.to - a.to)
  const isFiltered = query.type !== undefined || query.user !== undefined || query.track === true
  let found: Found[] = []
  let decoded = 0
  let digests: (Digest | undefined)[] = []
  for (const [i, piece] of candidates.entries()) {
    if (found.length >= limit && found[limit - 1]!.at > piece.to) break
    if (isFiltered && i % DIGESTS_AHEAD === 0) digests = await pieces.digestsOf(candidates.slice(i, i + DIGESTS_AHEAD))
    const digest = digests[i % DIGESTS_AHEAD]
    if (digest !== undefined && !mayHold(digest, query)) continue
    found.push(...(await matching(piece, query, from, to)))
    found.sort(newestFirst)
    found = found.slice(0, limit)
    const within = withinOf(found, mostCharacters)
    if (within < found.length) {
      isCut = true
      limit = within
      found = found.slice(0, limit)
    }
    if (++decoded % DECODED_STEP === 0) await setImmediate()
  }
  return { events: found.map(({ text, lag, ...place }) => ({ ...place, event: eventOf(text, lag) })), isCut }
}

async function matching(piece: Piece, query: ListQuery, from: number, to: number): Promise<Found[]> {
  const { type, user, track, after } = query
  const rows = await piece.rows()
  const found: Found[] = []
  for (let row = 0; row < rows.times.length; row++) {
    const at = rows.times[row]!
    const offset = rows.offsets[row]!
    if (at < from || at >= to || offset <= piece.covered || rows.repeated(row)) continue
    if (track && !rows.track(row)) continue
    const text = rows.texts[row]!
    if (type !== undefined && labelOf(text, 'type') !== type) continue
    if (user !== undefined && labelOf(text, 'user_id') !== user) continue
    const place = { at, address: piece.address, offset }
    if (after !== undefined && newestFirst(place, after) <= 0) continue
    found.push({ ...place, text, lag: rows.lag(row) })
  }
  return found
}
