import { expect, test } from 'bun:test'
import { gzipSync, gunzipSync } from 'node:zlib'
// @ts-expect-error: kafkajs has no types for its inner files.
import Decoder from 'kafkajs/src/protocol/decoder.js'
// @ts-expect-error: the same.
import { RecordBatch } from 'kafkajs/src/protocol/recordBatch/v0/index.js'
// @ts-expect-error: the same.
import decodeBatch from 'kafkajs/src/protocol/recordBatch/v0/decoder.js'
// @ts-expect-error: the same.
import Record from 'kafkajs/src/protocol/recordBatch/record/v0/index.js'
import type { NewRecord } from '../../runtime/index.ts'
import type { Numbered } from './batch-format.ts'
import { BatchReader } from './batch-reader.ts'
import { Bytes } from './bytes.ts'
import { crc32c } from './crc32c.ts'
import { toMessage } from './messages.fixture.ts'
import { writeBatch } from './write-batch.ts'

const NOW = Date.parse('2026-01-02T03:04:05.678Z')
const LARGE_OFFSET = 5_000_000_000

/** Texts of every size that a length may have, in one to three bytes a sign. */
const records: readonly NewRecord[] = [
  { key: 'device/1', type: 'reading', value: '{"x":1}' },
  { key: 'device/ключ', type: 'reading', value: '', id: 'id-é', source: '3-17-0', trace: '00-aa-bb-01' },
  ...[31, 32, 63, 64, 127, 128, 4_095, 4_096, 8_191, 8_192, 100_000, 600_000].flatMap((length) =>
    ['a', 'ж', '温'].map((sign) => ({ key: `device/${length}`, type: `type-${sign}`, value: sign.repeat(length) })),
  ),
]
const numbered = (given: readonly NewRecord[] = records): Numbered[] =>
  given.map((record, n) => ({ record, sequence: 1_000 + n }))

function written(given: readonly Numbered[], again = false): Buffer {
  const bytes = new Bytes()
  writeBatch(bytes, given, { producer: 'somebody', again, now: NOW })
  return Buffer.from(bytes.view)
}

/** As a broker stores it: with the place that it has there. */
function placed(batch: Buffer, offset: number): Buffer {
  const copy = Buffer.from(batch)
  copy.writeBigInt64BE(BigInt(offset), 0)
  return copy
}

const stored = (offset: number, again = false) =>
  numbered().map(({ record, sequence }, n) => ({
    record: { id: '', source: '', ...record, offset: offset + n, at: NOW },
    origin: { producer: 'somebody', sequence, again },
  }))

const plain = () => new BatchReader(() => undefined)

test('the checksum is that of RFC 3720, wherever it begins and ends', () => {
  expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283)
  expect(crc32c(Buffer.from('--123456789-'), 2, 11)).toBe(0xe3069283)
  expect(crc32c(new Uint8Array(32), 0, 32)).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(32).fill(255), 0, 32)).toBe(0x62a8ab43)
  expect(crc32c(new Uint8Array(), 0, 0)).toBe(0)
})

test('what is written is read, and what is sent again says so', async () => {
  for (const again of [false, true]) {
    const batch = placed(written(numbered(), again), LARGE_OFFSET)
    expect(await plain().read(batch, LARGE_OFFSET)).toEqual(stored(LARGE_OFFSET, again))
  }
})

test('kafkajs reads the same', async () => {
  const { records: found } = await decodeBatch(new Decoder(written(numbered())))
  expect(found.length).toBe(records.length)
  for (const [n, { key, value, headers, timestamp }] of found.entries()) {
    const record = records[n]!
    expect([key.toString(), value.toString(), timestamp]).toEqual([record.key, record.value, String(NOW)])
    const { type, origin, id, source, traceparent, ...others } = headers
    const texts = [type, origin, id, source, traceparent].map((header) => header?.toString())
    expect(texts).toEqual([record.type, `somebody:${1_000 + n}`, record.id, record.source, record.trace])
    expect(others).toEqual({})
  }
})

