import type { Cluster } from '../../actors/cluster/port.ts'
import { Fault } from '../../actors/runtime/index.ts'
import type { OnShown } from '../../tracing/tracing.ts'
import type { Fragments } from '../../views/layout.ts'
import type { Language } from '../../views/text/catalogue.ts'
import type { View } from '../../views/view.ts'
import { RECHECK_MS } from '../freshness.ts'
import { Seats } from '../live/seats.ts'
import { Channel, event, type Send } from './channel.ts'

/** How often a stream says that it lives, and ages and silence are looked at: well within the 15 s of the pages. */
const BEAT_MS = 5000
/** A stream whose reader takes nothing is ended at this many messages; the page comes back and gets the present. */
const QUEUE = 64

const encoder = new TextEncoder()

interface Viewer {
  readonly send: Send
  /** Whether its session still holds. */
  check(): Promise<boolean>
  /** `gone`: the reader has closed the stream already. */
  end(gone?: 'gone'): void
}

/** What can be looked at, as far as a stream needs it. */
export interface Looked {
  readonly path: string
  readonly audience: string
  concerns(address: string): boolean
  fragments(view: View): Promise<Fragments>
}

/** The streams of fragments of this node: a channel per page, audience and language, alive while somebody looks. */
export function createLive(parts: {
  cluster: Pick<Cluster, 'onChange'>
  /** The present of a language. */
  viewIn: (language: Language) => View
  build: string
  now: () => number
  /** A page that cannot be rendered is a mistake of ours: it is told, and the stream ends or waits for the next change. */
  report: (error: unknown) => void
  /** Hears of what has gone out, where its request is followed. */
  shown?: OnShown
}) {
  const { viewIn, build, now, report, shown } = parts
  const channels = new Map<string, { channel: Channel; page: Looked }>()
  const viewers = new Set<Viewer>()
  const seats = new Seats()
  let stopListening: (() => void) | undefined
  let timers: readonly ReturnType<typeof setInterval>[] = []

  const beatText = () => event(JSON.stringify({ now: now(), build }), 'beat')

  function recheck() {
    for (const viewer of viewers) {
      viewer.check().then(
        (holds) => holds || viewer.end(),
        (error: unknown) => {
          // The store is away, and it is too long ago that it said who this is.
          viewer.end()
          if (!(error instanceof Fault)) report(error)
        },
      )
    }
  }

  function begin() {
    stopListening ??= parts.cluster.onChange((changes) => {
      for (const { channel, page } of channels.values()) {
        let isTouched = false
        for (const { address, trace } of changes) {
          if ((isTouched && trace === undefined) || !page.concerns(address)) continue
          channel.touch(trace)
          isTouched = true
        }
      }
    })
    if (timers.length > 0) return
    const beat = () => {
      const text = beatText()
      for (const viewer of viewers) viewer.send(text)
      for (const { channel } of channels.values()) channel.refresh().catch(report)
    }
    timers = [setInterval(beat, BEAT_MS), setInterval(recheck, RECHECK_MS)]
  }

  function rest() {
    if (viewers.size > 0) return
    stopListening?.()
    stopListening = undefined
    for (const timer of timers) clearInterval(timer)
    timers = []
  }

  return {
    get streams(): number {
      return viewers.size
    },

    /**
     * A new stream, or undefined when there are too many. `check` says whether its session still holds. `sender`: whose it is, null for
     * nobody in particular.
     */
    open(
      page: Looked,
      language: Language,
      check: () => Promise<boolean>,
      sender: string | null = null,
    ): ReadableStream<Uint8Array> | undefined {
      const giveBack = seats.take(sender)
      if (giveBack === undefined) return undefined
      const name = `${page.path} ${page.audience} ${language}`
      let entry = channels.get(name)
      if (!entry) {
        const channel = new Channel(
          () => page.fragments(viewIn(language)),
          report,
          (trace, beganMs, viewers) => shown?.(trace, beganMs, viewers, `show ${page.path}`),
        )
        entry = { channel, page }
        channels.set(name, entry)
      }
      const known = entry
      const joined = entry.channel
      let viewer: Viewer
      const leave = () => {
        giveBack()
        viewers.delete(viewer)
        joined.leave(viewer.send)
        if (joined.viewers === 0 && channels.get(name) === known) channels.delete(name)
        rest()
      }
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            let open = true
            const end = (gone?: 'gone') => {
              if (!open) return
              open = false
              leave()
              if (!gone) controller.close()
            }
            const send = (text: string) => {
              if (!open) return
              if ((controller.desiredSize ?? 0) <= 0) return end()
              controller.enqueue(encoder.encode(text))
            }
            viewer = { send, check, end }
            viewers.add(viewer)
            begin()
            send(`retry: 1000\n\n${beatText()}`)
            const joining = joined.join(send).then(() => {
              if (!open) leave()
            })
            joining.catch((error: unknown) => {
              report(error)
              end()
            })
          },
          cancel: () => viewer.end('gone'),
        },
        { highWaterMark: QUEUE },
      )
    },

    /** Looks at once whether all sessions still hold: some have just been ended. */
    recheck,

    /** Ends all streams: the server stops. */
    close(): void {
      for (const viewer of viewers) viewer.end()
    },
  }
}
