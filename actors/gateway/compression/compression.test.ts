import { describe, expect, test } from 'bun:test'
import { CompressionCodecs, CompressionTypes } from 'kafkajs'
import { brokerOf } from '../topic-access.ts'
import { BROKERS, theirTopic } from '../topic.fixture.ts'
import { readAllCompressions } from './codecs.ts'
import { unlz4 } from './lz4.ts'
import { unsnappy } from './snappy.ts'

const text = (bytes: Buffer) => bytes.toString('latin1')
const bytes = (...parts: (number | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part, 'latin1'))))

test('a block of snappy: literals and copies, near, far, and into themselves', () => {
  expect(text(unsnappy(bytes(5, 4 << 2, 'hello')))).toBe('hello')
  // "ab", then six bytes from two back.
  expect(text(unsnappy(bytes(8, 1 << 2, 'ab', ((6 - 4) << 2) | 1, 2)))).toBe('abababab')
  expect(text(unsnappy(bytes(8, 1 << 2, 'ab', ((6 - 1) << 2) | 2, 2, 0)))).toBe('abababab')
  expect(text(unsnappy(bytes(8, 1 << 2, 'ab', ((6 - 1) << 2) | 3, 2, 0, 0, 0)))).toBe('abababab')
  const long = 'x'.repeat(300)
  expect(text(unsnappy(bytes(0xac, 0x02, 61 << 2, 299 & 255, 299 >> 8, long)))).toBe(long)
})

test('an LZ4 frame: packed and stored blocks, lengths of several bytes', () => {
  const head = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]
  const stored = bytes(...head, 5, 0, 0, 0x80, 'hello', 0, 0, 0, 0)
  expect(text(unlz4(stored))).toBe('hello')
  // "ab", then 4 + 15 + 1 bytes from two back, then "!".
  const block = bytes((2 << 4) | 15, 'ab', 2, 0, 1, 1 << 4, '!')
  const packed = bytes(...head, block.length, 0, 0, 0, text(block), 0, 0, 0, 0)
  expect(text(unlz4(packed))).toBe('ab'.repeat(11) + '!')
})

test.each([
  ['snappy that copies what is not there', () => unsnappy(bytes(8, 1 << 2, 'ab', (2 << 2) | 1, 9))],
  ['snappy that ends too early', () => unsnappy(bytes(5, 4 << 2, 'hel'))],
  ['LZ4 of another beginning', () => unlz4(bytes('hello, world'))],
  ['LZ4 that ends too early', () => unlz4(bytes(0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, 5, 0, 0, 0x80, 'he'))],
])('%s is refused', (_, unpack) => {
  expect(unpack).toThrow()
})

test('nothing is written with them', () => {
  readAllCompressions()
  const { compress } = CompressionCodecs[CompressionTypes.LZ4]()
  expect(compress({ buffer: Buffer.of() })).rejects.toThrow('nothing is written with LZ4')
})

describe.skipIf(BROKERS.length === 0)('a topic that the broker keeps', () => {
  test.each(['gzip', 'snappy', 'lz4', 'zstd'])(
    'with %s is read',
    async (type) => {
      const { topic, send, close } = await theirTopic(1, {}, { 'compression.type': type })
      const values = Array.from({ length: 3000 }, (_, n) =>
        n % 3 === 0 ? crypto.randomUUID().repeat(n % 50) : JSON.stringify({ id: n, text: 'the same again and again' }),
      )
      await send(values.map((value) => ({ value })))
      const access = { brokers: BROKERS, topic, username: undefined, password: undefined, caFile: undefined }
      const consumer = brokerOf(access, 'test').consumer({ groupId: topic })
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      const got: string[] = []
      const all = Promise.withResolvers<void>()
      consumer.on(consumer.events.CRASH, ({ payload }) => all.reject(payload.error))
      await consumer.run({
        async eachMessage({ message }) {
          got.push(message.value!.toString())
          if (got.length === values.length) all.resolve()
        },
      })
      await all.promise
      expect(got).toEqual(values)
      await consumer.disconnect()
      await close()
    },
    60_000,
  )
})
