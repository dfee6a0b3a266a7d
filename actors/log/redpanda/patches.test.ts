import { expect, test } from 'bun:test'
// @ts-expect-error: kafkajs has no types for its inner files.
import Runner from 'kafkajs/src/consumer/runner.js'
// @ts-expect-error: the same.
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
// @ts-expect-error: the same.
import Encoder from 'kafkajs/src/protocol/encoder.js'
import './patches.ts'

const quiet = () => {}
const logger = { namespace: () => logger, debug: quiet, info: quiet, warn: quiet, error: quiet }

test('fetchers of a consumer that was stopped while they were made end, and hold up nobody', async () => {
  const runner = new Runner({ logger, consumerGroup: { getNodeIds: () => ['1', '2'] } })
  expect(runner.running).toBe(false)
  await runner.fetchManager.start()
})

test('a queue without requests arms no timer, one with some looks again', async () => {
  let sent = 0
  const queue = new RequestQueue({
    instrumentationEmitter: null,
    maxInFlightRequests: null,
    requestTimeout: 1_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'test',
    logger,
    isConnected: () => true,
  })
  queue.scheduleCheckPendingRequests()
  expect(queue.throttleCheckTimeoutId).toBe(null)
  queue.throttledUntil = Date.now() + 20
  queue.pending.push({ sendRequest: () => sent++, expectResponse: false, entry: { resolve: quiet } })
  queue.sendSocketRequest = () => sent++
  queue.scheduleCheckPendingRequests()
  expect(queue.throttleCheckTimeoutId).not.toBe(null)
  while (sent === 0) await Bun.sleep(5)
})

test('what is encoded stays what it is when it grows', () => {
  const text = 'ключ'.repeat(40_000)
  const encoder = new Encoder(0).writeInt32(7).writeBytes(text).writeInt8(1)
  const { buffer } = encoder
  expect([buffer.readInt32BE(0), buffer.readInt32BE(4), buffer.at(-1)]).toEqual([7, Buffer.byteLength(text), 1])
  expect(buffer.subarray(8, -1).toString()).toBe(text)
})
