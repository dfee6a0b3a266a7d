import type { ConsumerHandler, LogConsumer } from '../../runtime/index.ts'
import { openSqlite } from '../../sqlite/open.ts'
import { openCalls } from './calls.ts'
import { journalReader } from './catch-up.ts'
import { Intake } from './intake.ts'
import { parseRow } from './journal.ts'
import type { FromLog, Port } from './messages.ts'
import { LOG_FILE } from './schema.ts'

/** Text taken out of the port is told to the writer in steps of so many characters. */
const CREDIT_STEP = 64 * 1024

/**
 * A row that brings a partition so many records is of many senders at once: they wait for those of the next rows, so long at most. Each batch
 * costs what ten records cost.
 */
const MANY_RECORDS = 8
const GATHER_MS = 20

/**
 * The consumer of the embedded log, in a Worker or beside the writer. `port` is the other end of the channel given to `SqliteLog.serve`,
 * which also says the partitions. Fresh rows come through it; what is older, or came while too much waited, is read from `file`.
 * Batches of different partitions are with the handler at the same time, of one partition never.
 */
export function openSqliteConsumer(parts: { file: string; port: Port; gatherMs?: number }): LogConsumer {
  const { file, port, gatherMs = GATHER_MS } = parts
  const sqlite = openSqlite(file, LOG_FILE, { readonly: true })
  const reader = journalReader(sqlite)
  const calls = openCalls(port)
  const intakes = new Map<number, Intake>()
  const batches = new Set<Promise<void>>()
  const opened = Promise.withResolvers<Extract<FromLog, { is: 'opened' }>['partitions']>()
  let handler: ConsumerHandler | undefined
  let stopped = false
  let reading = false
  let uncredited = 0
  let gathering: ReturnType<typeof setTimeout> | undefined

  const fail = (error: unknown) => {
    if (stopped) return
    stopped = true
    handler?.failed(error)
  }

  const deliver = (intake: Intake) => {
    if (stopped || !intake.deliverable) return
    intake.busy = true
    const batch = handler!.batch(intake.partition, intake.take(), intake.end).then(() => {
      batches.delete(batch)
      intake.busy = false
      deliver(intake)
      if (intake.wants) void catchUp()
    }, fail)
    batches.add(batch)
  }

  /** Delivers what waits and reads what is missing, from the thread's next turn on: never within a call of the handler. */
  const catchUp = async () => {
    if (reading) return
    reading = true
    try {
      for (;;) {
        await new Promise(setImmediate)
        if (stopped) break
        for (const intake of intakes.values()) deliver(intake)
        const wanting = [...intakes.values()].filter(({ wants }) => wants)
        if (wanting.length === 0) break
        reader.read(wanting)
        wanting.forEach(deliver)
      }
    } catch (error) {
      fail(error)
    } finally {
      reading = false
    }
  }

  const gathered = () => {
    gathering = undefined
    for (const intake of intakes.values()) deliver(intake)
  }

  const takeRow = (text: string) => {
    uncredited += text.length
    if (uncredited >= CREDIT_STEP) {
      port.postMessage({ to: 'log', do: 'credit', length: uncredited })
      uncredited = 0
    }
    const row = parseRow(text)
    for (const block of row?.blocks ?? []) {
      const intake = intakes.get(block.partition)
      if (!intake) continue
      if (intake.offer(block, row!.seq) === 'taken') {
        if (block.count < MANY_RECORDS) deliver(intake)
        else gathering ??= setTimeout(gathered, gatherMs)
      } else if (intake.wants) void catchUp()
    }
  }

  const take = ({ data }: MessageEvent<FromLog>) => {
    if (stopped) return
    if (typeof data === 'string') return takeRow(data)
    if (data?.from !== 'log') return
    if (data.is === 'opened') opened.resolve(data.partitions)
    else if (data.is === 'ends') {
      for (const intake of intakes.values()) intake.end = Math.max(intake.end, data.ends[intake.partition]!)
      void catchUp()
    }
  }

  return {
    async start(given) {
      handler = given
      port.addEventListener('message', take)
      port.start?.()
      port.postMessage({ to: 'log', do: 'open' })
      const partitions = await opened.promise
      for (const { partition, end } of partitions) intakes.set(partition, new Intake(partition, end))
      handler.assigned(partitions)
    },
    seek(partition, offset) {
      intakes.get(partition)?.seek(offset)
      void catchUp()
    },
    pause(partition) {
      const intake = intakes.get(partition)
      if (intake) intake.paused = true
    },
    resume(partition) {
      const intake = intakes.get(partition)
      if (!intake) return
      intake.paused = false
      void catchUp()
    },
    async commit(offsets) {
      await calls.send({ do: 'commit', offsets })
    },
    leaseMs: () => Infinity,
    async stop() {
      stopped = true
      clearTimeout(gathering)
      port.removeEventListener('message', take)
      await Promise.allSettled(batches)
      calls.close()
      sqlite.close()
    },
  }
}
