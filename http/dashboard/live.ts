import type { Cluster } from '../../actors/cluster/port.ts'
import type { PlantModel } from '../../views/pages/model.ts'
import type { Fragments } from '../../views/layout.ts'
import type { Language } from '../../views/text/catalogue.ts'
import { Channel, event, type Send } from './channel.ts'
import { SHOWN } from './plant-reader.ts'

/** How often a stream says that it lives, and ages and silence are looked at: well within the 15 s of the pages. */
const BEAT_MS = 5000
/** A stream whose reader takes nothing is ended at this many messages; the page comes back and gets the present. */
const QUEUE = 64
/** Streams of one node. */
const MOST_STREAMS = 2000

const encoder = new TextEncoder()

interface Viewer {
  readonly send: Send
  /** Whether its session still holds. */
  check(): Promise<boolean>
  /** `gone`: the reader has closed the stream already. */
  end(gone?: 'gone'): void
}

/** The streams of fragments of this node: a channel per page and language, alive while somebody looks. */
export function createLive<Page extends string>(parts: {
  cluster: Pick<Cluster, 'onChange'>
  read: () => Promise<PlantModel>
  fragments: (page: Page, language: Language, model: PlantModel) => Fragments
  build: string
  now: () => number
  /** A page that cannot be rendered is a mistake of ours: it is told, and the stream ends or waits for the next change. */
  report: (error: unknown) => void
}) {
  const { read, fragments, build, now, report } = parts
  const channels = new Map<string, Channel>()
  const viewers = new Set<Viewer>()
  let stopListening: (() => void) | undefined
  let beats: ReturnType<typeof setInterval> | undefined

  const beatText = () => event(JSON.stringify({ now: now(), build }), 'beat')

  async function beat(viewer: Viewer) {
    if (await viewer.check()) viewer.send(beatText())
    else viewer.end()
  }

  function begin() {
    stopListening ??= parts.cluster.onChange((changes) => {
      if (!changes.some(({ address }) => SHOWN.has(address))) return
      for (const channel of channels.values()) channel.touch()
    })
    beats ??= setInterval(() => {
      for (const viewer of viewers) beat(viewer).catch(report)
      for (const channel of channels.values()) channel.refresh().catch(report)
    }, BEAT_MS)
  }

  function rest() {
    if (viewers.size > 0) return
    stopListening?.()
    stopListening = undefined
    clearInterval(beats)
    beats = undefined
  }

  return {
    get streams(): number {
      return viewers.size
    },

    /** A new stream, or undefined when there are too many. `check` says whether its session still holds. */
    open(page: Page, language: Language, check: () => Promise<boolean>): ReadableStream<Uint8Array> | undefined {
      if (viewers.size >= MOST_STREAMS) return undefined
      const name = `${page} ${language}`
      let channel = channels.get(name)
      if (!channel) {
        channel = new Channel(async () => fragments(page, language, await read()), report)
        channels.set(name, channel)
      }
      const joined = channel
      let viewer: Viewer
      const leave = () => {
        viewers.delete(viewer)
        joined.leave(viewer.send)
        if (joined.viewers === 0 && channels.get(name) === joined) channels.delete(name)
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
    recheck(): void {
      for (const viewer of viewers) viewer.check().then((holds) => holds || viewer.end(), report)
    },

    /** Ends all streams: the server stops. */
    close(): void {
      for (const viewer of viewers) viewer.end()
    },
  }
}
