import { defineActor, type NewRecord, type Turn } from '../actors/runtime/index.ts'

interface Reading {
  readonly at: number
  readonly values: { readonly x: number; readonly y: number; readonly z: number }
}

interface Sensor {
  count: number
  sum: number
  x: number
  y: number
  z: number
}

const NAMES = ['x', 'y', 'z']
const row = new Float64Array(NAMES.length)

/** The small device that benchmarks run: three numbers a reading, five in its state, three columns of history. */
export const sensor = defineActor<Sensor>({
  kind: 'sensor',
  version: 1,
  initial: () => ({ count: 0, sum: 0, x: 0, y: 0, z: 0 }),
  history: () => NAMES,
  on: {
    reading(state, { at, values: { x, y, z } }: Reading, turn: Turn) {
      state.count++
      state.sum += x + y + z
      row[0] = state.x = x
      row[1] = state.y = y
      row[2] = state.z = z
      turn.row(at, row)
    },
  },
  ask: { state: (state) => state },
})

/** The n-th reading, of one of so many sensors in turns; a moment a round. */
export function readingOf(n: number, sensors: number): NewRecord {
  const at = 1_760_000_000_000 + Math.floor(n / sensors) * 1000
  const value = `{"at":${at},"values":{"x":${n % 97},"y":${(n % 89) / 8},"z":${-(n % 83)}}}`
  return { key: `sensor/${n % sensors}`, type: 'reading', value }
}
