import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteLog } from '../log/sqlite/log.ts'
import { Fault, partitionOf, type NewRecord, type Position } from '../runtime/index.ts'
import { openSqliteStore } from '../store/sqlite/store.ts'
import { LocalCluster } from './cluster.ts'
import { Pool } from './pool.ts'

const PARTITIONS = 4
const undo: (() => unknown)[] = []

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function start(dir: string, workers = 2) {
  const clock = { now: () => Date.now() }
  const [logFile, storeFile] = [join(dir, 'log.sqlite'), join(dir, 'store.sqlite')]
  const log = openSqliteLog({ file: logFile, partitions: PARTITIONS, clock })
  const store = openSqliteStore(storeFile)
  const reports: string[] = []
  const failures: string[] = []
  const pool = new Pool({
    workers,
    partitions: PARTITIONS,
    backend: { edition: 'embedded', storeFile, logFile, serveLog: (port, partitions) => log.serve(port, partitions) },
    maxResident: 1000,
    onChanged: (addresses, offsets) => cluster.tell(addresses, offsets),
    onFailed: (sentence) => failures.push(sentence),
    report: (_level, sentence) => reports.push(sentence),
    now: () => performance.now(),
  })
  const cluster = new LocalCluster({ append: log.append, store, partitions: PARTITIONS, pool })
  pool.start()
  let stopped = false
  const stop = async () => {
    if (stopped) return
    stopped = true
    await pool.stop()
    await store.close()
    await log.close()
  }
  undo.push(stop)
  await until('every partition is served', () => cluster.readiness().ready)
  return { cluster, pool, log, store, reports, failures, stop }
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-cluster-'))
  undo.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited 15 s until ${what}`)
    await Bun.sleep(5)
  }
}

/** Asks again while the answer is that a slow machine is still restoring. */
async function restored<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof Fault) || !['RESTORING', 'OFFSET_NOT_REACHED', 'ASK_TIMEOUT'].includes(error.code))
        throw error
    }
  }
}

/** Machines of no plant: their partitions are spread over the workers. */
const ADDRESSES = Array.from({ length: 12 }, (_, i) => `machine/am-${(i % 3) + 1}`)

const frame = (address: string, moment: number, speed = 3): NewRecord => ({
  key: address,
  type: 'frame',
  id: String(moment),
  value: JSON.stringify({ moment, clock: 'replay', values: [500, 100, speed, 1] }),
})

const offsets = (positions: readonly (Position | null)[]) =>
  new Map(positions.map((position) => [position!.partition, position!.offset]))

const speedOf = async (cluster: LocalCluster, address: string, minOffsets?: ReadonlyMap<number, number>) => {
  const { body } = await cluster.ask(address, 'document', {}, minOffsets ? { minOffsets } : {})
  return (JSON.parse(body) as { speed: number }).speed
}

test('an actor answers with what was appended before', async () => {
  const { cluster } = await start(folder())
  for (const [i, address] of ADDRESSES.entries()) {
    const positions = await cluster.append([frame(address, 1000 + i, i)])
    expect(await speedOf(cluster, address, offsets(positions))).toBe(i)
  }
})

test('a killed worker loses nothing and answers again', async () => {
  const { cluster, pool, reports } = await start(folder())
  for (let moment = 1; moment <= 200; moment++) {
    await cluster.append([frame('machine/am-1', moment, moment / 100), frame('machine/am-2', moment, moment / 100)])
    if (moment % 50 === 0) {
      await until('the worker can be killed', () => pool.kill((moment / 50) % 2))
      await cluster.append([frame('machine/am-3', moment)])
    }
  }
  await until('everything is served again', () => cluster.readiness().ready)
  for (const address of ['machine/am-1', 'machine/am-2']) {
    await until(`${address} is at the last record`, async () => (await speedOf(cluster, address)) === 2)
    const rows = await cluster.history(address, { from: 0, to: 1000, names: ['v:speed'] })
    expect([...rows.times]).toEqual(Array.from({ length: 200 }, (_, i) => i + 1))
    expect([...rows.columns[0]!]).toEqual(Array.from({ length: 200 }, (_, i) => (i + 1) / 100))
  }
  expect(reports.filter((sentence) => sentence.includes('a new one takes over')).length).toBe(4)
})

test('a question that a dying worker has not answered is asked again', async () => {
  const { cluster, pool } = await start(folder(), 1)
  await cluster.append([frame('machine/am-3', 1, 7)])
  await until('the record is applied', async () => (await speedOf(cluster, 'machine/am-3')) === 7)
  pool.kill(0)
  const answer = cluster.ask('machine/am-3', 'document')
  expect(JSON.parse((await answer).body)).toMatchObject({ speed: 7 })
})

test('while a partition has no owner, no kept answer counts as the present', async () => {
  const { cluster, pool } = await start(folder(), 1)
  const kept = cluster.version('machine/am-3')
  pool.kill(0)
  await until('the worker is gone', () => !cluster.readiness().ready)
  expect(cluster.version('machine/am-3')).not.toBe(kept)
})

test('after the end of a worker nobody reads less than before: neither history nor who asks for a position and takes stale answers', async () => {
  const { cluster, pool } = await start(folder(), 1)
  const appended = await cluster.append(Array.from({ length: 3000 }, (_, i) => frame('machine/am-1', i + 1, 2)))
  const minOffsets = new Map([[appended[0]!.partition, appended.at(-1)!.offset]])
  await cluster.ask('machine/am-1', 'document', {}, { minOffsets })
  pool.kill(0)
  await until('the worker is gone', () => !cluster.readiness().ready)
  const [history, { offset }] = await Promise.all([
    restored(() => cluster.history('machine/am-1', { from: 0, to: Infinity, names: [] })),
    restored(() => cluster.ask('machine/am-1', 'document', {}, { minOffsets, stale: true })),
  ])
  expect(history.times.length).toBe(3000)
  expect(offset).toBe(appended.at(-1)!.offset)
})

test('who asks for a position gets no answer from before it, also who takes stale ones, whoever answers', async () => {
  const { cluster, pool } = await start(folder(), 1)
  const [position] = await cluster.append([frame('machine/am-1', 1)])
  await until('it is applied', () => pool.position(position!.partition) === position!.offset + 1)
  const put = (min: number) =>
    pool.questionsOf(position!.partition)!.put({
      type: 'ask',
      address: 'machine/am-1',
      question: 'document',
      query: '{}',
      stale: true,
      min,
    })
  expect(await put(position!.offset)).toMatchObject({ type: 'answer', offset: position!.offset })
  expect(await put(position!.offset + 1).catch((fault: Fault) => fault.code)).toBe('RESTORING')
})

test('a stop makes everything durable, and a start goes on from there', async () => {
  const dir = folder()
  const first = await start(dir)
  await first.cluster.append([frame('machine/am-1', 5, 2.5), frame('machine/am-2', 5, 3.5)])
  await first.stop()
  const { cluster, log } = await start(dir)
  expect(await speedOf(cluster, 'machine/am-1')).toBe(2.5)
  expect(await speedOf(cluster, 'machine/am-2')).toBe(3.5)
  expect(cluster.readiness()).toMatchObject({ ready: true, toReplay: 0 })
  expect((await log.bounds()).reduce((sum, { end }) => sum + end, 0)).toBe(2)
})

test('the version of an actor tells whether a kept answer is still good', async () => {
  const { cluster } = await start(folder())
  const before = cluster.version('machine/am-1')
  expect(cluster.version('machine/am-1')).toBe(before)
  const positions = await cluster.append([frame('machine/am-1', 9)])
  await speedOf(cluster, 'machine/am-1', offsets(positions))
  expect(cluster.version('machine/am-1')).not.toBe(before)
})

test('listeners hear of a change, and one that throws does not silence the others', async () => {
  const { cluster } = await start(folder())
  const heard: string[] = []
  const stopFirst = cluster.onChange(() => {
    throw new Error('a viewer that breaks')
  })
  cluster.onChange((changes) => heard.push(...changes.map(({ address }) => address)))
  await cluster.append([frame('machine/am-1', 9)])
  await until('the change is heard', () => heard.includes('machine/am-1'))
  stopFirst()
})

test('what nobody can answer is refused with a code', async () => {
  const { cluster } = await start(folder())
  const code = (question: Promise<unknown>) =>
    question.then(
      () => 'answered',
      (error: Fault) => error.code,
    )
  expect(await code(cluster.ask('unicorn/1', 'document'))).toBe('NOT_FOUND')
  expect(await code(cluster.ask('machine/am-1', 'horoscope'))).toBe('NOT_FOUND')
  expect(await code(cluster.ask('machine/#99', 'document'))).toBe('NOT_FOUND')
  const partition = partitionOf('machine/am-1', PARTITIONS)
  const minOffsets = new Map([[partition, 1_000_000]])
  expect(await code(cluster.ask('machine/am-1', 'document', {}, { minOffsets }))).toBe('OFFSET_NOT_REACHED')
})

test('more questions than a worker can hold are refused at once', async () => {
  const { cluster } = await start(folder(), 1)
  const questions = Array.from({ length: 1500 }, () => cluster.ask('machine/am-1', 'document'))
  const codes = (await Promise.allSettled(questions)).map((one) =>
    one.status === 'rejected' ? (one.reason as Fault).code : 'answered',
  )
  expect(codes.filter((code) => code === 'answered').length).toBe(1024)
  expect(codes.filter((code) => code === 'OVERLOADED').length).toBe(1500 - 1024)
})

test('a worker that ends again and again stops the process instead of being restarted for ever', async () => {
  const { pool, failures } = await start(folder(), 1)
  const killing = setInterval(() => pool.kill(0), 1)
  await until('the pool gives up', () => failures.length > 0)
  clearInterval(killing)
  expect(failures).toEqual(['worker 0 ended 6 times within 30 s'])
})

test('inspection shows each partition with its place in the log', async () => {
  const { cluster } = await start(folder())
  const positions = await cluster.append([frame('machine/am-1', 9)])
  await speedOf(cluster, 'machine/am-1', offsets(positions))
  const { nodes } = (await cluster.inspect()) as {
    nodes: { workers: { partitions: { partition: number; position: number }[] }[] }[]
  }
  const partitions = nodes.flatMap(({ workers }) => workers.flatMap((worker) => worker.partitions))
  expect(partitions.map(({ partition }) => partition).sort()).toEqual([0, 1, 2, 3])
  expect(partitions.find(({ partition }) => partition === positions[0]!.partition)?.position).toBe(1)
})
