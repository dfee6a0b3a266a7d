import type { Histogram } from '../../figures/histogram.ts'
import type { TracedTurn } from '../../tracing/turn.ts'
import { Fault } from '../runtime/index.ts'
import type { Backend } from './backend.ts'
import { Board } from './board.ts'
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts'
import { Questions } from './questions.ts'
import { changeAll, makeVersions, versionOf } from './versions.ts'

/** Restarts that are still an accident; more of them within the window are a bug that restarting only repeats. */
const BUDGET = { restarts: 5, withinMs: 30_000 }
/** A Worker that shows no sign of life is reported after the first and replaced after the second. */
const STALL = { reportMs: 2000, killMs: 15_000 }
const WATCH_EVERY_MS = 500
const STOP_MS = 10_000

export interface PoolOptions {
  readonly workers: number
  readonly partitions: number
  readonly backend: Backend
  /** Actors in memory, over all partitions. */
  readonly maxResident: number
  onChanged(addresses: readonly string[], offsets: readonly number[], traces?: readonly (string | undefined)[]): void
  /** Hears of applied records that carried a trace; absent: none is followed. */
  readonly onTraced?: ((turns: readonly TracedTurn[]) => void) | undefined
  /** Something new has to leave the system, and is durable; `at` is the newest one's, epoch ms. */
  onOutgoing?(at: number): void
  /** The partitions of this node are others than before. */
  onOwned?(): void
  /** Gets how long the Workers took to answer. */
  readonly asks?: Histogram
  /** The pool gave up: the process cannot go on. */
  onFailed(sentence: string): void
  report(level: 'info' | 'warn' | 'error', message: string): void
  /** Milliseconds of a clock that only goes forward. */
  now(): number
}

interface Place {
  readonly index: number
  /** Those that the Worker owns; in the embedded edition those that are its share, whether it lives or not. */
  partitions: readonly number[]
  /** Those that it has in memory and cannot be sure of. */
  suspended: readonly number[]
  readonly board: Board
  readonly questions: Questions
  worker: Worker | null
  /** True between the Worker's `opened` and its end. */
  open: boolean
  /** When it ended lately: as many as the budget looks at. */
  restarts: number[]
  /** How often it ended, and how often the group gave it other partitions. */
  ends: number
  moves: number
  lastBeat: number
  /** How long the watchdog has seen no beat. */
  silentMs: number
  stalled: boolean
  /** As the group knows the Worker. */
  memberId: string | null
  released: (() => void) | null
  stopped: (() => void) | null
  endLog: () => void
}

/**
 * N Workers, restarted when they die, watched while they live. In the embedded edition each has its share of the partitions; in a cluster
 * the group gives and takes them.
 */
export class Pool {
  readonly #options: PoolOptions
  readonly #places: Place[]
  /** By partition. */
  readonly #placeOf: (Place | undefined)[]
  readonly #versions = makeVersions()
  #watchdog: ReturnType<typeof setInterval> | null = null
  #watchedAt = 0
  #stopping = false

