/// <reference lib="webworker" />
import { preciseNow } from '../../tracing/span.ts'
import { kinds } from '../kinds.ts'
import {
  Fault,
  Member,
  OUTBOX,
  partitionOf,
  type AssignedPartition,
  type ConsumerHandler,
  type Partition,
  type Rows,
} from '../runtime/index.ts'
import { again } from './again.ts'
import { Board } from './board.ts'
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts'
import { changeNotices } from './notices.ts'
import type { WorkerParts } from './parts/parts.ts'
import { TracedTurns } from './traced.ts'
import { changeAll } from './versions.ts'

/** How much a crash makes the successor replay, against how often the disk is asked. */
const FLUSH_EVERY_MS = 2000
const TICK_EVERY_MS = 100
const BEAT_EVERY_MS = 100
/** Between two attempts to open log and store while one of them is away. */
const TRY_AGAIN_MS = 1000
const COMPACT_EVERY_MS = 15_000
/** Small segments of one actor that are worth merging: the segment that they join is written anew each time. */
const FRAGMENTS = 64

const clock = { now: () => Date.now(), yield: () => new Promise<void>(setImmediate) }

const post = (message: FromWorker) => postMessage(message)

const faultOf = (error: unknown): Fault =>
  error instanceof Fault ? error : new Fault('INTERNAL', error instanceof Error ? error.message : String(error))

const refuse = (id: number, error: unknown) => {
  const { code, message, retryAfterS } = faultOf(error)
  post({ type: 'refused', id, code, detail: message, retryAfterS: retryAfterS ?? 0 })
}

/** This Worker cannot go on, and neither can the process: to restart it would meet the same again. */
const fail = (error: unknown) => {
  const { code, message } = faultOf(error)
  post({ type: 'failed', code, detail: message })
}

/** Log and store as this edition has them. What the other edition needs is not loaded. */
async function openParts(
  settings: WorkerSettings,
  log: MessagePort | null,
  epochs: () => ReadonlyMap<number, number>,
): Promise<WorkerParts> {
  const { backend } = settings
  if (backend.edition === 'embedded') {
    const { openEmbeddedParts } = await import('./parts/embedded.ts')
    return openEmbeddedParts(backend, log!, settings)
  }
  const { openClusterParts } = await import('./parts/cluster.ts')
  return openClusterParts(backend, settings, epochs, (memberId) => post({ type: 'joined', memberId }))
}

