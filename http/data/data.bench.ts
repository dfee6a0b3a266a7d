import { join } from 'node:path'
import type { Bench } from '../../bench/bench.ts'
import { ratioOf } from '../../bench/compare.ts'
import { load } from '../../bench/load.ts'
import { cpuUs, startProduct, until, type Product } from '../../bench/product.ts'
import { mapTurn } from '../../bench/yardsticks/map-turn.ts'

const PATH = '/api/v1/data'
const CONNECTIONS = 256
const DEVICES = 100
const BATCH = 1_000
/** Batches that are under way at once. */
const SENDERS = 4
const BEGIN = Date.parse('2026-11-01T00:00:00Z')
/** After this what was taken is flushed. */
const FLUSHED_MS = 2_500

async function makeDevices({ url, token }: Product): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  for (let n = 0; n < DEVICES; n++) {
    const answer = await fetch(`${url}/api/v1/devices`, { method: 'POST', headers, body: '{}' })
    if (answer.status !== 201) throw new Error(`a device was answered ${answer.status}`)
  }
}

/** Until as many readings are in the statistics. */
async function applied(product: Product, count: number): Promise<void> {
  await until(`${count} readings to be applied`, 60_000, 20, async () => {
    const answer = (await (await product.get('/api/v1/statistics?attr=x')).json()) as { count: number }
    return answer.count === count
  })
}

/** The n-th reading as a line; one device for each batch, a second between two of its readings. */
function lineOf(n: number): string {
  const at = new Date(BEGIN + (n % BATCH) * 1000 + Math.floor(n / BATCH / DEVICES) * BATCH * 1000).toISOString()
  const device = (Math.floor(n / BATCH) % DEVICES) + 1
  return `{"device_id":${device},"at":"${at}","values":{"x":${n % 97},"y":${(n % 89) / 8},"z":${-(n % 83)}}}`
}

/** A bare server as a child; resolves when it listens. */
async function startBare() {
  const script = join(import.meta.dir, '../../bench/yardsticks/http-servers.ts')
  const child = Bun.spawn([process.execPath, script, 'post'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const { value } = await child.stdout.getReader().read()
  return { url: `http://127.0.0.1:${new TextDecoder().decode(value).trim()}`, child }
}

export const benches: readonly Bench[] = [
  {
    id: 'post-data',
    work: 'POST of one reading with a token, 256 connections: durable, applied, flushed',
    unit: 'µs CPU',
    yardstick: 'bare Bun.serve JSON POST',
    async measure({ quick }) {
      const product = await startProduct()
      const bare = await startBare()
      try {
        await makeDevices(product)
        const requests = quick ? 2_000 : 60_000
        const headers = { authorization: `Bearer ${product.token}` }
        let n = 0
        const body = () => `{"device_id":${(++n % DEVICES) + 1},"x":${n % 97},"y":${(n % 89) / 8},"z":${-(n % 83)}}`
        let sent = 0
        const ours = async () => {
          const before = cpuUs(product.pid)
          await load(product.url + PATH, { requests, connections: CONNECTIONS, headers, body })
          sent += requests
          await applied(product, sent)
          await Bun.sleep(FLUSHED_MS)
          return (cpuUs(product.pid) - before) / requests
        }
        const theirs = async () => {
          const before = cpuUs(bare.child.pid)
          await load(bare.url, { requests, connections: CONNECTIONS, headers, body })
          return (cpuUs(bare.child.pid) - before) / requests
        }
        await ours()
        await theirs()
        const costs: { ours: number; yardstick: number }[] = []
        for (let round = 0; round < (quick ? 1 : 7); round++) {
          costs.push({ ours: await ours(), yardstick: await theirs() })
        }
        return ratioOf(costs)
      } finally {
        bare.child.kill(9)
        await product.remove()
      }
    },
  },
  {
    id: 'batch-data',
    work: 'readings in NDJSON batches of 1,000, one device each: durable, applied, flushed',
    unit: 'µs CPU',
    yardstick: 'JSON.parse + Map turn',
    async measure({ quick }) {
      const product = await startProduct()
      try {
        await makeDevices(product)
        const count = quick ? 20_000 : 1_000_000
        const headers = { authorization: `Bearer ${product.token}` }
        const turn = mapTurn()
        let sent = 0
        const round = async () => {
          const lines = Array.from({ length: count }, (_, i) => lineOf(sent + i))
          const bodies = Array.from({ length: count / BATCH }, (_, i) =>
            lines.slice(i * BATCH, (i + 1) * BATCH).join('\n'),
          )
          const before = cpuUs(product.pid)
          const requests = bodies.length
          await load(product.url + PATH, {
            requests,
            connections: SENDERS,
            headers,
            type: 'application/x-ndjson',
            body: () => bodies.pop()!,
          })
          sent += count
          await applied(product, sent)
          await Bun.sleep(FLUSHED_MS)
          const ours = (cpuUs(product.pid) - before) / count
          const { user, system } = process.cpuUsage()
          for (let i = 0; i < count; i++) turn('device/1', lines[i]!)
          const after = process.cpuUsage()
          return { ours, yardstick: (after.user + after.system - user - system) / count }
        }
        await round()
        const costs: { ours: number; yardstick: number }[] = []
        for (let n = 0; n < (quick ? 1 : 5); n++) costs.push(await round())
        return ratioOf(costs)
      } finally {
        await product.remove()
      }
    },
  },
]
