import { afterEach, expect, test } from 'bun:test'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backup, backups, restore } from '../../commands/backup.ts'
import { readConfig } from '../../config.ts'
import { createLogger } from '../../logger.ts'
import { startWindbox } from '../../main.ts'
import { Fault, type NewRecord } from '../runtime/index.ts'
import { openSqliteLog } from '../log/sqlite/log.ts'
import { openSqliteStore } from '../store/sqlite/store.ts'
import { copy, cut } from './copy.ts'
import { reading } from './files.ts'
import { markOf } from './journal-end.ts'
import { makeBackup } from './make.ts'
import { verify } from './verify.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-backup-'))
  undo.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const configOf = (dir: string) =>
  readConfig([], {
    WINDBOX_DATA_DIR: dir,
    WINDBOX_PLANT: 'off',
    WINDBOX_PORT: '0',
    WINDBOX_PARTITIONS: '4',
    WINDBOX_WORKERS: '1',
  }).config

async function start(dir: string) {
  const windbox = await startWindbox(configOf(dir), createLogger('error'))
  let stopped = false
  const stop = async () => {
    if (stopped) return
    stopped = true
    await windbox.stop()
  }
  undo.push(stop)
  return { ...windbox, stop }
}
type Running = Awaited<ReturnType<typeof start>>

const ADDRESSES = Array.from({ length: 12 }, (_, i) => `machine/am-${i + 1}`)
const T0 = 1_760_000_000_000

/** What was acknowledged: which moment of which machine has which offset of which partition. */
interface Sent {
  readonly address: string
  readonly moment: number
  readonly partition: number
  readonly offset: number
}

/** One frame to each machine, durable. */
async function send({ cluster }: Running, round: number): Promise<Sent[]> {
  const moment = T0 + round * 1000
  const frames: NewRecord[] = ADDRESSES.map((key) => ({
    key,
    type: 'frame',
    id: String(moment),
    value: JSON.stringify({ moment, clock: 'replay', values: [500, 100, 3, 1] }),
  }))
  const positions = await cluster.append(frames)
  return positions.map((position, i) => ({ address: ADDRESSES[i]!, moment, ...position! }))
}

/** Waits until the system is ready and has taken the records up to these. */
async function applied({ cluster }: Running, minOffsets: ReadonlyMap<number, number>): Promise<string> {
  const deadline = performance.now() + 20_000
  for (;;) {
    try {
      return (await cluster.ask('machine/am-1', 'document', {}, { minOffsets })).body
    } catch (error) {
      const soon = error instanceof Fault && ['RESTORING', 'OFFSET_NOT_REACHED', 'ASK_TIMEOUT'].includes(error.code)
      if (!soon || performance.now() > deadline) throw error
      await Bun.sleep(5)
    }
  }
}

/** Holds a running system against the ledger, cut at `ends`: every frame before is there once, and none behind. */
async function expectExactly(running: Running, ledger: readonly Sent[], ends: readonly number[]): Promise<void> {
  const reached = ends.flatMap((end, partition) => (end > 0 ? [[partition, end - 1] as const] : []))
  const document = await applied(running, new Map(reached))
  for (const address of ADDRESSES) {
    const expected = ledger.filter((sent) => sent.address === address && sent.offset < ends[sent.partition]!)
    const { times } = await running.cluster.history(address, { from: 0, to: Infinity, names: ['v:speed'] })
    expect([address, [...times]]).toEqual([address, expected.map(({ moment }) => moment)])
  }
  const last = ledger.findLast(
    ({ address, partition, offset }) => address === 'machine/am-1' && offset < ends[partition]!,
  )
  expect(JSON.parse(document).updated_at).toBe(last ? new Date(last.moment).toISOString() : null)
}

