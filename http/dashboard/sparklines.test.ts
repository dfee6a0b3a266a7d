import { expect, test } from 'bun:test'
import { EXHAUSTERS } from '../../actors/exhauster/directory.ts'
import { night, NIGHT } from '../../views/fixture.ts'
import { until } from '../running.fixture.ts'
import { clusterOf } from './cluster.fixture.ts'
import { createSparklines, sparklineOf } from './sparklines.ts'

const GOOD = 6
const UNCERTAIN = 5
const SENTINEL = 0
const STEP_MS = 216_000

/** Rows of twelve values and their qualities; only the first two points measure. */
function rows(all: readonly { ago: number; values: readonly [number, number]; quality?: number }[]) {
  const columns = Array.from({ length: 24 }, () => new Float64Array(all.length).fill(NaN))
  all.forEach(({ values, quality = GOOD }, row) => {
    values.forEach((value, point) => {
      columns[point]![row] = value
      columns[12 + point]![row] = quality
    })
  })
  return { times: new Float64Array(all.map(({ ago }) => NIGHT - ago)), columns }
}

test('each step has the largest vibration of all points in it', () => {
  const line = sparklineOf(
    rows([
      { ago: STEP_MS * 1.5, values: [1, 2] },
      { ago: STEP_MS * 1.4, values: [3, 1] },
      { ago: 0, values: [0.5, NaN] },
    ]),
    NIGHT,
  )
  expect(line.values.slice(-3)).toEqual([null, 3, 0.5])
})

test('a broken sensor is a gap, noise around 0 is a value', () => {
  const line = sparklineOf(
    rows([
      { ago: STEP_MS * 1.5, values: [3276.7, 3276.7], quality: SENTINEL },
      { ago: 0, values: [-0.1, -0.2], quality: UNCERTAIN },
    ]),
    NIGHT,
  )
  expect(line.values.slice(-2)).toEqual([null, -0.1])
})

test('a line is read once a minute, and again at once when its end has moved on', async () => {
  const { cluster } = clusterOf(night())
  let now = NIGHT
  let reads = 0
  const counted = {
    ...cluster,
    history: async () => {
      reads++
      return { ...rows([{ ago: 0, values: [1, 2] }]), names: [] }
    },
  }
  const sparklines = createSparklines({ cluster: counted, now: () => now })
  /** A line that is there is given at once, also while it is read again. */
  const read = async (later: number, to: number, expected: number) => {
    now += later
    const before = reads
    expect(await sparklines.of('u-171', to)).toBeDefined()
    if (before > 0) expect(reads).toBe(before)
    await until(`${expected} reads`, () => reads >= expected)
    expect(reads).toBe(expected)
  }
  await read(0, NIGHT, 1)
  await read(30_000, NIGHT + 30_000, 1)
  await read(31_000, NIGHT + 61_000, 2)
  await Bun.sleep(0)
  await read(5000, NIGHT + 10 * STEP_MS, 3)
})

test('the lines of a page are read one after the other', async () => {
  const { cluster } = clusterOf(night())
  let [open, most, reads] = [0, 0, 0]
  const history = async () => {
    most = Math.max(most, ++open)
    await Bun.sleep(1)
    open--
    reads++
    return { ...rows([{ ago: 0, values: [1, 2] }]), names: [] }
  }
  const sparklines = createSparklines({ cluster: { ...cluster, history }, now: () => NIGHT })
  await Promise.all(EXHAUSTERS.map(({ id }) => sparklines.of(id, NIGHT)))
  expect([reads, most]).toEqual([EXHAUSTERS.length, 1])
})

test('a line with nothing at its end is read again soon: the history may only be coming', async () => {
  const { cluster } = clusterOf(night())
  let now = NIGHT
  let rowsThere = rows([{ ago: 3 * STEP_MS, values: [1, 2] }])
  const sparklines = createSparklines({
    cluster: { ...cluster, history: async () => ({ ...rowsThere, names: [] }) },
    now: () => now,
  })
  expect((await sparklines.of('u-171', NIGHT))?.values.at(-1)).toBeNull()
  rowsThere = rows([{ ago: 0, values: [1, 2] }])
  now += 5000
  await until('the new line', async () => (await sparklines.of('u-171', NIGHT))?.values.at(-1) === 2)
})

test('history that cannot be read is no line, and no error', async () => {
  const { cluster } = clusterOf(night())
  const broken = { ...cluster, history: () => Promise.reject(new Error('no')) }
  expect(await createSparklines({ cluster: broken, now: () => NIGHT }).of('u-171', NIGHT)).toBeUndefined()
})