test('what kafkajs writes is read, and its clock, each record having its own', async () => {
  const written = await RecordBatch({
    records: numbered().map(({ record, sequence }, offsetDelta) =>
      Record({
        ...toMessage(record, 0, { producer: 'somebody', sequence }),
        offsetDelta,
        timestampDelta: 70 * offsetDelta,
      }),
    ),
    firstTimestamp: NOW,
    maxTimestamp: NOW + 1e6,
    lastOffsetDelta: records.length - 1,
  })
  const found = await plain().read(placed(written.buffer, 7), 7)
  const times = stored(7).map(({ record, origin }, n) => ({ record: { ...record, at: NOW + 70 * n }, origin }))
  expect(found).toEqual(times)
})

test('reading begins in the middle of a batch, and ends before one that is cut off', async () => {
  const batches = [0, 1, 2].map((n) => placed(written(numbered()), n * records.length))
  const bytes = Buffer.concat(batches)
  const from = records.length + 5
  const offsets = async (given: Buffer) => (await plain().read(given, from)).map(({ record }) => record.offset)
  const all = Array.from({ length: 3 * records.length - from }, (_, n) => from + n)
  expect(await offsets(bytes)).toEqual(all)
  for (const cut of [1, 60, 62, batches[2]!.length - 1]) {
    expect(await offsets(bytes.subarray(0, bytes.length - cut))).toEqual(all.slice(0, -records.length))
  }
  expect(await offsets(Buffer.alloc(0))).toEqual([])
})

test('the clock of the broker holds for all records of a batch', async () => {
  const batch = placed(written(numbered()), 0)
  batch.writeInt16BE(0x08, 21)
  batch.writeBigInt64BE(BigInt(NOW + 5), 35)
  const times = (await plain().read(batch, 0)).map(({ record }) => record.at)
  expect(new Set(times)).toEqual(new Set([NOW + 5]))
})

test('a batch that a broker has packed is unpacked', async () => {
  const batch = placed(written(numbered()), 0)
  const packed = Buffer.concat([batch.subarray(0, 61), gzipSync(batch.subarray(61))])
  packed.writeInt32BE(packed.length - 12, 8)
  packed.writeInt16BE(1, 21)
  const reader = new BatchReader((kind) => (kind === 1 ? async (given) => gunzipSync(given) : undefined))
  expect(await reader.read(packed, 0)).toEqual(stored(0))
})

test('messages that nobody of us wrote are read too, and marks of transactions are passed', async () => {
  const headers = { origin: 'no colon', type: 'theirs', other: 'x', 'type-of': 'y' }
  const foreign = await RecordBatch({
    records: [
      Record({ key: null, value: Buffer.from('v'), headers }),
      Record({ key: 'k', value: null, offsetDelta: 1 }),
    ],
    firstTimestamp: NOW,
    maxTimestamp: NOW,
    lastOffsetDelta: 1,
  })
  const mark = placed(written(numbered().slice(0, 1)), 2)
  mark.writeInt16BE(0x20, 21)
  const bytes = Buffer.concat([foreign.buffer, mark, placed(written(numbered()), 3)])
  const [first, second, ...ours] = await plain().read(bytes, 0)
  const empty = { at: NOW, key: '', type: '', value: '', id: '', source: '' }
  expect(first).toEqual({ record: { ...empty, offset: 0, type: 'theirs', value: 'v' }, origin: undefined })
  expect(second).toEqual({ record: { ...empty, offset: 1, key: 'k' }, origin: undefined })
  expect(ours).toEqual(stored(3))
})

test('of two producers in turn each is known', async () => {
  const batches = ['a', 'bb', 'a', 'abc', 'a'].map((producer, n) => {
    const bytes = new Bytes()
    writeBatch(bytes, [{ record: records[0]!, sequence: n }], { producer, again: false, now: NOW })
    return placed(Buffer.from(bytes.view), n)
  })
  const found = await plain().read(Buffer.concat(batches), 0)
  expect(found.map(({ origin }) => `${origin?.producer} ${origin?.sequence}`)).toEqual([
    'a 0',
    'bb 1',
    'a 2',
    'abc 3',
    'a 4',
  ])
})

test('an older format is not taken for this one', () => {
  const batch = written(numbered())
  batch[16] = 1
  expect(plain().read(batch, 0)).rejects.toThrow('format 1')
})
