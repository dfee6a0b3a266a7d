import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { freshLog } from './fresh.ts'

const record = { key: 'part/1', type: 'note', value: '0' }
const rowsOf = (file: string): number => {
  const db = new Database(file, { readonly: true })
  try {
    return db.query<{ n: number }, []>('SELECT count(*) AS n FROM journal').get()!.n
  } finally {
    db.close()
  }
}

test('writers who come one after the other, each at its own pace, are committed together', async () => {
  await using fresh = freshLog()
  const log = fresh.open()
  const writer = async (pace: number) => {
    for (let n = 0; n < 50; n++) {
      await log.append([record])
      for (let turns = 0; turns < pace; turns++) await new Promise(setImmediate)
    }
  }
  await Promise.all(Array.from({ length: 16 }, (_, i) => writer(1 + (i % 8))))
  expect(rowsOf(fresh.file)).toBeLessThan((16 * 50) / 8)
})

test('of one writer alone each append is a commit', async () => {
  await using fresh = freshLog()
  const log = fresh.open()
  for (let n = 0; n < 20; n++) await log.append([record])
  expect(rowsOf(fresh.file)).toBe(20)
})
