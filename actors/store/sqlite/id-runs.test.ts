import { Database } from 'bun:sqlite'
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { idHash } from '../id-hash.ts'
import { addToFilter, emptyFilter, mayHold, WORDS, writeEntry } from './id-entries.ts'
import { openSqliteStore } from './store.ts'
import { YoungIds } from './young-ids.ts'

const address = 'event/#0'
const ids = (from: number, count: number, offset = from) =>
  Array.from({ length: count }, (_, i) => ({ address, id: `id ${from + i}`, partition: 0, offset: offset + i }))

let dir: string
let file: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'windbox-ids-'))
  file = join(dir, 'store.sqlite')
})
afterEach(() => rmSync(dir, { recursive: true }))

const rows = (sql: string): Record<string, number>[] => {
  using db = new Database(file, { readonly: true })
  return db.query<Record<string, number>, []>(sql).all()
}

/** Merging goes on beside what is asked for: more ids make it wait for itself. */
async function untilMerged(store: ReturnType<typeof openSqliteStore>): Promise<void> {
  const most = () =>
    rows(
      'SELECT max(n / IIF(level = 0, 64, 8)) AS n FROM (SELECT level, count(*) AS n FROM id_runs GROUP BY level)',
    )[0]!.n!
  for (const deadline = Date.now() + 20_000; most() >= 1;) {
    if (Date.now() > deadline) throw new Error('runs are not merged')
    await store.putIds(ids(1_000_000, 1))
    await new Promise(setImmediate)
  }
}

test('runs are merged, no id is lost, and what merging replaced leaves the file', async () => {
  const store = openSqliteStore(file)
  // Some six hundred runs: the lowest level is merged by 64, the next by eight.
  for (let n = 0; n < 20_000; n += 32) await store.putIds(ids(n, 32))
  await untilMerged(store)
  const asked = ids(0, 20_100)
  expect(await store.findIds(asked)).toEqual(asked.map(({ offset }) => (offset < 20_000 ? offset : -1)))
  await store.close()
  const again = openSqliteStore(file)
  expect(await again.findIds(asked)).toEqual(asked.map(({ offset }) => (offset < 20_000 ? offset : -1)))
  await again.close()
  expect(rows('SELECT sum(entries) AS n FROM id_runs')[0]!.n).toBe(20_000)
  expect(rows('SELECT sum(length(entries)) / 24 AS n FROM id_buckets')[0]!.n).toBe(20_000)
  expect(rows('SELECT count(*) AS n FROM id_bases')[0]!.n).toBe(0)
})

test('buckets of merged runs that a kill has left go with the next sweep', async () => {
  const store = openSqliteStore(file)
  for (let n = 0; n < 126_000; n += 2000) await store.putIds(ids(n, 2000))
  // More buckets than one transaction drops.
  await store.putIds(ids(126_000, 34_000))
  const runs = () => rows('SELECT count(*) AS n FROM id_runs')[0]!.n
  for (const deadline = Date.now() + 20_000; runs() !== 1; await new Promise(setImmediate)) {
    if (Date.now() > deadline) throw new Error(`${runs()} runs are not merged`)
  }
  await store.close()
  const buckets = () => rows('SELECT sum(length(entries)) / 24 AS n FROM id_buckets')[0]!.n
  expect(buckets()).toBeGreaterThan(160_000)
  const again = openSqliteStore(file)
  await again.expire({ history: 0, effects: 0, deliveries: 0 })
  expect(buckets()).toBe(160_000)
  expect(rows('SELECT count(*) AS n FROM id_bases')[0]!.n).toBe(0)
  const asked = ids(0, 160_100)
  expect(await again.findIds(asked)).toEqual(asked.map(({ offset }) => (offset < 160_000 ? offset : -1)))
  await again.close()
})

test('a merge that was taken for dead while its process slept brings no run without buckets', async () => {
  const store = openSqliteStore(file)
  for (let n = 0; n < 64_000; n += 1000) await store.putIds(ids(n, 1000))
  const bases = () => rows('SELECT count(*) AS n FROM id_bases')[0]!.n
  for (const deadline = Date.now() + 20_000; bases() === 0; await new Promise(setImmediate)) {
    if (Date.now() > deadline) throw new Error('no merge has begun')
  }
  using db = new Database(file)
  db.run('UPDATE id_bases SET began = 1')
  const other = openSqliteStore(file)
  await other.expire({ history: 0, effects: 0, deliveries: 0 })
  await other.close()
  await untilMerged(store)
  const asked = ids(0, 64_000)
  expect(await store.findIds(asked)).toEqual(asked.map(({ offset }) => offset))
  await store.close()
  const again = openSqliteStore(file)
  await again.expire({ history: 0, effects: 0, deliveries: 0 })
  await again.close()
  expect(rows('SELECT sum(entries) AS n FROM id_runs')[0]!.n).toBe(64_000)
  expect(rows('SELECT sum(length(entries)) / 24 AS n FROM id_buckets')[0]!.n).toBe(64_000)
})

