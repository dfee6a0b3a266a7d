import { setTimeout as sleep } from 'node:timers/promises'
import type { StoredEvent } from '../../actors/event/schema.ts'
import { listEvents } from '../events/list.ts'
import type { Pieces } from '../events/segments.ts'
import { eventStatistics } from '../events/statistics.ts'

/** Viewers hear of events no more often. */
const EVERY_MS = 500
/** The newest ones that are shown. */
const SHOWN = 10
/** What `count` goes back to. */
const WINDOW_MS = 10_000

/** What the topic `events` says: how many came in during the last ten seconds, and the newest of all. */
export interface EventNews {
  readonly count: number
  readonly window_s: number
  readonly items: readonly StoredEvent[]
}

/**
 * Says what is new, when there is somebody to hear it and not more than twice a second, however many events come. Events that come while one
 * message is made are in the next.
 */
export function createEventNews(parts: {
  pieces: Pieces
  partitions: number
  now: () => number
  isHeard: () => boolean
  tell: (news: EventNews) => void
}) {
  const { pieces, partitions, now, isHeard, tell } = parts
  let isDue = false
  let isBusy = false

  async function news(): Promise<EventNews> {
    const range = { from: now() - WINDOW_MS }
    return await pieces.steady(async () => {
      const { events } = await listEvents(pieces, partitions, { limit: SHOWN })
      const { count } = await eventStatistics(pieces, partitions, range)
      return { count, window_s: WINDOW_MS / 1000, items: events.map(({ event }) => event) }
    })
  }

  return {
    /** Some events have come. */
    async changed(): Promise<void> {
      isDue = true
      if (isBusy) return
      isBusy = true
      while (isDue && isHeard()) {
        isDue = false
        // A partition that is being restored cannot say; when it is back it says that it has changed.
        await news().then(tell, () => undefined)
        await sleep(EVERY_MS, undefined, { ref: false })
      }
      isBusy = false
    },
  }
}