test('a backup under load holds every record before its position once, and none behind', async () => {
  const dir = folder()
  const running = await start(dir)
  const ledger: Sent[] = []
  let loading = true
  const load = (async () => {
    for (let round = 0; loading; round++) ledger.push(...(await send(running, round)))
  })()
  while (ledger.length < 2000) await Bun.sleep(1)

  const backUp = backups(configOf(dir), Date.now)
  const first = backUp()
  await expect(backUp()).rejects.toMatchObject({ code: 'CONFLICT' })
  const made = [await first]
  const before = ledger.length
  while (ledger.length < before + 500) await Bun.sleep(1)
  const target = folder()
  made.push({ ...(await backup(configOf(dir), target)).manifest, folder: target })
  loading = false
  await load
  await running.stop()

  for (const { folder: from, ends } of made) {
    expect(statSync(from).mode & 0o777).toBe(0o700)
    expect(ends.reduce((sum, end) => sum + end, 0)).toBeGreaterThanOrEqual(2000)
    const fresh = folder()
    await restore(configOf(fresh), from)
    const restored = await start(fresh)
    await expectExactly(restored, ledger, ends)
    // It goes on where the backup ended.
    const [next] = await send(restored, 1e6)
    expect(next!.offset).toBe(ends[next!.partition]!)
    await restored.stop()
  }
}, 60_000)

test('what the store has taken since the low watermarks were read is in the log again, and nothing behind it', async () => {
  const dir = folder()
  const ledger: Sent[] = []
  const rounds = async (from: number) => {
    const running = await start(dir)
    for (let round = from; round < from + 20; round++) ledger.push(...(await send(running, round)))
    await applied(running, new Map(ledger.map(({ partition, offset }) => [partition, offset])))
    // Flushes and commits what is applied.
    await running.stop()
  }
  const copies = folder()
  const [storeCopy, logCopy] = [join(copies, 'store.sqlite'), join(copies, 'log.sqlite')]
  await rounds(0)
  const mark = reading(join(dir, 'log.sqlite'), markOf)
  await rounds(20)
  copy(join(dir, 'store.sqlite'), storeCopy)
  // What the log has besides, the store does not know: a record of the server's own may have come as it stopped.
  const atTheCopy = reading(storeCopy, (db) =>
    db
      .query<{ end: number }, []>('SELECT "end" FROM log_ends ORDER BY partition')
      .all()
      .map(({ end }) => end),
  )
  await rounds(40)
  copy(join(dir, 'log.sqlite'), logCopy)
  expect(cut(logCopy, storeCopy, mark)).toBe(true)

  const ends = verify(copies)
  expect(ends).toEqual(atTheCopy)
  expect(reading(logCopy, markOf).committed).toEqual(mark.committed)
  await expectExactly(await start(copies), ledger, ends)
}, 60_000)

test('a backup between the segments of a flush and its snapshots has the records of those segments', async () => {
  const dir = folder()
  const running = await start(dir)
  await send(running, 0)
  await running.stop()
  const mark = reading(join(dir, 'log.sqlite'), markOf)
  const log = openSqliteLog({ file: join(dir, 'log.sqlite'), partitions: 4, clock: Date })
  const append = async () => (await log.append([{ key: 'machine/am-1', type: 'frame', value: '{}' }]))[0]!
  await append()
  const { partition, offset } = await append()
  await append()
  await log.close()
  const store = openSqliteStore(join(dir, 'store.sqlite'))
  const data = new Uint8Array(1)
  await store.putSegments([{ address: 'machine/am-1', first: offset, last: offset, from: T0, to: T0, rows: 1, data }])
  await store.close()
  const copies = folder()
  const [storeCopy, logCopy] = [join(copies, 'store.sqlite'), join(copies, 'log.sqlite')]
  copy(join(dir, 'store.sqlite'), storeCopy)
  copy(join(dir, 'log.sqlite'), logCopy)
  expect(cut(logCopy, storeCopy, mark)).toBe(true)
  expect(verify(copies)[partition]).toBe(offset + 1)
})

