import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { openSqliteStore } from '../../store/sqlite/store.ts'
import { record } from '../conformance/member.ts'
import { freshLog } from './fresh.ts'

/** A closed log with some hundred rows. */
async function written() {
  const fresh = freshLog()
  const log = fresh.open()
  for (let n = 0; n < 300; n++) await log.append([record(n % 2, 'x'.repeat(200))])
  await log.close()
  return fresh
}

const sql = (file: string, ...statements: string[]) => {
  using db = new Database(file)
  for (const statement of statements) db.run(statement)
}

test('the number of partitions is fixed when a log is made', async () => {
  await using fresh = await written()
  expect(() => fresh.open({ partitions: 3 })).toThrow(expect.objectContaining({ code: 'LOG_MISMATCH' }))
  expect(await fresh.open().bounds()).toHaveLength(2)
})

test('time does not go back in a partition when the clock does, nor after a restart', async () => {
  await using fresh = freshLog()
  let now = 5_000
  const clock = { now: () => now }
  const log = fresh.open({ clock })
  await log.append([record(0, 0)])
  now = 3_000
  await log.append([record(0, 1)])
  await log.close()
  const again = fresh.open({ clock })
  await again.append([record(0, 2)])
  now = 6_000
  await again.append([record(0, 3)])
  const reader = await fresh.member(again).start()
  await reader.has(0, 4)
  expect(reader.of(0).map(({ at }) => at)).toEqual([5_000, 5_000, 5_000, 6_000])
  await reader.consumer.stop()
})

test('a journal with a hole in its tail, or a torn row, is refused and left as it is', async () => {
  const damages = [
    'DELETE FROM journal WHERE seq = 280',
    'UPDATE journal SET text = substr(text, 1, length(text) - 1) WHERE seq = 300',
    'UPDATE journal SET text = (SELECT text FROM journal WHERE seq = 298) WHERE seq = 300',
  ]
  for (const damage of damages) {
    await using fresh = await written()
    sql(fresh.file, damage)
    const before = readFileSync(fresh.file)
    expect(() => fresh.open()).toThrow(expect.objectContaining({ code: 'DATA_CORRUPT' }))
    expect(readFileSync(fresh.file).equals(before)).toBe(true)
  }
})

test('damaged pages, and a file that is no database, are refused', async () => {
  await using fresh = await written()
  const bytes = readFileSync(fresh.file)
  writeFileSync(fresh.file, bytes.fill(0x5a, 3 * 8192 + 8, 3 * 8192 + 600))
  expect(() => fresh.open()).toThrow(expect.objectContaining({ code: 'DATA_CORRUPT' }))
  writeFileSync(fresh.file, 'a text of some other program, long enough to be looked at as a database file\n'.repeat(99))
  expect(() => fresh.open()).toThrow(expect.objectContaining({ code: 'DATA_CORRUPT' }))
})

test('a file of a newer version, or of something else, is refused and left as it is', async () => {
  await using fresh = await written()
  sql(fresh.file, 'PRAGMA user_version = 99')
  expect(() => fresh.open()).toThrow(expect.objectContaining({ code: 'SCHEMA_VERSION' }))
  using db = new Database(fresh.file, { readonly: true })
  expect(db.query('PRAGMA user_version').get()).toEqual({ user_version: 99 })

  await using other = freshLog()
  await openSqliteStore(other.file).close()
  expect(() => other.open()).toThrow(expect.objectContaining({ code: 'SCHEMA_VERSION' }))
})
