import { channelOf, unit } from '../plant/noise.ts'

/** A sensor: its values are normal, and sent as whole numbers. */
export interface Sensor {
  readonly name: string
  readonly mean: number
  readonly stddev: number
}

/** The eight sensors of the task, in its order. */
export const SENSORS: readonly Sensor[] = [
  [0, 10],
  [5, 10],
  [0, 100],
  [-3, 20],
  [3, 20],
  [-100, 100],
  [100, 1],
  [-5, 5],
].map(([mean, stddev], i) => ({ name: `sensor-${i + 1}`, mean: mean!, stddev: stddev! }))

/** Readings a second of each. */
export const RATE = 300

/** The n-th payload of a sensor: the same for the same seed. By Box and Muller. */
export function payloadOf({ name, mean, stddev }: Sensor, seed: number, n: number): number {
  const channel = channelOf(seed, name)
  const radius = Math.sqrt(-2 * Math.log(1 - unit(channel, 2 * n)))
  return Math.round(mean + stddev * radius * Math.cos(2 * Math.PI * unit(channel, 2 * n + 1)))
}

/** When the n-th of all readings is sent, ms from the beginning: the sensors take turns, so that all are even and never at one moment. */
export const dueMs = (n: number, rate: number): number => (n * 1000) / (rate * SENSORS.length)

export const sensorOf = (n: number): Sensor => SENSORS[n % SENSORS.length]!
