import { join } from 'node:path'
import type { Figure } from './bench.ts'
import { ratioOf } from './compare.ts'
import { load } from './load.ts'
import { cpuUs, until, type Product } from './product.ts'

export const READINGS = '/api/v1/data'
const CONNECTIONS = 256
/** Batches that are under way at once. */
const SENDERS = 4
/** After this what was applied is flushed. */
const FLUSHED_MS = 2_500
/** Of a batch of readings. */
const BATCH = 1_000
const BEGIN = Date.parse('2026-01-01T00:00:00Z')

/** A bare server as a child; resolves when it listens. */
async function startBare() {
  const script = join(import.meta.dir, 'yardsticks', 'http-servers.ts')
  const child = Bun.spawn([process.execPath, script, 'post'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const { value } = await child.stdout.getReader().read()
  const url = `http://127.0.0.1:${new TextDecoder().decode(value).trim()}`
  return { url, pid: child.pid, stop: () => child.kill(9) }
}

/**
 * What a POST costs until it is flushed, against one to a bare server, µs of CPU; in turns, after one round for warming up. `applied` resolves
 * when all that was sent so far is applied.
 */
export async function comparePosts(
  product: Product,
  options: {
    path: string
    requests: number
    rounds: number
    bodies: () => () => string
    applied?: (sent: number) => Promise<void>
  },
): Promise<Figure> {
  const { path, requests, rounds, bodies, applied } = options
  const headers = { authorization: `Bearer ${product.token}` }
  const bare = await startBare()
  let sent = 0
  const cost = async (url: string, pid: number, settle: () => Promise<void>) => {
    const body = bodies()
    const before = cpuUs(pid)
    await load(url, { requests, connections: CONNECTIONS, headers, body })
    await settle()
    return (cpuUs(pid) - before) / requests
  }
  const round = async () => ({
    ours: await cost(product.url + path, product.pid, async () => {
      await applied?.((sent += requests))
      await Bun.sleep(FLUSHED_MS)
    }),
    yardstick: await cost(bare.url, bare.pid, async () => {}),
  })
  try {
    await round()
    const costs: Awaited<ReturnType<typeof round>>[] = []
    for (let n = 0; n < rounds; n++) costs.push(await round())
    return ratioOf(costs)
  } finally {
    bare.stop()
  }
}

/** Until so many readings are in the statistics. Each look costs the product. */
export async function applied(product: Product, count: number, everyMs = 20): Promise<void> {
  await until(`${count} readings to be applied`, 120_000, everyMs, async () => {
    const answer = await product.get('/api/v1/statistics?attr=x')
    return answer.ok && ((await answer.json()) as { count: number }).count === count
  })
}

/** What a reading costs in batches of {@link BATCH} lines, until it is flushed, µs of CPU; `sent` were sent before. */
export async function costInBatches(
  product: Product,
  { sent, count, devices, everyMs }: { sent: number; count: number; devices: readonly number[]; everyMs?: number },
): Promise<number> {
  const bodies = Array.from({ length: count / BATCH }, (_, batch) =>
    Array.from({ length: BATCH }, (_, i) => lineOf(sent + batch * BATCH + i, devices)).join('\n'),
  )
  const before = cpuUs(product.pid)
  await load(product.url + READINGS, {
    requests: bodies.length,
    connections: SENDERS,
    headers: { authorization: `Bearer ${product.token}` },
    type: 'application/x-ndjson',
    body: () => bodies.pop()!,
  })
  await applied(product, sent + count, everyMs)
  await Bun.sleep(FLUSHED_MS)
  return (cpuUs(product.pid) - before) / count
}

/** Devices, by their ids. */
export async function makeDevices({ url, token }: Product, count: number): Promise<number[]> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const ids: number[] = []
  for (let n = 0; n < count; n++) {
    const answer = await fetch(`${url}/api/v1/devices`, { method: 'POST', headers, body: '{}' })
    if (answer.status !== 201) throw new Error(`a device was answered ${answer.status} ${await answer.text()}`)
    ids.push(((await answer.json()) as { id: number }).id)
  }
  return ids
}

/** Single readings of these devices in turn, as bodies. */
export function singleReadings(devices: readonly number[]): () => string {
  let n = 0
  return () => `{"device_id":${devices[++n % devices.length]},"x":${n % 97},"y":${(n % 89) / 8},"z":${-(n % 83)}}`
}

/** The n-th reading as a line; one device for each batch, a second between two of its readings. */
export function lineOf(n: number, devices: readonly number[]): string {
  const batch = Math.floor(n / BATCH)
  const at = new Date(BEGIN + (Math.floor(batch / devices.length) * BATCH + (n % BATCH)) * 1000).toISOString()
  const device = devices[batch % devices.length]!
  return `{"device_id":${device},"at":"${at}","values":{"x":${n % 97},"y":${(n % 89) / 8},"z":${-(n % 83)}}}`
}
