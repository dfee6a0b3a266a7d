import { plant } from './plant.ts'
import { type Frame, type FrameSource, type Sleep, sleepOnTimer } from './source.ts'
import { DAY } from './story.ts'

export interface SyntheticOptions {
  /** Another seed is another plant. */
  readonly seed: number
  /** Epoch ms. */
  readonly now: () => number
  readonly periodMs?: number
  readonly historyDays?: number
  readonly historyPeriodMs?: number
  /** Ends the frames, also while they wait. */
  readonly signal: AbortSignal
  readonly sleep?: Sleep
}

/** History is made without waiting; every so many frames others get a turn. */
const BREATH = 100

/**
 * A made-up plant on the real one's wire: first a week of history, a frame a minute as fast as they are taken, then a frame every `periodMs` with
 * the present time. What happens is a function of seed and time, and the cursor keeps when live frames began: a restart goes on with the
 * same story. Frames missed while nobody read them stay missing. Throws on a cursor that it did not write.
 */
export function syntheticPlant(options: SyntheticOptions): FrameSource {
  const { seed } = options
  return {
    id: `synthetic:${seed}`,
    clock: 'live',
    demonstration: true,
    frames: (after) => frames(options, after),
  }
}

interface Place {
  /** When history ended and live frames began. */
  readonly opening: number
  readonly moment: number
}

function readCursor(cursor: string): Place {
  const [, opening, moment] = /^(\d{1,15})-(\d{1,15})$/.exec(cursor) ?? []
  if (opening === undefined) throw new Error(`synthetic plant: ${JSON.stringify(cursor)} is no cursor of this plant`)
  return { opening: Number(opening), moment: Number(moment) }
}

async function* frames(options: SyntheticOptions, after: string | null): AsyncGenerator<Frame> {
  const { seed, now, signal, sleep = sleepOnTimer } = options
  const { periodMs = 2000, historyDays = 7, historyPeriodMs = 60_000 } = options
  const place = after === null ? null : readCursor(after)
  const present = () => Math.floor(now())
  const opening = place?.opening ?? present()
  const frameAt = plant(seed, opening)
  const frame = (moment: number): Frame[] => {
    const text = frameAt(moment)
    return text === null ? [] : [{ text, cursor: `${opening}-${moment}` }]
  }

  let last = place?.moment ?? opening - historyDays * DAY - historyPeriodMs
  // Who lays history for the first time also lays the minutes that it took; who goes on later leaves the pause empty.
  const end = () => (place === null ? present() : opening)
  for (let laid = 1; last + historyPeriodMs <= end(); laid++) {
    if (laid % BREATH === 0) await sleep(0, signal)
    if (signal.aborted) return
    last += historyPeriodMs
    yield* frame(last)
  }

  for (let due = last + periodMs; !signal.aborted;) {
    const moment = present()
    if (moment < due) {
      await sleep(due - moment, signal)
      continue
    }
    yield* frame(moment)
    // The rhythm is kept where a frame was late, and begins anew where one was missed.
    due = due + periodMs > moment ? due + periodMs : moment + periodMs
  }
}