  constructor(options: PoolOptions) {
    this.#options = options
    const { partitions, backend } = options
    const count = Math.min(options.workers, partitions)
    const all = Array.from({ length: partitions }, (_, partition) => partition)
    this.#places = Array.from({ length: count }, (_, index) => ({
      index,
      partitions: backend.edition === 'embedded' ? all.filter((partition) => partition % count === index) : [],
      suspended: [],
      board: new Board(partitions),
      questions: new Questions(options.now, options.asks),
      worker: null,
      open: false,
      restarts: [],
      ends: 0,
      moves: 0,
      lastBeat: 0,
      silentMs: 0,
      stalled: false,
      memberId: null,
      released: null,
      stopped: null,
      endLog: () => {},
    }))
    this.#placeOf = Array.from({ length: partitions })
    this.#place()
  }

  get workers(): readonly {
    index: number
    open: boolean
    partitions: readonly number[]
    /** Since the start. */
    restarts: number
    rebalances: number
    /** For how long the group leaves it its partitions for certain; Infinity where there is no group. */
    leaseMs: number
    waiting: number
  }[] {
    return this.#places.map(({ index, open, partitions, ends, moves, board, questions }) => ({
      index,
      open,
      partitions,
      restarts: ends,
      rebalances: moves,
      leaseMs: board.leaseMs - performance.now(),
      waiting: questions.size,
    }))
  }

  start(): void {
    for (const place of this.#places) this.#spawn(place)
    this.#watchedAt = this.#options.now()
    this.#watchdog = setInterval(() => this.#watch(), WATCH_EVERY_MS)
  }

  /** Partitions that are served here, or will be as soon as their Worker is up. */
  owned(): readonly number[] {
    return this.#places.flatMap(({ partitions }) => partitions)
  }

  /** Partitions that are in memory here while nobody knows whose they are. */
  suspended(): readonly number[] {
    return this.#places.flatMap(({ suspended }) => suspended)
  }

  /** Undefined for a partition that is elsewhere. */
  questionsOf(partition: number): Questions | undefined {
    return this.#placeOf[partition]?.questions
  }

  /** Offset after the last record applied here; undefined for a partition that is elsewhere. */
  position(partition: number): number | undefined {
    return this.#placeOf[partition]?.board.position(partition)
  }

  /** Changes whenever the state of the actor in this partition may have; undefined where it is elsewhere, or perhaps no longer here. */
  version(partition: number, address: string): number | undefined {
    return this.isLeased(partition) ? versionOf(this.#versions, address) : undefined
  }

  /** Whether the group leaves this partition to a Worker of this node for certain. */
  isLeased(partition: number): boolean {
    const board = this.#placeOf[partition]?.board
    return board !== undefined && board.leaseMs >= performance.now()
  }

  /** Of the replay over all partitions owned here. Those that are not open yet count as restoring with nothing to replay. */
  progress(): { restoring: number; replayed: number; toReplay: number } {
    const sum = { restoring: 0, replayed: 0, toReplay: 0 }
    for (const { partitions, board } of this.#places) {
      for (const partition of partitions) {
        const { restoring, replayed, toReplay } = board.progress(partition)
        sum.restoring += Number(restoring)
        sum.replayed += replayed
        sum.toReplay += toReplay
      }
    }
    return sum
  }

  /** Questions of every Worker, in their order. */
  everyone(): Questions[] {
    return this.#places.map((place) => place.questions)
  }

  /** Ends one Worker as an accident would: nothing is flushed, the supervisor brings it back. False while it is not open. */
  kill(index: number): boolean {
    const place = this.#places[index]
    if (!place?.worker || !place.open) return false
    place.worker.terminate()
    return true
  }

  /** Lets other nodes take the partitions over, and answers for each until one has it. Resolves within 10 s; at once for a node alone. */
  async release(): Promise<void> {
    if (this.#options.backend.edition === 'embedded') return
    await Promise.all(
      this.#places.map(async (place) => {
        if (!place.worker || !place.open) return
        const released = new Promise<void>((resolve) => (place.released = resolve))
        place.worker.postMessage({ type: 'release' } satisfies ToWorker)
        let timer: ReturnType<typeof setTimeout> | undefined
        await Promise.race([released, new Promise((resolve) => (timer = setTimeout(resolve, STOP_MS)))])
        clearTimeout(timer)
      }),
    )
  }

  /** Turns are finished, everything dirty is flushed, the watermarks are committed. Resolves within 10 s. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#watchdog) clearInterval(this.#watchdog)
    await Promise.all(
      this.#places.map(async (place) => {
        const { worker } = place
        place.questions.refuseAll(new Fault('SHUTTING_DOWN', 'the server is stopping', { retryAfterS: 5 }))
        // A Worker that is still loading has changed nothing, and to end one then is what the Bun of some versions dies of.
        if (!worker || !place.open) return this.#leave(place)
        const stopped = new Promise<void>((resolve) => (place.stopped = resolve))
        worker.postMessage({ type: 'stop' } satisfies ToWorker)
        let timer: ReturnType<typeof setTimeout> | undefined
        const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, STOP_MS, 'late')))
        if ((await Promise.race([stopped, late])) === 'late')
          this.#options.report('warn', `worker ${place.index} did not stop in ${STOP_MS} ms`)
        clearTimeout(timer)
        worker.terminate()
      }),
    )
  }

  #spawn(place: Place): void {
    const options = this.#options
    const { backend, partitions } = options
    const worker = new Worker(new URL('./worker.ts', import.meta.url).href)
    place.worker = worker
    place.silentMs = 0
    place.stalled = false
    const post = (message: ToWorker) => worker.postMessage(message)

    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (place.worker !== worker) return
      switch (data.type) {
        case 'loaded': {
          const settings: Omit<WorkerSettings, 'backend'> = {
            index: place.index,
            partitionCount: partitions,
            isTraced: options.onTraced !== undefined,
            maxResident: Math.max(64, Math.floor(options.maxResident / partitions)),
            board: place.board.buffer,
            versions: this.#versions.buffer,
            nowMs: performance.now(),
          }
          if (backend.edition === 'cluster') {
            const { leave: _, ...servers } = backend
            return post({ type: 'open', settings: { ...settings, backend: servers }, log: null })
          }
          const { port1, port2 } = new MessageChannel()
          const { serveLog, ...files } = backend
          place.endLog = serveLog(port1, place.partitions)
          const message: ToWorker = { type: 'open', settings: { ...settings, backend: files }, log: port2 }
          return worker.postMessage(message, [port2])
        }
        case 'joined':
          place.memberId = data.memberId
          return
        case 'owns':
          if (String(data.partitions) !== String(place.partitions)) place.moves++
          place.partitions = data.partitions
          place.suspended = data.suspended
          this.#place()
          return options.onOwned?.()
        case 'opened':
          place.open = true
          place.questions.connect(post)
          return
        case 'released':
          place.released?.()
          return
        case 'stopped':
          place.stopped?.()
          return
        case 'trouble':
          return options.report(data.level, `worker ${place.index}: ${data.sentence}`)
        case 'failed':
          return this.#fail(place, `${data.detail} (${data.code})`)
        case 'changed':
          return options.onChanged(data.addresses, data.offsets, data.traces)
        case 'traced':
          return options.onTraced?.(data.turns)
        case 'outgoing':
          return options.onOutgoing?.(data.at)
        default:
          place.questions.settle(data)
      }
    }
    worker.onerror = (event) => options.report('error', `worker ${place.index}: ${event.message}`)
    worker.addEventListener('close', () => {
      if (place.worker === worker) this.#ended(place)
    })
  }

  /** Whatever the reason, and whatever its exit code: an unhandled rejection ends a Worker with code 0. */
  #ended(place: Place): void {
    place.worker = null
    place.open = false
    place.endLog()
    place.questions.disconnect()
    for (let partition = 0; partition < this.#options.partitions; partition++) place.board.close(partition)
    changeAll(this.#versions)
    if (this.#options.backend.edition === 'cluster') {
      place.partitions = []
      place.suspended = []
      this.#place()
      this.#options.onOwned?.()
    }
    place.released?.()
    place.stopped?.()
    if (this.#stopping) return
    this.#leave(place)
    const now = this.#options.now()
    place.ends++
    place.restarts = [...place.restarts.filter((at) => now - at < BUDGET.withinMs), now]
    if (place.restarts.length > BUDGET.restarts) {
      return this.#fail(
        place,
        `worker ${place.index} ended ${place.restarts.length} times within ${BUDGET.withinMs / 1000} s`,
      )
    }
    this.#options.report('warn', `worker ${place.index} ended; a new one takes over its partitions`)
    this.#spawn(place)
  }

  /** Its successor waits for the partitions as long as the group believes in it. */
  #leave(place: Place): void {
    const { backend, report } = this.#options
    const { memberId } = place
    place.memberId = null
    if (backend.edition === 'embedded' || memberId === null) return
    backend.leave(memberId).catch((error: unknown) => {
      report('warn', `the group waits for worker ${place.index} until its session ends: ${String(error)}`)
    })
  }

  #fail(place: Place, sentence: string): void {
    if (this.#stopping) return
    this.#stopping = true
    if (this.#watchdog) clearInterval(this.#watchdog)
    place.questions.refuseAll(new Fault('RESTORING', sentence, { retryAfterS: 5 }))
    this.#options.onFailed(sentence)
  }

  /** Whose the partitions are now. */
  #place(): void {
    this.#placeOf.fill(undefined)
    for (const place of this.#places) for (const partition of place.suspended) this.#placeOf[partition] = place
    for (const place of this.#places) for (const partition of place.partitions) this.#placeOf[partition] = place
  }

  #watch(): void {
    const now = this.#options.now()
    // A machine that was suspended stopped this thread as well: what it slept itself is nobody's silence.
    const passed = Math.min(now - this.#watchedAt, 2 * WATCH_EVERY_MS)
    this.#watchedAt = now
    for (const place of this.#places) {
      const beat = place.board.beats
      if (beat !== place.lastBeat) {
        place.lastBeat = beat
        place.silentMs = 0
        place.stalled = false
        continue
      }
      place.silentMs += passed
      const { silentMs } = place
      if (silentMs > STALL.reportMs && !place.stalled) {
        place.stalled = true
        this.#options.report('warn', `worker ${place.index} has not moved for ${Math.round(silentMs)} ms`)
      }
      if (silentMs > STALL.killMs) this.#replace(place)
    }
  }

  /** For a Worker that is stuck, or that never came up: its end may never be told, so nobody waits for that. */
  #replace(place: Place): void {
    const { worker } = place
    this.#options.report('error', `worker ${place.index} is stuck and will be replaced`)
    place.worker = null
    worker?.terminate()
    this.#ended(place)
  }
}
