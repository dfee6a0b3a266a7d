import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quantile, ratioOf } from './compare.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'windbox-runner-'))))
afterEach(() => rmSync(folder, { recursive: true }))

function run(files: Record<string, string>, ...flags: string[]) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const json = join(folder, 'out.json')
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [process.execPath, join(import.meta.dir, '../bench.ts'), '--json', json, ...flags],
    { cwd: folder, env: { ...process.env, WINDBOX_KAFKA_BROKERS: '', WINDBOX_MONGODB_URL: '' } },
  )
  const rows = existsSync(json) ? (JSON.parse(readFileSync(json, 'utf8')) as Record<string, unknown>[]) : []
  return { exitCode, output: `${stdout}${stderr}`, rows }
}

const bench = (id: string, measure: string) =>
  `export const benches = [{ id: '${id}', work: 'w', unit: 'µs', yardstick: 'y', measure: async () => ${measure} }]`

test('a ratio is held against its goal', () => {
  const good = run({ 'a.bench.ts': bench('turn', '({ value: 2, ratio: 0.6 })') }, '--only', 'turn')
  expect(good).toMatchObject({ exitCode: 0, rows: [{ id: 'turn', value: 2, ratio: 0.6, goal: '≥ 0.6', met: true }] })
  const bad = run({ 'a.bench.ts': bench('turn', '({ value: 2, ratio: 0.59 })') }, '--only', 'turn')
  expect(bad.rows).toMatchObject([{ met: false }])
  expect(bad.output).toContain('1 missed: turn')
})

test('a short run judges nothing', () => {
  const { exitCode, rows } = run(
    { 'a.bench.ts': bench('turn', '({ value: 2, ratio: 0.1 })') },
    '--only',
    'turn',
    '--quick',
  )
  expect({ exitCode, met: rows[0]!.met }).toEqual({ exitCode: 0, met: null })
})

test.each([
  ['throws', bench('turn', "{ throw new Error('no disk') }"), 'no disk'],
  ['ends the process', bench('turn', 'process.exit(3)'), 'a.bench.ts ended with 3'],
  ['cannot be loaded', "import './gone.ts'", 'a.bench.ts ended with 1'],
  ['is not there', 'export const benches = []', 'turn has no benchmark'],
  ['gives no number', bench('turn', '({ value: NaN })'), 'turn could not be measured'],
])('a benchmark that %s fails the run and says so', (_, file, words) => {
  const { exitCode, output } = run({ 'a.bench.ts': file }, '--only', 'turn', '--quick')
  expect(exitCode).toBe(1)
  expect(output).toContain(words)
})

test('what needs servers that are not there is skipped, and said so', () => {
  const file = bench('idle', "{ throw new Error('measured') }").replace('unit:', "needs: 'servers', unit:")
  const { exitCode, output, rows } = run({ 'a.bench.ts': file }, '--only', 'idle')
  expect({ exitCode, rows }).toEqual({ exitCode: 0, rows: [] })
  expect(output).toContain('idle           skipped: WINDBOX_KAFKA_BROKERS')
})

test('a ratio is the yardstick’s cost by ours, the median of the rounds', () => {
  const { value, ratio } = ratioOf([
    { ours: 2, yardstick: 1 },
    { ours: 4, yardstick: 1 },
    { ours: 100, yardstick: 100 },
  ])
  expect({ value, ratio }).toEqual({ value: 4, ratio: 0.5 })
})

test('a quantile lies between its neighbours', () => {
  expect(quantile([4, 1, 2, 3], 0.5)).toBe(2.5)
  expect(quantile([4, 1, 2, 3], 1)).toBe(4)
  expect(quantile([], 0.5)).toBeNaN()
})
