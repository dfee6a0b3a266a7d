import { expect, test } from 'bun:test'
import { RATE, SENSORS, dueMs, payloadOf, sensorOf } from './readings.ts'
import { sendReadings } from './send.ts'

test('payloads are whole numbers with the mean and the deviation of their sensor', () => {
  const n = 20_000
  for (const sensor of SENSORS) {
    const values = Array.from({ length: n }, (_, i) => payloadOf(sensor, 42, i))
    const mean = values.reduce((a, b) => a + b) / n
    const stddev = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
    expect(values.every(Number.isInteger)).toBe(true)
    expect(Math.abs(mean - sensor.mean)).toBeLessThan(0.05 * sensor.stddev)
    // Rounding adds a twelfth to the variance.
    expect(stddev / Math.sqrt(sensor.stddev ** 2 + 1 / 12)).toBeWithin(0.97, 1.03)
  }
})

test('the same seed gives the same readings, another one others', () => {
  const of = (seed: number) => Array.from({ length: 20 }, (_, n) => payloadOf(SENSORS[2]!, seed, n))
  expect(of(42)).toEqual(of(42))
  expect(of(42)).not.toEqual(of(43))
})

test('each sensor sends 300 times a second, evenly', () => {
  const dues = Array.from({ length: 2400 }, (_, n) => ({ sensor: sensorOf(n), due: dueMs(n, RATE) }))
  for (const sensor of SENSORS) {
    const own = dues.filter((one) => one.sensor === sensor).map(({ due }) => due)
    expect(own).toHaveLength(300)
    own.slice(1).forEach((due, i) => expect(due - own[i]!).toBeCloseTo(1000 / 300, 6))
  }
})

test('every reading is one request, and what was not taken is counted', async () => {
  const bodies: { datetime: string; payload: number; sensor: string }[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      bodies.push((await request.json()) as (typeof bodies)[number])
      return new Response(null, { status: bodies.length % 10 === 0 ? 503 : 202 })
    },
  })
  const url = `http://127.0.0.1:${server.port}/`
  const { accepted, refused, latencies } = await sendReadings({ url, seconds: 0.5, rate: 25, seed: 1 })
  expect([accepted, refused, latencies.length]).toEqual([90, { 503: 10 }, 100])
  expect(new Set(bodies.map(({ sensor }) => sensor)).size).toBe(8)
  await server.stop(true)
})