test('a backup has the messages of the turns that its store knows of, and no later ones', async () => {
  const dir = folder()
  const running = await start(dir)
  const sent = await send(running, 0)
  await applied(running, new Map(sent.map(({ partition, offset }) => [partition, offset])))
  await running.stop()
  const known = verify(dir)
  const from = known.findIndex((end) => end > 0)
  const mark = reading(join(dir, 'log.sqlite'), markOf)
  const log = openSqliteLog({ file: join(dir, 'log.sqlite'), partitions: 4, clock: Date })
  for (const offset of [0, known[from]!]) {
    await log.append([{ key: 'event/#0', type: 'event', value: '{}', source: `${from}-${offset}-0` }])
  }
  await log.close()
  const copies = folder()
  const [storeCopy, logCopy] = [join(copies, 'store.sqlite'), join(copies, 'log.sqlite')]
  copy(join(dir, 'store.sqlite'), storeCopy)
  copy(join(dir, 'log.sqlite'), logCopy)
  expect(cut(logCopy, storeCopy, mark)).toBe(true)
  expect(verify(copies)).toEqual(known.with(0, known[0]! + 1))
})

test('a log that has dropped what the store lacks makes no backup', async () => {
  const dir = folder()
  const running = await start(dir)
  for (let round = 0; round < 3; round++) await send(running, round)
  await running.stop()
  const copies = folder()
  const [storeCopy, logCopy] = [join(copies, 'store.sqlite'), join(copies, 'log.sqlite')]
  copy(join(dir, 'store.sqlite'), storeCopy)
  copy(join(dir, 'log.sqlite'), logCopy)
  const mark = reading(logCopy, markOf)
  const { Database } = await import('bun:sqlite')
  const db = new Database(logCopy)
  db.run("UPDATE marks SET ends = '9,9,9,9'")
  db.close()
  expect(cut(logCopy, storeCopy, { ...mark, committed: new Map() })).toBe(false)
})

/** A backup of a few records. */
async function small(): Promise<string> {
  const dir = folder()
  const running = await start(dir)
  await send(running, 0)
  await running.stop()
  const target = folder()
  await makeBackup(dir, target, Date.now)
  return target
}

test('a restore refuses a directory in use, one with data, and a backup that is not whole', async () => {
  const from = await small()
  const used = folder()
  const running = await start(used)
  await expect(restore(configOf(used), from)).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED' })
  await running.stop()
  await expect(restore(configOf(used), from)).rejects.toMatchObject({ code: 'CONFLICT' })

  const broken = folder()
  cpSync(from, broken, { recursive: true })
  rmSync(join(broken, 'backup.json'))
  await expect(restore(configOf(folder()), broken)).rejects.toThrow('holds no finished backup')

  const changed = folder()
  cpSync(from, changed, { recursive: true })
  writeFileSync(join(changed, 'log.sqlite'), 'x', { flag: 'a' })
  const target = folder()
  await expect(restore(configOf(target), changed)).rejects.toThrow('is not the file that the backup was made with')
  expect(existsSync(join(target, 'store.sqlite'))).toBe(false)
})

test('a restore that was cut short is one that no server starts on, and that the next restore finishes', async () => {
  const from = await small()
  const dir = folder()
  // As it stands between the two renamings.
  cpSync(join(from, 'store.sqlite'), join(dir, 'store.sqlite'))
  cpSync(join(from, 'log.sqlite'), join(dir, 'log.sqlite.part'))
  await expect(start(dir)).rejects.toThrow('cut short')
  await restore(configOf(dir), from)
  const restored = await start(dir)
  expect((await restored.cluster.history('machine/am-1', { from: 0, to: Infinity, names: [] })).times.length).toBe(1)
})

test('a backup takes a folder of its own', async () => {
  const from = await small()
  await expect(makeBackup(from, from, Date.now)).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(existsSync(join(from, 'backup.json'))).toBe(true)
  const empty = join(folder(), 'there')
  mkdirSync(empty, { mode: 0o755 })
  await expect(makeBackup(from, empty, Date.now)).resolves.toMatchObject({ format: 1 })
  expect(statSync(empty).mode & 0o777).toBe(0o700)
  const nowhere = join(from, 'backup.json', 'there')
  await expect(makeBackup(from, nowhere, Date.now)).rejects.toMatchObject({ code: 'BACKUP_UNAVAILABLE' })
})
