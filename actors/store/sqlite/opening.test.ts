import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LIMITS } from '../../runtime/limits.ts'
import { SMALL_SEGMENT_ROWS, SMALL_SEGMENT_TEXT } from '../port.ts'
import { STORE_FILE } from './schema.ts'
import { openSqliteStore } from './store.ts'

test('what compaction seals is what the index of small segments leaves out', () => {
  expect(SMALL_SEGMENT_ROWS).toBe(LIMITS.segmentRows)
  expect(SMALL_SEGMENT_TEXT).toBe(LIMITS.segmentText)
})

const users = { name: 'users', unique: ['email'] }
const effect = { collection: 'alarms', id: '0-1-0', address: 'device/1', at: 1, body: '{}' }

/** A store's file in a folder of its own. */
function freshFile() {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-store-'))
  return { file: join(dir, 'store.sqlite'), [Symbol.dispose]: () => rmSync(dir, { recursive: true }) }
}

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('a file of a newer version, of no version, or of something else is refused and left as it is', async () => {
  const damages: [string, (file: string) => void][] = [
    ['SCHEMA_VERSION', (file) => sql(file, 'PRAGMA user_version = 1000')],
    ['SCHEMA_VERSION', (file) => sql(file, 'PRAGMA user_version = 0')],
    ['SCHEMA_VERSION', (file) => sql(file, 'PRAGMA user_version = -7')],
    ['SCHEMA_VERSION', (file) => sql(file, 'PRAGMA application_id = 99')],
    ['DATA_CORRUPT', (file) => writeFileSync(file, 'not a database, but long enough to be taken for one\n'.repeat(50))],
  ]
  for (const [code, damage] of damages) {
    using fresh = freshFile()
    await openSqliteStore(fresh.file).close()
    damage(fresh.file)
    const before = readFileSync(fresh.file)
    expect(codeOf(() => openSqliteStore(fresh.file))).toBe(code)
    expect(readFileSync(fresh.file).equals(before)).toBe(true)
  }
})

test('a file of the first version is brought to the newest, with what was in it', async () => {
  using fresh = freshFile()
  const { migrations, applicationId } = STORE_FILE
  sql(fresh.file, migrations[0]!, `PRAGMA application_id = ${applicationId}`, 'PRAGMA user_version = 1')
  sql(fresh.file, "INSERT INTO segments VALUES ('device/1', 0, 9, 0, 90, 10, 0, x'07')")
  sql(fresh.file, "INSERT INTO ids VALUES ('device/1', 'x', 3, 7)")
  const store = openSqliteStore(fresh.file)
  const segment = { address: 'device/1', first: 0, last: 9, from: 0, to: 90, rows: 10, data: Uint8Array.of(7) }
  expect(await store.readSegments('device/1', 0, 100)).toEqual([segment])
  expect(await store.fragmented(0, 1)).toEqual(['device/1'])
  expect(await store.findIds([{ address: 'device/1', id: 'x' }])).toEqual([7])
  await store.close()
})

test('a read-only store reads, and writes nothing', async () => {
  using fresh = freshFile()
  const store = openSqliteStore(fresh.file)
  await store.insert(users, '1', { email: 'a@b' })
  const reader = openSqliteStore(fresh.file, { readonly: true })
  expect(await reader.get(users, '1')).toMatchObject({ body: { email: 'a@b' } })
  expect(await reader.find(users, { where: { email: 'a@b' }, limit: 1 })).toHaveLength(1)
  const outcome = await reader.putEffects([effect]).catch(({ code }) => code)
  expect(outcome).toBe('STORE_UNAVAILABLE')
  await store.putEffects([effect])
  expect(await reader.getEffect('alarms', '0-1-0')).toEqual(effect)
  await reader.close()
  await store.close()
  expect(codeOf(() => openSqliteStore(join(fresh.file, '..', 'none.sqlite'), { readonly: true }))).toBe(
    'STORE_UNAVAILABLE',
  )
})

test('a closed store says so', async () => {
  using fresh = freshFile()
  const store = openSqliteStore(fresh.file)
  await store.close()
  await store.close()
  expect(await store.next('devices').catch(({ code }) => code)).toBe('STORE_UNAVAILABLE')
  expect(await store.readSegments('a/1', 0, 1).catch(({ code }) => code)).toBe('STORE_UNAVAILABLE')
})

test('what a late store writes is there for others at once; it waits for the disk where it is told to', async () => {
  using fresh = freshFile()
  const [late, other] = [openSqliteStore(fresh.file, { late: true }), openSqliteStore(fresh.file)]
  await late.putEffects([effect])
  expect(await other.getEffect('alarms', '0-1-0')).toEqual(effect)
  await late.sync()
  await late.putEffects([{ ...effect, id: '0-2-0' }])
  await late.close()
  expect(await other.listEffects({ collection: 'alarms', limit: 9 })).toHaveLength(2)
  await other.close()
})

/** Opens the store (all at once, also the first time), claims, counts and inserts; says what it got. */
const worker = (file: string, name: number) => `
  import { openSqliteStore } from ${JSON.stringify(join(import.meta.dir, 'store.ts'))}
  const store = openSqliteStore(${JSON.stringify(file)})
  const got = { epochs: [], numbers: [], inserted: 0 }
  for (let n = 0; n < 25; n++) {
    got.epochs.push(await store.claim(0, 'worker ${name}'))
    got.numbers.push(await store.next('devices'))
    const { ok } = await store.insert({ name: 'users', unique: ['email'] }, '${name}-' + n, { email: 'user ' + n })
    if (ok) got.inserted++
    await store.putSnapshots([{ address: 'a/1', partition: 0, offset: n, epoch: 1, version: 1, due: null, state: '{}', at: 0 }])
  }
  await store.close()
  postMessage(got)
`

test('threads that open a fresh store at once write beside each other', async () => {
  using fresh = freshFile()
  const urls = [0, 1, 2, 3].map((name) =>
    URL.createObjectURL(new Blob([worker(fresh.file, name)], { type: 'application/typescript' })),
  )
  const workers = urls.map((url) => new Worker(url))
  const all = await Promise.all(
    workers.map(
      (worker) =>
        new Promise<{ epochs: number[]; numbers: number[]; inserted: number }>((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data)
          worker.onerror = ({ message }) => reject(new Error(message))
        }),
    ),
  )
  for (const worker of workers) worker.terminate()
  const counted = Array.from({ length: 100 }, (_, i) => i + 1)
  expect(all.flatMap(({ epochs }) => epochs).toSorted((a, b) => a - b)).toEqual(counted)
  expect(all.flatMap(({ numbers }) => numbers).toSorted((a, b) => a - b)).toEqual(counted)
  expect(all.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(25)
  const store = openSqliteStore(fresh.file)
  expect((await store.loadSnapshots(['a/1']))[0]!.offset).toBe(24)
  await store.close()
}, 30_000)

function sql(file: string, ...statements: string[]) {
  using db = new Database(file)
  for (const statement of statements) db.run(statement)
}
