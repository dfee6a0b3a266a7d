import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../../bench/bench.ts'
import { median, ratioOf } from '../../bench/compare.ts'
import { load } from '../../bench/load.ts'
import { cpuUs, startProduct, until } from '../../bench/product.ts'
import { plant } from '../../sims/plant/plant.ts'

const PATH = '/api/v1/exhausters/x-171'
const CONNECTIONS = 50
const FRAMES = 60
const NEWEST = Date.parse('2026-11-01T12:00:00Z')

/** Recorded frames, a minute apart, the last at `NEWEST`: a plant at rest, so that the server's CPU time is that of the requests. */
function writeFrames(file: string): void {
  const frameAt = plant(171, NEWEST)
  const frames = Array.from({ length: FRAMES }, (_, i) => frameAt(NEWEST - (FRAMES - 1 - i) * 60_000) ?? '')
  writeFileSync(file, frames.filter(Boolean).join('\n'))
}

/** A bare server as a child; resolves when it listens. */
async function startBare(kind: 'elysia' | 'bun', file: string) {
  const script = join(import.meta.dir, '../../bench/yardsticks/http-servers.ts')
  const child = Bun.spawn([process.execPath, script, kind, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const { value } = await child.stdout.getReader().read()
  return { url: `http://127.0.0.1:${new TextDecoder().decode(value).trim()}`, child }
}

export const benches: readonly Bench[] = [
  {
    id: 'exhauster-get',
    work: 'GET /api/v1/exhausters/{id} with a token, 50 connections',
    unit: 'µs CPU',
    yardstick: 'bare Elysia GET of the same bytes',
    async measure({ quick }) {
      const folder = mkdtempSync(join(tmpdir(), 'windbox-get-'))
      const file = join(folder, 'frames.ndjson')
      writeFrames(file)
      const product = await startProduct({
        env: { WINDBOX_PLANT: 'replay', WINDBOX_PLANT_FILE: file, WINDBOX_PLANT_SPEED: 'max' },
      })
      const body = join(folder, 'body.json')
      const children: Bun.Subprocess[] = []
      try {
        await until('the replay to be over', 60_000, 50, async () => {
          const { updated_at } = (await (await product.get(PATH)).json()) as { updated_at: string | null }
          return updated_at === new Date(NEWEST).toISOString()
        })
        const text = await (await product.get(PATH)).text()
        await Bun.write(body, text)
        const [elysia, bun] = await Promise.all([startBare('elysia', body), startBare('bun', body)])
        children.push(elysia.child, bun.child)
        const headers = { authorization: `Bearer ${product.token}` }
        const requests = quick ? 4_000 : 20_000
        const cost = async (url: string, pid: number) => {
          const before = cpuUs(pid)
          await load(url, { requests, connections: CONNECTIONS, headers })
          return (cpuUs(pid) - before) / requests
        }
        const ours = () => cost(product.url + PATH, product.pid)
        const theirs = () => cost(elysia.url + PATH, elysia.child.pid)
        const bare = () => cost(bun.url + PATH, bun.child.pid)
        for (const side of [ours, theirs, bare]) await side()
        const costs: { ours: number; yardstick: number }[] = []
        const bareCosts: number[] = []
        for (let round = 0; round < (quick ? 1 : 7); round++) {
          costs.push({ ours: await ours(), yardstick: await theirs() })
          bareCosts.push(await bare())
        }
        const figure = ratioOf(costs)
        return {
          ...figure,
          note: `${text.length} B; ${figure.note}; bare Bun.serve ${median(bareCosts).toFixed(1)} µs`,
        }
      } finally {
        for (const child of children) child.kill(9)
        await product.remove()
        rmSync(folder, { recursive: true })
      }
    },
  },
]
