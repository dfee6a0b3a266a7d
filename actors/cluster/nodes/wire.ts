import type { Rows, Segment } from '../../runtime/index.ts'
import type { ActorAnswer } from '../port.ts'
import { packFrame, type Frame } from './frame.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The body's bytes follow. */
interface AnswerHead extends Omit<ActorAnswer, 'body'> {
  readonly body: number
}

export function packAnswer({ body, ...rest }: ActorAnswer): Uint8Array<ArrayBuffer> {
  const bytes = encoder.encode(body)
  return packFrame({ answer: { ...rest, body: bytes.length } }, [bytes])
}

export function openAnswer({ head, take }: Frame<{ answer: AnswerHead }>): ActorAnswer {
  return { ...head.answer, body: decoder.decode(take(head.answer.body)) }
}

/** Everything of a segment but its bytes; of those the lengths, -1 for what it does not have. */
interface SegmentHead extends Omit<Segment, 'data' | 'texts' | 'digest' | 'summary'> {
  readonly data: number
  readonly texts: number
  readonly digest: number
  readonly totals: number
  readonly buckets: number
}

/** The tail of an actor's history, or that there is none. */
export function packTail(segment: Segment | undefined): Uint8Array<ArrayBuffer> {
  if (segment === undefined) return packFrame({ tail: null })
  const { data, texts, digest, summary, ...rest } = segment
  const parts = {
    data,
    texts,
    digest: digest === undefined ? undefined : encoder.encode(digest),
    totals: summary?.totals,
    buckets: summary?.buckets,
  }
  const lengths = Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, bytes?.byteLength ?? -1]))
  const present = Object.values(parts).filter((bytes) => bytes !== undefined)
  return packFrame({ tail: { ...rest, ...lengths } }, present)
}

export function openTail({ head, take }: Frame<{ tail: SegmentHead | null }>): Segment | undefined {
  if (head.tail === null) return undefined
  const { data, texts, digest, totals, buckets, ...rest } = head.tail
  return {
    ...rest,
    data: take(data),
    ...(texts >= 0 && { texts: take(texts) }),
    ...(digest >= 0 && { digest: decoder.decode(take(digest)) }),
    ...(totals >= 0 && { summary: { totals: take(totals), buckets: take(buckets) } }),
  }
}

/** Rows of one actor but their numbers, which follow as doubles: times, offsets, the columns in the order of their names. */
interface RowsHead {
  readonly address: string
  readonly rows: number
  readonly names: readonly string[]
  readonly texts?: readonly string[]
}

/** Rows of many actors, by address. */
export function packTails(tails: ReadonlyMap<string, Rows>): Uint8Array<ArrayBuffer> {
  const heads: RowsHead[] = []
  const parts: Uint8Array[] = []
  for (const [address, { names, times, offsets, columns, texts }] of tails) {
    heads.push({ address, rows: times.length, names, ...(texts && { texts }) })
    for (const { buffer, byteOffset, byteLength } of [times, offsets, ...columns])
      parts.push(new Uint8Array(buffer, byteOffset, byteLength))
  }
  return packFrame({ tails: heads }, parts)
}

export function openTails({ head, take }: Frame<{ tails: readonly RowsHead[] }>): Map<string, Rows> {
  const numbers = (rows: number) => new Float64Array(take(rows * Float64Array.BYTES_PER_ELEMENT).buffer)
  return new Map(
    head.tails.map(({ address, rows, names, texts }) => [
      address,
      {
        names,
        times: numbers(rows),
        offsets: numbers(rows),
        columns: names.map(() => numbers(rows)),
        ...(texts && { texts }),
      },
    ]),
  )
}
