import { join } from 'node:path'
import type { Bench } from '../../bench/bench.ts'
import { compare } from '../../bench/compare.ts'
import { until } from '../../bench/product.ts'
import { ALONE, type Change, type Cluster } from '../../actors/cluster/port.ts'
import { EXHAUSTER_IDS } from '../../actors/exhauster/schema.ts'
import { createPieces } from '../events/segments.ts'
import { KeptAnswers } from '../exhausters/kept-answers.ts'
import { LiveHub } from './hub.ts'
import { frame } from './sse.ts'

const STREAMS = 100
/** Events that are sent without a pause: one change of each exhauster. */
const BURST = EXHAUSTER_IDS.length
/** As long as a summary with a cause. */
const SUMMARY = JSON.stringify({
  id: 'x-171',
  clock: 'replay',
  updated_at: null,
  filler: 'x'.repeat(900),
  data_age_ms: null,
})

/** A cluster whose actors always say the same and can be made to change. */
function changingCluster() {
  let version = 0
  let listener: (changes: readonly Change[]) => void
  const answer = { body: SUMMARY, offset: 0, at: 0, state: 'live' as const }
  const cluster: Pick<Cluster, 'ask' | 'bus' | 'version' | 'partitions' | 'onChange' | 'inspect'> = {
    bus: ALONE,
    partitions: 16,
    ask: () => Promise.resolve(answer),
    version: () => version,
    onChange(given) {
      listener = given
      return () => {}
    },
    inspect: () => Promise.resolve({}),
  }
  return {
    cluster: cluster as Cluster,
    change() {
      version++
      listener(EXHAUSTER_IDS.map((id) => ({ address: `exhauster/${id}`, offset: version })))
    },
  }
}

/** Readers in a process of their own; `seen` is how many events have come to them. */
async function openReaders(url: string) {
  const script = join(import.meta.dir, '../../bench/sse-clients.ts')
  const child = Bun.spawn([process.execPath, script, url, String(STREAMS)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const readers = { open: false, seen: 0, close: () => child.kill(9) }
  void (async () => {
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const last = chunk.trim().split('\n').at(-1)!
      readers.open = true
      if (last !== 'open') readers.seen = Number(last)
    }
  })()
  await until('all readers to be connected', 30_000, 10, () => readers.open)
  return readers
}

export const benches: readonly Bench[] = [
  {
    id: 'sse',
    work: `an exhauster's change as an event to ${STREAMS} streams`,
    unit: 'µs CPU',
    yardstick: 'the same bytes put into as many bare streams',
    async measure({ quick }) {
      const { cluster, change } = changingCluster()
      const hub = new LiveHub({
        cluster,
        answers: new KeptAnswers(cluster, Date.now),
        pieces: createPieces(cluster),
        now: Date.now,
        newEpoch: () => 'bench',
      })
      hub.start()
      const bare = new Set<ReadableStreamDefaultController<Uint8Array>>()
      const event = new TextEncoder().encode(frame({ id: 'bench-1', event: 'exhauster', data: SUMMARY }))
      const streams: Record<string, () => ReadableStream<Uint8Array>> = {
        '/hub': () => hub.open(new Set(['exhausters']), null, () => true)!,
        '/bare': () =>
          new ReadableStream<Uint8Array>({
            start(controller) {
              bare.add(controller)
              controller.enqueue(new TextEncoder().encode(':\n\n'))
            },
          }),
      }
      const server = Bun.serve({
        port: 0,
        hostname: '127.0.0.1',
        idleTimeout: 0,
        fetch: ({ url }) =>
          new Response(streams[new URL(url).pathname]!(), { headers: { 'content-type': 'text/event-stream' } }),
      })
      const ours = await openReaders(`${server.url.origin}/hub`)
      const theirs = await openReaders(`${server.url.origin}/bare`)
      /** One burst after the other, each when the last has come to all. */
      const fanOut = async (count: number, readers: typeof ours, burst: () => void) => {
        for (let sent = 0; sent < count; sent += BURST) {
          const wanted = readers.seen + BURST * STREAMS
          burst()
          await until('the events to come to all', 10_000, 1, () => readers.seen >= wanted)
        }
      }
      try {
        const figure = await compare({
          ours: (count) => fanOut(count, ours, change),
          yardstick: (count) =>
            fanOut(count, theirs, () => {
              for (let n = 0; n < BURST; n++) for (const controller of bare) controller.enqueue(event)
            }),
          units: BURST * (quick ? 5 : 200),
          rounds: quick ? 1 : 5,
        })
        return {
          ...figure,
          note: `${event.length} B; ${(figure.value / STREAMS).toFixed(1)} µs a stream; ${figure.note}`,
        }
      } finally {
        ours.close()
        theirs.close()
        hub.stop()
        await server.stop(true)
      }
    },
  },
]
