// What of kafkajs 2.2.4 is made otherwise, for everybody who uses it. `rejoin.ts` has what one consumer asks for.

// @ts-expect-error: kafkajs has no types for its inner files.
import Runner from 'kafkajs/src/consumer/runner.js'
// @ts-expect-error: the same.
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
// @ts-expect-error: the same.
import Encoder from 'kafkajs/src/protocol/encoder.js'

/** Milliseconds after which a request that is held back is looked at again. */
const CHECK_MS = 10

/**
 * kafkajs arms a timer of a negative delay again and again, also when no request waits (its issue 1751): 900 wake-ups a second and
 * connection, 4–6 % of a core. This one arms none while nothing waits, and never a shorter one than it means.
 */
RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleCheckPendingRequests(this: {
  pending: unknown[]
  throttledUntil: number
  throttleCheckTimeoutId: ReturnType<typeof setTimeout> | null
  checkPendingRequests(): void
}) {
  if (this.throttleCheckTimeoutId || this.pending.length === 0) return
  const delay = Math.max(this.throttledUntil - Date.now(), CHECK_MS)
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null
    this.checkPendingRequests()
  }, delay)
}

/** kafkajs takes the next power of two and clears it, for each request twice: of a large one that is most of what it costs. */
Encoder.prototype.ensureAvailable = function ensureAvailable(this: { buf: Buffer; offset: number }, length: number) {
  const needed = this.offset + length
  if (needed <= this.buf.length) return
  const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.buf.length))
  this.buf.copy(larger, 0, 0, this.offset)
  this.buf = larger
}

/**
 * When a broker comes or goes, kafkajs makes its fetchers anew; of a consumer that is stopped in just that moment the new ones hear nothing of
 * it, fetch nothing without ever waiting, and the thread does nothing else any more. Here they are stopped at their first fetch.
 */
const { fetch } = Runner.prototype
Runner.prototype.fetch = function (
  this: { running: boolean; fetchManager: { stop(): Promise<void> } },
  nodeId: number,
) {
  if (!this.running) void this.fetchManager.stop()
  return fetch.call(this, nodeId)
}
