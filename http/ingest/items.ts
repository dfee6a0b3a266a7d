import { Fault } from '../../actors/runtime/index.ts'
import { flawOf } from '../edge/flaw.ts'
import { textOf } from './body.ts'
import type { Batch, Refused } from './resource.ts'

/** Of one request. */
const MOST_ITEMS = 10_000
/** Shorter JSON is parsed before its items are counted: at two bytes an item it fills a few megabytes at the most. */
const SMALL_TEXT = 1024 * 1024

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

/** Puts each value into the batch; answers those that are no items. Fault TOO_LARGE. */
export function readArray(values: readonly unknown[], batch: Batch): Refused[] {
  if (values.length > MOST_ITEMS) throw tooMany()
  const refused: Refused[] = []
  for (let index = 0; index < values.length; index++) sort(values[index], index, batch, refused)
  return refused
}

/** As {@link readArray}, of lines of JSON in UTF-8: blank ones are no items, a bad one is a refused item. Fault TOO_LARGE. */
export function readLines(bytes: Uint8Array, batch: Batch): Refused[] {
  const refused: Refused[] = []
  let index = 0
  for (let begin = 0; begin < bytes.length;) {
    let end = bytes.indexOf(LINE_END, begin)
    if (end < 0) end = bytes.length
    const from = begin
    begin = end + 1
    if (index < MOST_ITEMS && batch.line?.(bytes, from, end, index)) {
      index++
      continue
    }
    const line = textOf(bytes.subarray(from, end))
    if (line.trim() === '') continue
    if (index === MOST_ITEMS) throw tooMany()
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      refused.push({ index: index++, fault: new Fault('MALFORMED', 'The line is not JSON.') })
      continue
    }
    sort(value, index++, batch, refused)
  }
  return refused
}

function sort(value: unknown, index: number, batch: Batch, refused: Refused[]): void {
  const flaw = flawOf(value)
  if (flaw === undefined) batch.item({ index, value })
  else refused.push({ index, fault: unsound(flaw) })
}

const [LINE_END, QUOTE, BACKSLASH, COMMA] = [0x0a, 0x22, 0x5c, 0x2c]

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
