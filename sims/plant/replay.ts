import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { recordedPace } from './pace.ts'
import { frameTexts } from './recording.ts'
import { type Frame, type FrameSource, type Sleep, sleepOnTimer } from './source.ts'
import { momentOf } from './wire.ts'

export interface ReplayOptions {
  readonly file: string
  /** Times real time; `max`: no waiting. */
  readonly speed: number | 'max'
  /** Ends the frames, also while they wait. */
  readonly signal: AbortSignal
  readonly sleep?: Sleep
  /** Milliseconds of any clock that only goes forward. */
  readonly now?: () => number
}

/** What is read to tell one recording from another. */
const IDENTITY_BYTES = 1024 * 1024
/** A consumer that fell behind is served without waiting until it is up to the schedule, but not for more than this, ms. */
const CATCH_UP = 1000
/** With `max` nothing waits; every so many frames others get a turn. */
const BREATH = 100

/**
 * Recorded frames again (see `frameTexts` for what a recording is), at N times real time, each as it was recorded, also broken ones. The same
 * content goes on after a cursor, another one begins anew. Throws a sentence that names the file where it cannot be read, at
 * construction or later.
 */
export function replay(options: ReplayOptions): FrameSource {
  const { speed } = options
  if (speed !== 'max' && !(speed > 0 && speed < Infinity)) {
    throw new Error(`replay: the speed ${speed} is neither a positive number nor max`)
  }
  return { id: `replay:${identityOf(options.file)}`, clock: 'replay', frames: (after) => frames(options, after) }
}

/** SHA-256 of the first MiB and of the length. */
function identityOf(file: string): string {
  try {
    const handle = openSync(file, 'r')
    try {
      const stat = fstatSync(handle)
      if (!stat.isFile()) throw new Error('it is no file')
      const head = Buffer.alloc(Math.min(IDENTITY_BYTES, stat.size))
      const read = readSync(handle, head, 0, head.length, 0)
      return createHash('sha256').update(head.subarray(0, read)).update(String(stat.size)).digest('hex').slice(0, 32)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`replay: ${file} cannot be read: ${reason}`, { cause: error })
  }
}

async function* frames(options: ReplayOptions, after: string | null): AsyncGenerator<Frame> {
  const { file, speed, signal, sleep = sleepOnTimer, now = () => performance.now() } = options
  if (after !== null && !/^\d{1,15}$/.test(after)) {
    throw new Error(`replay: ${JSON.stringify(after)} is no place in a recording`)
  }
  const taken = after === null ? -1 : Number(after)
  const waitBefore = recordedPace()
  let index = -1
  let due = now()
  for await (const text of frameTexts(file)) {
    index++
    const wait = speed === 'max' ? 0 : waitBefore(momentOf(typeof text === 'string' ? text : '')) / speed
    if (index > taken + 1) due = Math.max(due + wait, now() - CATCH_UP)
    if (index % BREATH === BREATH - 1) await sleep(0, signal)
    if (signal.aborted) return
    if (index <= taken) continue
    // Less than a timer's millisecond is waited for together with the next frames.
    for (let early = due - now(); early >= 1 && !signal.aborted; early = due - now()) await sleep(early, signal)
    if (signal.aborted) return
    yield { text, cursor: String(index) }
  }
}