/** This thread as a member of the group: it owns partitions, answers questions, and tells of changes. */
async function open(settings: WorkerSettings, board: Board, log: MessagePort | null) {
  const { partitionCount } = settings
  const versions = new Int32Array(settings.versions)
  /** Of the main thread's clock, and never ahead of it. */
  const ahead = settings.nowMs - performance.now()
  const { consumer, store, append, owner, close } = await openParts(settings, log, () => member.epochs)
  const member = new Member({
    consumer,
    store,
    append,
    clock,
    kinds: new Map(kinds.map((kind) => [kind.kind, kind])),
    owner,
    limits: { maxResident: settings.maxResident },
    versions,
    failed: fail,
    stored(effects) {
      let at = -Infinity
      for (const effect of effects) if (effect.collection === OUTBOX) at = Math.max(at, effect.at)
      if (at !== -Infinity) post({ type: 'outgoing', at })
    },
  })
  const assignments = new Map<number, AssignedPartition>()
  const traced = settings.isTraced ? new TracedTurns() : undefined
  const notices = changeNotices({
    take: () => [...member.owned.values()].flatMap((runtime) => runtime?.takeChanged() ?? []),
    tell(changes) {
      const addresses = changes.map(({ address }) => address)
      const traces = traced && addresses.map((address) => traced.take(address))
      const offsets = changes.map(({ offset }) => offset)
      post({ type: 'changed', addresses, offsets, ...(traces?.some(Boolean) && { traces }) })
    },
    nowMs: () => performance.now(),
  })

  /** Puts on the board how far each partition is. */
  function publish(): void {
    board.leaseMs = consumer.leaseMs() + ahead
    for (const [partition, runtime] of member.owned) {
      if (runtime === undefined) continue
      const assigned = assignments.get(partition)
      if (assigned) {
        board.open(partition, assigned.committed ?? assigned.earliest, assigned.end)
        assignments.delete(partition)
      }
      board.applied(partition, runtime.position)
    }
  }

  let stopping = false
  let failures = 0
  let troubled = false
  /** Once when flushes begin to fail, and once when it is over. */
  function sayTrouble(): void {
    let now = 0
    for (const runtime of member.owned.values()) now += runtime?.stats().snapshots.failures ?? 0
    const failing = now > failures
    failures = now
    if (failing === troubled) return
    troubled = failing
    if (failing)
      post({
        type: 'trouble',
        level: 'warn',
        sentence: 'the store or the log takes nothing; it is tried again, nothing is lost',
      })
    else post({ type: 'trouble', level: 'info', sentence: 'everything is durable again' })
  }

  /** What is in neither list is served by somebody else from now on, or by nobody yet. */
  function owns(): void {
    const owned = [...member.owned.keys()]
    const suspended = member.suspendedPartitions
    for (let partition = 0; partition < partitionCount; partition++) {
      if (!owned.includes(partition) && !suspended.includes(partition)) board.close(partition)
    }
    changeAll(versions)
    post({ type: 'owns', partitions: owned, suspended })
  }

  const handler: ConsumerHandler = {
    assigned(now) {
      for (const one of now) assignments.set(one.partition, one)
      member.assigned(now)
      owns()
    },
    suspended(unsure) {
      member.suspended(unsure)
      owns()
    },
    revoked(lost) {
      member.revoked(lost)
      for (const partition of lost) assignments.delete(partition)
      owns()
    },
    async batch(partition, records, end, next) {
      const beganMs = traced === undefined ? 0 : preciseNow()
      await member.batch(partition, records, end, next)
      if (assignments.has(partition)) publish()
      else {
        const position = member.position(partition)
        if (position !== undefined) board.applied(partition, position)
      }
      if (traced !== undefined) {
        const turns = traced.applied(partition, records, member.position(partition) ?? 0, beganMs)
        if (turns.length > 0) post({ type: 'traced', turns })
      }
      notices.look()
    },
    failed: fail,
    rebalancing: () => member.rebalancing(),
  }
  try {
    await consumer.start(handler)
  } catch (error) {
    await consumer.stop()
    await close()
    throw error
  }

  let tickedAt = 0
  /** Until the next timer is due, so that it fires in time. What the last tick could not do waits for the next regular one. */
  const untilTick = () => {
    const due = member.nextDue
    return due <= tickedAt ? TICK_EVERY_MS : Math.min(TICK_EVERY_MS, Math.max(0, due - clock.now()))
  }

  const loops = [
    // For itself: a tick waits for the log, and a log that is away is no reason to replace this thread.
    again(BEAT_EVERY_MS, async () => publish()),
    again(untilTick, async () => {
      tickedAt = clock.now()
      await member.tick()
    }),
    again(FLUSH_EVERY_MS, async () => {
      await member.flushAndCommit()
      sayTrouble()
    }),
    again(COMPACT_EVERY_MS, async () => {
      // Compaction is housekeeping: what fails now is found again next time.
      const addresses = await store.fragmented(FRAGMENTS, 64).catch(() => [])
      for (const address of addresses) {
        if (stopping) return
        const runtime = member.owned.get(partitionOf(address, partitionCount))
        await runtime?.compact(address).catch(() => 0)
        await clock.yield()
      }
    }),
  ]

  /** A thread that was held up may have been replaced meanwhile, and nobody has told it yet. */
  function partitionFor(address: string): number {
    const partition = partitionOf(address, partitionCount)
    if (performance.now() > consumer.leaseMs()) member.suspended([partition])
    return partition
  }

  /** Rows that the predecessor had are only here when its records have been applied again. */
  function live(partition: number): Partition {
    const runtime = member.partition(partition)
    if (runtime.restoring) throw new Fault('RESTORING', `partition ${partition} is being restored`, { retryAfterS: 1 })
    return runtime
  }

  return {
    async ask({ id, address, question, query, stale, min }: Extract<ToWorker, { type: 'ask' }>) {
      try {
        const partition = partitionFor(address)
        // Who had it when it was waited for may have been another.
        if (member.partition(partition).position <= min)
          throw new Fault('RESTORING', `partition ${partition} has not reached ${min} again`, { retryAfterS: 1 })
        if (question === '$stored') {
          await member.partition(partition).storeEffects()
          post({ type: 'answer', id, body: 'null', offset: min, at: 0, state: 'live' })
          return
        }
        if (question === '$inspect') {
          const runtime = member.partition(partition)
          const found = await runtime.inspect(address)
          if (found === undefined) throw new Fault('NOT_FOUND', `no kind has the address ${address}`)
          post({
            type: 'answer',
            id,
            body: JSON.stringify(found),
            offset: found.offset,
            at: found.at,
            state: runtime.restoring ? 'restoring' : 'live',
          })
          return
        }
        const answer = await member.ask(partition, address, question, JSON.parse(query), clock.now(), stale)
        post({ type: 'answer', id, ...answer })
      } catch (error) {
        refuse(id, error)
      }
    },
    tail({ id, address, containing }: Extract<ToWorker, { type: 'tail' }>) {
      try {
        post({ type: 'tail', id, segment: live(partitionFor(address)).tail(address, containing) })
      } catch (error) {
        refuse(id, error)
      }
    },
    tails({ id, addresses }: Extract<ToWorker, { type: 'tails' }>) {
      try {
        const tails: [string, Rows][] = []
        for (const address of addresses) {
          const rows = live(partitionFor(address)).tailRows(address)
          if (rows !== undefined) tails.push([address, rows])
        }
        post({ type: 'tails', id, tails })
      } catch (error) {
        refuse(id, error)
      }
    },
    inspect({ id }: Extract<ToWorker, { type: 'inspect' }>) {
      const { phases } = member
      const report = [...member.owned].map(([partition, runtime]) => ({
        ...(runtime?.stats() ?? { partition, restoring: true }),
        phase: phases.get(partition),
      }))
      post({ type: 'report', id, report: JSON.stringify({ partitions: report }) })
    },
    async release() {
      await consumer.release?.()
      post({ type: 'released' })
    },
    async stop() {
      stopping = true
      await Promise.all(loops.map((stop) => stop()))
      await member.stop()
      await close()
      post({ type: 'stopped' })
    },
  }
}

