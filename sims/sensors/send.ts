import { RATE, SENSORS, dueMs, payloadOf, sensorOf } from './readings.ts'

/** Requests under way at once; more wait, and are late. */
const MOST_UNDER_WAY = 256
const PAUSE_MS = 1

export interface Sending {
  /** Where readings go: `…/api/v1/control/loops/<loop>/readings`, or `…/sensor-data`. */
  readonly url: string
  readonly token?: string
  /** Readings a second of each sensor. */
  readonly rate?: number
  readonly seconds: number
  readonly seed: number
  readonly signal?: AbortSignal
}

export interface Sent {
  readonly accepted: number
  /** Answers with other statuses, and how often; 0 stands for no answer. */
  readonly refused: Readonly<Record<number, number>>
  /** From the moment that a reading was due to its answer, ascending, ms. */
  readonly latencies: Float64Array
}

/** Sends one request a reading, evenly over the second, whatever the answers take: a server that is slow gets no rest. */
export async function sendReadings(options: Sending): Promise<Sent> {
  const { url, token, rate = RATE, seconds, seed, signal } = options
  const total = Math.round(rate * SENSORS.length * seconds)
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }
  const latencies = new Float64Array(total)
  const refused: Record<number, number> = {}
  const underWay = new Set<Promise<void>>()
  let accepted = 0
  let answered = 0

  async function send(n: number, due: number): Promise<void> {
    const sensor = sensorOf(n)
    const payload = payloadOf(sensor, seed, Math.floor(n / SENSORS.length))
    const body = `{"datetime":"${new Date().toISOString()}","payload":${payload},"sensor":"${sensor.name}"}`
    let status = 0
    try {
      const answer = await fetch(url, { method: 'POST', headers, body })
      await answer.arrayBuffer()
      status = answer.status
    } catch {
      // Counted as no answer.
    }
    latencies[answered++] = performance.now() - due
    if (status === 200 || status === 202) accepted++
    else refused[status] = (refused[status] ?? 0) + 1
  }

  const began = performance.now()
  for (let n = 0; n < total && !signal?.aborted;) {
    const elapsed = performance.now() - began
    for (; n < total && dueMs(n, rate) <= elapsed && underWay.size < MOST_UNDER_WAY; n++) {
      const sending = send(n, began + dueMs(n, rate)).finally(() => underWay.delete(sending))
      underWay.add(sending)
    }
    await Bun.sleep(PAUSE_MS)
  }
  await Promise.all(underWay)
  return { accepted, refused, latencies: latencies.subarray(0, answered).sort() }
}