test('forgotten ids are gone at once, and from the file with their run or when it is merged', async () => {
  const store = openSqliteStore(file)
  const at = (first: number, last: number) => ({
    address,
    first,
    last,
    from: first,
    to: last,
    rows: 1,
    data: new Uint8Array(1),
  })
  for (let n = 0; n < 700; n += 100) await store.putIds(ids(n, 100))
  await store.putSegments([at(0, 149), at(150, 249), at(250, 700)])
  await store.expire({ history: 249.5, effects: 0, deliveries: 0 })
  const asked = ids(0, 700)
  const left = asked.map(({ offset }) => (offset < 250 ? -1 : offset))
  expect(await store.findIds(asked)).toEqual(left)
  expect(rows('SELECT first, last FROM forgotten_ids')).toEqual([{ first: 0, last: 249 }])
  expect(rows('SELECT sum(entries) AS n FROM id_runs')[0]!.n).toBe(500)
  for (let n = 700; n < 7000; n += 100) await store.putIds(ids(n, 100))
  await untilMerged(store)
  expect(rows('SELECT sum(entries) AS n FROM id_runs')[0]!.n).toBe(6750)
  expect(await store.findIds(asked)).toEqual(left)
  await store.close()
})

test('an id that comes again after it was forgotten counts from its new offset', async () => {
  const store = openSqliteStore(file)
  await store.putIds(ids(0, 100))
  await store.putSegments([{ address, first: 0, last: 99, from: 0, to: 0, rows: 1, data: new Uint8Array(1) }])
  await store.putIds(ids(50, 100, 1050))
  await store.expire({ history: 1, effects: 0, deliveries: 0 })
  expect(await store.findIds([...ids(0, 1), ...ids(60, 1)])).toEqual([-1, 1060])
  await store.close()
})

test('ids that come few at a time become a run when there are many', async () => {
  const store = openSqliteStore(file)
  for (let n = 0; n < 3000; n += 3) await store.putIds(ids(n, 3))
  expect(rows('SELECT count(*) AS n FROM ids')[0]!.n).toBeLessThan(1100)
  expect(rows('SELECT sum(entries) AS n FROM id_runs')[0]!.n).toBeGreaterThan(1900)
  const asked = ids(0, 3000)
  expect(await store.findIds(asked)).toEqual(asked.map(({ offset }) => offset))
  await store.close()
})

test('of filters those that an entry is in are found, and few others; fewer the more bits an entry has', () => {
  const passedAt = (bitsEach: number) => {
    const all = ['one', 'two', 'three'].map((name) => ({ name, filter: emptyFilter(10_000, bitsEach) }))
    const namesOf = (text: string) => mayHold(all, idHash(text)).map(({ name }) => name)
    for (const { name, filter } of all) {
      for (let n = 0; n < 10_000; n++) addToFilter(filter, idHash(`${name} ${n}`))
    }
    let passed = 0
    for (let n = 0; n < 10_000; n++) {
      for (const { name } of all) expect(namesOf(`${name} ${n}`)).toContain(name)
      passed += namesOf(`stranger ${n}`).length
    }
    return passed / 30_000
  }
  expect(passedAt(10)).toBeLessThan(0.03)
  expect(passedAt(16)).toBeLessThan(0.006)
})

test('one filter for all young runs finds each of them, also those that came by another connection', async () => {
  const store = openSqliteStore(file)
  const other = openSqliteStore(file)
  for (let n = 0; n < 60; n++) {
    await (n % 3 === 0 ? other : store).putIds(ids(n * 100, 100))
    const asked = ids(0, 6100)
    expect(await store.findIds(asked)).toEqual(asked.map(({ offset }) => (offset < (n + 1) * 100 ? offset : -1)))
  }
  expect(rows('SELECT count(*) AS n FROM id_runs')[0]!.n).toBe(60)
  await other.close()
  await store.close()
})

const entries = (name: string, count: number) => {
  const made = new Uint32Array(count * WORDS)
  for (let n = 0; n < count; n++) writeEntry(made, n * WORDS, idHash(`${name} ${n}`), n)
  return made
}

test('a filter of young runs holds them until its room ends; then another holds those that are there', () => {
  const runs = Array.from({ length: 40 }, (_, run) => ({
    run,
    entries: 100,
    parts: [entries(`${run}`, 60), entries(`more ${run}`, 40)],
  }))
  const has = (young: YoungIds, name: string) => mayHold([young], idHash(name)).length === 1
  let young = new YoungIds()
  const first = young
  for (let n = 1; n <= 40; n++) {
    // The oldest go in their turn, as merged ones do.
    const there = runs.slice(n > 20 ? n - 20 : 0, n)
    young = young.holding(there, ({ parts }) => parts)
    for (const { run } of there) {
      expect(young.holds(run)).toBe(true)
      for (const name of [`${run} 0`, `${run} 59`, `more ${run} 39`]) expect(has(young, name)).toBe(true)
    }
  }
  expect(young).not.toBe(first)
  // Whoever still looks at the one of before misses nothing of what it held.
  expect(has(first, '0 7')).toBe(true)
  expect(young.holds(0)).toBe(false)
  let passed = 0
  for (let n = 0; n < 10_000; n++) passed += Number(has(young, `stranger ${n}`))
  expect(passed).toBeLessThan(300)
})

test('a run that goes while it is read is not held', () => {
  const parts = [entries('one', 60)]
  const young = new YoungIds().holding([{ run: 1, entries: 100 }], () => parts)
  expect(young.holds(1)).toBe(false)
})
