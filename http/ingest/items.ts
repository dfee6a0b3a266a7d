import { Fault } from '../../actors/runtime/index.ts'
import { flawOf } from '../edge/flaw.ts'
import type { Item, Refused } from './resource.ts'

/** Of one request. */
const MOST_ITEMS = 10_000
/** Shorter JSON is parsed before its items are counted: at two bytes an item it fills a few megabytes at the most. */
const SMALL_TEXT = 1024 * 1024

/** The items of a body, and those that are none. */
export interface Items {
  readonly items: readonly Item[]
  readonly refused: readonly Refused[]
}

const tooMany = () => new Fault('TOO_LARGE', `A request takes at most ${MOST_ITEMS} items.`)

/** The JSON value of a body. Faults: MALFORMED, TOO_LARGE (an array of too many items). */
export function parseJson(text: string): unknown {
  if (text.length > SMALL_TEXT && hasMore(text, MOST_ITEMS)) throw tooMany()
  try {
    return JSON.parse(text)
  } catch {
    throw new Fault('MALFORMED', text.trim() === '' ? 'The body is empty.' : 'The body is not JSON.')
  }
}

/** One item alone. Fault VALIDATION when it is not plain JSON. */
export function sound(value: unknown): unknown {
  const flaw = flawOf(value)
  if (flaw !== undefined) throw unsound(flaw)
  return value
}

const unsound = (flaw: string) => new Fault('VALIDATION', `${flaw}.`, { errors: [{ path: '', message: flaw }] })

/** Fault TOO_LARGE. */
export function itemsOfArray(values: readonly unknown[]): Items {
  if (values.length > MOST_ITEMS) throw tooMany()
  const items: Item[] = []
  const refused: Refused[] = []
  for (let index = 0; index < values.length; index++) sort(values[index], index, items, refused)
  return { items, refused }
}

/** Of lines of JSON: blank ones are no items, a bad one is a refused item. Fault TOO_LARGE. */
export function itemsOfLines(text: string): Items {
  const items: Item[] = []
  const refused: Refused[] = []
  let index = 0
  for (let begin = 0; begin < text.length;) {
    let end = text.indexOf('\n', begin)
    if (end < 0) end = text.length
    const line = text.slice(begin, end)
    begin = end + 1
    if (line.trim() === '') continue
    if (index === MOST_ITEMS) throw tooMany()
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      refused.push({ index: index++, fault: new Fault('MALFORMED', 'The line is not JSON.') })
      continue
    }
    sort(value, index++, items, refused)
  }
  return { items, refused }
}

function sort(value: unknown, index: number, items: Item[], refused: Refused[]): void {
  const flaw = flawOf(value)
  if (flaw === undefined) items.push({ index, value })
  else refused.push({ index, fault: unsound(flaw) })
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]

/** Whether this is an array of more items than that: the commas of its first level are counted, and nothing is made of it. */
function hasMore(text: string, most: number): boolean {
  if (!/^\s*\[/.test(text)) return false
  let depth = 0
  let commas = 0
  let isText = false
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (isText) {
      if (char === BACKSLASH) i++
      else if (char === QUOTE) isText = false
    } else if (char === QUOTE) isText = true
    else if (char === 0x5b || char === 0x7b) depth++
    else if (char === 0x5d || char === 0x7d) depth--
    else if (char === COMMA && depth === 1 && ++commas >= most) return true
  }
  return false
}
