import type { Bench } from './bench.ts'
import { freshCluster } from './cluster.ts'
import { makeDevices } from './posts.ts'
import { quantile } from './compare.ts'
import { cpuUs, until, type Product } from './product.ts'

/** They lie on most of the partitions. */
const DEVICES = 48
const READ_EVERY_MS = 20
const ASKED_AGAIN_MS = 10
/** For so long after both nodes are ready the group still moves partitions. */
const SETTLED_MS = 3_000
const SESSION_S = 4
/** Until what was busy at the start is compiled, and compiles no more. */
const COOLED_MS = 30_000
const IDLE_MS = 60_000

/** Writes to each device, so that each has a state to be read. */
async function devicesWithData(product: Product): Promise<number[]> {
  const ids = await makeDevices(product, DEVICES)
  const headers = { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' }
  const body = JSON.stringify(ids.map((device_id) => ({ device_id, values: { x: 1 } })))
  const answer = await fetch(`${product.url}/api/v1/data`, { method: 'POST', headers, body })
  if (answer.status !== 202) throw new Error(`readings were answered ${answer.status}`)
  return ids
}

/** Reads all devices through a node while something happens, until each was answered after it. The longest wait of each, ms. */
async function longestWaits(
  through: Product,
  ids: readonly number[],
  happening: () => Promise<void>,
): Promise<number[]> {
  let over = false
  const readOn = async (id: number): Promise<number> => {
    let longest = 0
    for (let last = false; !last; await Bun.sleep(READ_EVERY_MS)) {
      last = over
      const asked = performance.now()
      while ((await through.get(`/api/v1/devices/${id}/state`)).status !== 200) await Bun.sleep(ASKED_AGAIN_MS)
      longest = Math.max(longest, performance.now() - asked)
    }
    return longest
  }
  const reading = Promise.all(ids.map(readOn))
  await happening()
  over = true
  return await reading
}

const isWhole = async (product: Product) => (await product.get('/health/ready')).status === 200

async function settled(...nodes: readonly Product[]): Promise<void> {
  await until('all nodes to be ready', 60_000, 100, async () => (await Promise.all(nodes.map(isWhole))).every(Boolean))
  await Bun.sleep(SETTLED_MS)
}

export const benches: readonly Bench[] = [
  {
    id: 'handoff',
    work: 'a node leaves after SIGTERM, another comes: how long a read of a device waits, of 100 the 99th',
    unit: 'ms',
    needs: 'servers',
    async measure({ quick }) {
      const cluster = freshCluster()
      const stays = await cluster.node()
      const ids = await devicesWithData(stays)
      const [leaving, coming]: number[][] = [[], []]
      try {
        for (let round = 0; round < (quick ? 1 : 4); round++) {
          let other: Product | undefined
          const came = await longestWaits(stays, ids, async () => {
            other = await cluster.node()
            await settled(stays, other)
          })
          coming!.push(...came)
          const left = await longestWaits(stays, ids, async () => {
            await other!.stop()
            await settled(stays)
          })
          leaving!.push(...left)
          await other!.remove()
        }
        const p99 = (waits: readonly number[]) => Math.round(quantile(waits, 0.99))
        const all = [...leaving!, ...coming!]
        const note = `p99 while one leaves ${p99(leaving!)}, while one comes ${p99(coming!)}; median of all ${Math.round(quantile(all, 0.5))}, longest ${Math.round(Math.max(...all))}`
        return { value: p99(all), note }
      } finally {
        await stays.remove()
      }
    },
  },
  {
    id: 'crash',
    work: 'a node is killed: how much longer than the session time-out a read of a device waits at the most',
    unit: 'ms',
    needs: 'servers',
    async measure({ quick }) {
      const cluster = freshCluster({ WINDBOX_SESSION_TIMEOUT: `${SESSION_S}s` })
      const stays = await cluster.node()
      const ids = await devicesWithData(stays)
      const longest: number[] = []
      try {
        for (let round = 0; round < (quick ? 1 : 3); round++) {
          const other = await cluster.node()
          await settled(stays, other)
          const waits = await longestWaits(stays, ids, async () => {
            await other.remove()
            await Bun.sleep(SESSION_S * 1000)
            await settled(stays)
          })
          longest.push(Math.max(...waits))
        }
        const note = `session time-out ${SESSION_S} s; longest waits ${longest.map(Math.round).join(', ')} ms`
        return { value: Math.max(0, Math.max(...longest) - SESSION_S * 1000), note }
      } finally {
        await stays.remove()
      }
    },
  },
  {
    id: 'idle',
    work: 'two nodes with nothing to do: the busier one',
    unit: '% of a core',
    needs: 'servers',
    async measure({ quick }) {
      const cluster = freshCluster()
      const nodes = [await cluster.node()]
      try {
        nodes.push(await cluster.node())
        await settled(...nodes)
        const ms = quick ? 2_000 : IDLE_MS
        await Bun.sleep(quick ? 0 : COOLED_MS)
        const [before, began] = [nodes.map(({ pid }) => cpuUs(pid)), performance.now()]
        await Bun.sleep(ms)
        const passed = (performance.now() - began) * 1000
        const shares = nodes.map(({ pid }, i) => ((cpuUs(pid) - before[i]!) / passed) * 100)
        return { value: Math.max(...shares), note: shares.map((share) => `${share.toFixed(1)} %`).join(', ') }
      } finally {
        for (const node of nodes) await node.remove()
      }
    },
  },
]
