import type { NewRecord } from '../../runtime/index.ts'
import { HEADS, MAGIC, type Numbered, type Origin } from './batch-format.ts'
import type { Bytes } from './bytes.ts'
import { crc32c } from './crc32c.ts'

/** Writes the records as one batch. `now` is epoch ms, for a topic that does not set the time by itself. */
export function writeBatch(
  to: Bytes,
  records: readonly Numbered[],
  { producer, again, now }: Pick<Origin, 'producer' | 'again'> & { now: number },
): void {
  // The offset of the first: the broker sets it.
  to.int64(0)
  const length = to.gap()
  const begin = to.length
  // The leader's epoch.
  to.int32(0)
  to.int8(MAGIC)
  const crc = to.gap()
  const covered = to.length
  // Neither packed nor of a transaction.
  to.int16(0)
  to.int32(records.length - 1)
  to.int64(now)
  to.int64(now)
  // No producer that the broker knows: id, epoch and sequence.
  to.int64(-1)
  to.int16(-1)
  to.int32(-1)
  to.int32(records.length)
  for (let n = 0; n < records.length; n++) {
    const { record, sequence } = records[n]!
    const start = to.begin()
    writeRecord(to, record, n, `${producer}:${sequence}`, again)
    to.end(start)
  }
  to.fill(crc, to.checksum(covered, crc32c))
  to.fill(length, to.length - begin)
}

function writeRecord(
  to: Bytes,
  { key, value, type, id, source, trace }: NewRecord,
  n: number,
  origin: string,
  again: boolean,
): void {
  to.int8(0)
  // As old as the first.
  to.varint(0)
  to.varint(n)
  to.text(key)
  to.text(value)
  to.varint(2 + (again ? 1 : 0) + (id ? 1 : 0) + (source ? 1 : 0) + (trace ? 1 : 0))
  writeHeader(to, HEADS.type, type)
  writeHeader(to, HEADS.origin, origin)
  if (again) writeHeader(to, HEADS.again, '1')
  if (id) writeHeader(to, HEADS.id, id)
  if (source) writeHeader(to, HEADS.source, source)
  if (trace) writeHeader(to, HEADS.traceparent, trace)
}

function writeHeader(to: Bytes, name: Buffer, value: string): void {
  to.bytes(name)
  to.text(value)
}
