import { ID_PARTS, type LogRecord, type NewRecord } from '../../runtime/index.ts'

/**
 * The text of a journal row. First a line of numbers, separated by commas: sequence, time of the append, then for each partition in
 * it: partition, first offset, number of records, length of their lines. Then the lines, partition after partition, one a record:
 *
 *     type TAB key TAB id TAB source TAB value LF
 *
 * Behind the source, and the sign U+001F, stands the trace of the few records that have one. A value is JSON text on one line and may hold anything else. Lengths are in UTF-16 units, so that a reader jumps over the
 * partitions it does not want.
 */
export interface Row {
  readonly seq: number
  readonly at: number
  readonly blocks: readonly Block[]
}

/** The records of one partition in a row; `lines` is not split yet. */
export interface Block {
  readonly partition: number
  readonly first: number
  readonly count: number
  readonly at: number
  readonly lines: string
}

export const lineOf = ({ key, type, value, id = '', source = '', trace }: NewRecord): string =>
  `${type}\t${key}\t${id}\t${trace ? source + ID_PARTS + trace : source}\t${value}\n`

/** `head`: partition, first offset, count and length for each partition, joined by commas; `lines`: theirs, in that order. */
export const formatRow = (seq: number, at: number, head: string, lines: string): string =>
  `${seq},${at},${head}\n${lines}`

/** Undefined where the text is not a whole row. */
export function parseRow(text: string): Row | undefined {
  const headEnd = text.indexOf('\n')
  const numbers = text.slice(0, headEnd).split(',')
  const at = Number(numbers[1])
  const blocks: Block[] = []
  let start = headEnd + 1
  for (let i = 2; i < numbers.length; i += 4) {
    const end = start + Number(numbers[i + 3])
    blocks.push({
      partition: Number(numbers[i]),
      first: Number(numbers[i + 1]),
      count: Number(numbers[i + 2]),
      at,
      lines: text.slice(start, end),
    })
    start = end
  }
  const whole = headEnd >= 0 && numbers.length % 4 === 2 && start === text.length
  return whole ? { seq: Number(numbers[0]), at, blocks } : undefined
}

/** Appends the block's records from offset `from` on to `records`: the hot path of reading, one pass, nothing parsed. */
export function splitBlock({ first, count, at, lines }: Block, from: number, records: LogRecord[]) {
  let start = 0
  let lastType = ''
  let lastKey = ''
  for (let offset = first; offset < first + count; offset++) {
    if (offset < from) {
      start = lines.indexOf('\n', start) + 1
      continue
    }
    const typeEnd = lines.indexOf('\t', start)
    const keyEnd = lines.indexOf('\t', typeEnd + 1)
    const idEnd = lines.indexOf('\t', keyEnd + 1)
    const sourceEnd = lines.indexOf('\t', idEnd + 1)
    const end = lines.indexOf('\n', sourceEnd + 1)
    const type = lines.slice(start, typeEnd)
    if (type !== lastType) lastType = type
    const key = lines.slice(typeEnd + 1, keyEnd)
    if (key !== lastKey) lastKey = key
    records.push({
      offset,
      at,
      // Neighbours often share both: of one and the same string a map asks for the hash once.
      key: lastKey,
      type: lastType,
      value: lines.slice(sourceEnd + 1, end),
      id: idEnd === keyEnd + 1 ? '' : lines.slice(keyEnd + 1, idEnd),
      source: sourceEnd === idEnd + 1 ? '' : lines.slice(idEnd + 1, sourceEnd),
    })
    if (sourceEnd !== idEnd + 1) takeTrace(records)
    start = end + 1
  }
}

/** Of a record with something in the place of the source: what stands behind the sign is not the source. */
function takeTrace(records: LogRecord[]) {
  const record = records.at(-1)!
  const sign = record.source.indexOf(ID_PARTS)
  if (sign < 0) return
  const { source } = record
  records[records.length - 1] = { ...record, source: source.slice(0, sign), trace: source.slice(sign + 1) }
}