let opened: Awaited<ReturnType<typeof open>> | null = null

/** In a cluster log and store may be away when a Worker begins, as later. */
async function openPatiently(settings: WorkerSettings, log: MessagePort | null): Promise<void> {
  const board = new Board(settings.partitionCount, settings.board)
  setInterval(() => board.beat(), BEAT_EVERY_MS)
  for (let tries = 0; ; tries++) {
    try {
      opened = await open(settings, board, log)
      return post({ type: 'opened' })
    } catch (error) {
      const { code, message } = faultOf(error)
      const isPassing = code === 'LOG_UNAVAILABLE' || code === 'STORE_UNAVAILABLE'
      if (!isPassing || settings.backend.edition === 'embedded') return fail(error)
      if (tries === 0) post({ type: 'trouble', level: 'warn', sentence: `it waits: ${message}` })
      await Bun.sleep(TRY_AGAIN_MS)
    }
  }
}

onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case 'open':
      return void openPatiently(data.settings, data.log)
    case 'ask':
      return void opened?.ask(data)
    case 'tail':
      return opened?.tail(data)
    case 'tails':
      return opened?.tails(data)
    case 'inspect':
      return opened?.inspect(data)
    case 'release':
      return void opened?.release()
    case 'stop':
      return void opened?.stop()
  }
}
post({ type: 'loaded' })
