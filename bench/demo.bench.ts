import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import { median } from './compare.ts'
import { residentBytes, startProduct, until, type Product } from './product.ts'

const MB = 1e6
const SAMPLE_MS = 5_000
/** Readings of the last minute. */
const LAST = 12
/** Compaction looks every 15 s. */
const COMPACTED_MS = 60_000

/** The plant of the demonstration: how many frames it has taken, and how old its newest is. */
async function plantOf(product: Product): Promise<{ frames: number; ageMs: number }> {
  const answer = await product.get('/api/v1/inspect/actors/plant/main')
  const { state } = (await answer.json()) as {
    state: { newest: number | null; sources: Record<string, { frames: number }> }
  }
  const frames = Object.values(state.sources).reduce((sum, source) => sum + source.frames, 0)
  return { frames, ageMs: Date.now() - (state.newest ?? 0) }
}

const historyLaid = (product: Product) =>
  until('the week of history to be laid', 180_000, 250, async () => (await plantOf(product)).ageMs < 5_000)

/** Bytes that the files of a folder take, as the disk counts them. */
const bytesOnDisk = (folder: string) =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).blocks * 512, 0)

export const benches: readonly Bench[] = [
  {
    id: 'demo-rss',
    work: '`npm start` alone: resident memory of all its processes after 10 min',
    unit: 'MB',
    async measure({ quick }) {
      const product = await startProduct({
        command: ['npm', 'start', '--silent'],
        env: { WINDBOX_PLANT: 'synthetic' },
      })
      try {
        await historyLaid(product)
        const samples: { rss: number; pss: number; names: string }[] = []
        const end = performance.now() + (quick ? 2 * SAMPLE_MS : 600_000)
        while (performance.now() < end) {
          await Bun.sleep(SAMPLE_MS)
          samples.push(residentBytes(product.pid))
        }
        const last = samples.slice(-LAST)
        const most = Math.max(...samples.map(({ rss }) => rss))
        const note = `shared pages once: ${Math.round(median(last.map(({ pss }) => pss)) / MB)} MB; most ${Math.round(most / MB)} MB; ${last.at(-1)!.names}`
        return { value: median(last.map(({ rss }) => rss)) / MB, note }
      } finally {
        await product.remove()
      }
    },
  },
  {
    id: 'disk',
    work: 'disk a plant frame, after a week of them: log and compacted history',
    unit: 'kB',
    async measure({ quick }) {
      const product = await startProduct({ env: { WINDBOX_PLANT: 'synthetic' } })
      try {
        await historyLaid(product)
        await Bun.sleep(quick ? 0 : COMPACTED_MS)
        const { frames } = await plantOf(product)
        const folder = join(product.folder, 'data')
        const running = bytesOnDisk(folder)
        // At the end the write-ahead logs go into their files: they are of one size, however many frames there are.
        await product.stop()
        const each = (bytes: number) => bytes / frames / 1000
        const parts = readdirSync(folder).map((name) => `${name} ${each(statSync(join(folder, name)).size).toFixed(2)}`)
        const note = `${frames} frames; ${parts.join(', ')}; with write-ahead logs ${each(running).toFixed(2)}`
        return { value: each(bytesOnDisk(folder)), note }
      } finally {
        await product.remove()
      }
    },
  },
]
