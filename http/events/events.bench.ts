import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../../bench/bench.ts'
import { quantile } from '../../bench/compare.ts'
import { load } from '../../bench/load.ts'
import { comparePosts } from '../../bench/posts.ts'
import { residentBytes, startProduct, type Product } from '../../bench/product.ts'
import { eventOf, layEvents } from './laid.fixture.ts'

const PATH = '/api/v1/events'
/** Events a second. */
const OFFERED = 3_500
/** Laid once for both benchmarks: of ten million events that takes minutes. */
let laid: Promise<string> | undefined

async function lay(events: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'windbox-laid-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  await layEvents(folder, events)
  return folder
}

/** The product on a folder that holds so many events. */
async function startOn(events: number): Promise<Product> {
  const from = await (laid ??= lay(events))
  const folder = mkdtempSync(join(tmpdir(), 'windbox-events-'))
  try {
    cpSync(from, join(folder, 'data'), { recursive: true })
    return await startProduct({ folder })
  } catch (error) {
    rmSync(folder, { recursive: true })
    throw error
  }
}

/** Bodies with random ids, made before anything is measured. */
function bodies(count: number): () => string {
  const made = Array.from({ length: count }, (_, n) => JSON.stringify(eventOf(n)))
  return () => made.pop()!
}

/** Posts one event and asks for it until it is there. Milliseconds from the answer to the post. */
async function lagOf(product: Product, n: number): Promise<number> {
  const headers = { authorization: `Bearer ${product.token}` }
  const event = eventOf(n)
  const json = { ...headers, 'content-type': 'application/json' }
  const answer = await fetch(product.url + PATH, { method: 'POST', headers: json, body: JSON.stringify(event) })
  if (answer.status !== 202) throw new Error(`an event was answered ${answer.status}`)
  const accepted = performance.now()
  while ((await fetch(`${product.url}${PATH}/${event.id}`, { headers })).status !== 200) {
    if (performance.now() - accepted > 10_000) throw new Error('an event that was accepted is not there after 10 s')
  }
  return performance.now() - accepted
}

export const benches: readonly Bench[] = [
  {
    id: 'post-event',
    work: 'POST of one event, random ids, 10 M stored, 256 connections: durable, applied, flushed',
    unit: 'µs CPU',
    yardstick: 'bare Bun.serve JSON POST',
    async measure({ quick }) {
      const product = await startOn(quick ? 50_000 : 10_000_000)
      try {
        const requests = quick ? 2_000 : 500_000
        return await comparePosts(product, {
          path: PATH,
          requests,
          rounds: quick ? 1 : 5,
          bodies: () => bodies(requests),
        })
      } finally {
        await product.remove()
      }
    },
  },
  {
    id: 'event-lag',
    work: `an event from its 202 to its GET, at ${OFFERED} events/s, 10 M stored, p99`,
    unit: 'ms',
    async measure({ quick }) {
      const product = await startOn(quick ? 50_000 : 10_000_000)
      try {
        const seconds = quick ? 2 : 60
        const requests = OFFERED * seconds
        const headers = { authorization: `Bearer ${product.token}` }
        const body = bodies(requests)
        const began = performance.now()
        const memory = [residentBytes(product.pid).rss]
        const sending = load(product.url + PATH, { requests, connections: 64, headers, body, rate: OFFERED })
        const lags: number[] = []
        for (let n = 0; performance.now() - began < seconds * 1000; n++) {
          lags.push(await lagOf(product, n))
          await Bun.sleep(20)
        }
        await sending
        const rate = requests / ((performance.now() - began) / 1000)
        memory.push(residentBytes(product.pid).rss)
        const [before, after] = memory.map((bytes) => Math.round(bytes / 1e6))
        const note = `p50 ${quantile(lags, 0.5).toFixed(1)}, most ${Math.max(...lags).toFixed(1)}; ${lags.length} probes; ${Math.round(rate)} events/s; ${before} → ${after} MB`
        return { value: quantile(lags, 0.99), note }
      } finally {
        await product.remove()
      }
    },
  },
]
