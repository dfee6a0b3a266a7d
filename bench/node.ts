import { join } from 'node:path'
import { openSqliteConsumer } from '../actors/log/sqlite/consumer.ts'
import { openSqliteLog } from '../actors/log/sqlite/log.ts'
import { Member, type ActorKind, type NewRecord } from '../actors/runtime/index.ts'
import { openSqliteStore } from '../actors/store/sqlite/store.ts'
import { until } from './product.ts'

const PARTITIONS = 16
/** Requests that are under way at once. */
const SENDERS = 4
/** As the product's Workers. */
const FLUSH_EVERY_MS = 2000
const MAX_RESIDENT = 120_000

/** The log of a node alone: takes records, and nobody applies them. */
export function openLog(folder: string) {
  const log = openSqliteLog({ file: join(folder, 'log.sqlite'), partitions: PARTITIONS, clock: Date })
  return {
    log,
    /** Appends the batches, some at a time. Returns the offset behind the last record, per partition. */
    async append(batches: readonly (() => Promise<readonly NewRecord[]>)[]): Promise<number[]> {
      const ends = Array<number>(PARTITIONS).fill(0)
      let next = 0
      const sender = async () => {
        while (next < batches.length) {
          for (const position of await log.append(await batches[next++]!())) {
            if (!position) throw new Error('the log did not take a record')
            ends[position.partition] = Math.max(ends[position.partition]!, position.offset + 1)
          }
        }
      }
      await Promise.all(Array.from({ length: SENDERS }, sender))
      return ends
    },
  }
}

/** Log, member and store as the product wires them, on one thread. */
export async function openNode(folder: string, kinds: readonly ActorKind[]) {
  const { log, append } = openLog(folder)
  const store = openSqliteStore(join(folder, 'store.sqlite'))
  const { port1, port2 } = new MessageChannel()
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition)
  const stopServing = log.serve(port1, partitions)
  const member = new Member({
    consumer: openSqliteConsumer({ file: join(folder, 'log.sqlite'), port: port2 }),
    store,
    append: log.append,
    clock: { now: () => Date.now(), yield: () => new Promise<void>(setImmediate) },
    kinds: new Map(kinds.map((kind) => [kind.kind, kind])),
    owner: 'bench',
    limits: { maxResident: MAX_RESIDENT / PARTITIONS },
    failed(error) {
      throw error
    },
  })
  await member.start()
  // As in the Workers, a flush begins so long after the last one has ended.
  let flushing: ReturnType<typeof setTimeout>
  const flushLater = () => (flushing = setTimeout(() => void member.flushAndCommit().then(flushLater), FLUSH_EVERY_MS))
  flushLater()
  const reached = (what: 'position' | 'lowWatermark', ends: readonly number[]) =>
    ends.every((end, partition) => (member.owned.get(partition)?.[what] ?? 0) >= end)
  return {
    log,
    member,
    /** Resolves when everything that was in the log at this moment is applied. */
    async caughtUp(withinMs: number) {
      const ends = (await log.bounds()).map(({ end }) => end)
      await until('the log to be applied', withinMs, 1, () => reached('position', ends))
    },
    /** Appends the batches and waits until they are applied, and history, snapshots and low watermarks durable. */
    async ingest(batches: readonly (() => Promise<readonly NewRecord[]>)[]) {
      const ends = await append(batches)
      await until('the readings to be applied', 60_000, 1, () => reached('position', ends))
      await until('the readings to be durable', 60_000, 1, async () => {
        await member.flushAndCommit()
        return reached('lowWatermark', ends)
      })
    },
    async close() {
      await member.flushAndCommit()
      clearTimeout(flushing)
      await member.stop()
      stopServing()
      await log.close()
      await store.close()
    },
  }
}
