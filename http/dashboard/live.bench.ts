import type { Bench } from '../../bench/bench.ts'
import { quantile } from '../../bench/compare.ts'
import { startProduct, until } from '../../bench/product.ts'

const VIEWERS = 20
/** Pages that they look at: half of them at the plant, the others at one machine. */
const PAGES = ['/dashboard', '/dashboard/exhausters/x-171']
/** The demonstration's plant sends a frame with the present time in so many ms. */
const PERIOD_MS = 2000

/** Reads a page's stream and says, for each moment of the plant that the page shows for the first time, how old it is. */
async function view(url: string, signal: AbortSignal, shown: (moment: number, ageMs: number) => void): Promise<void> {
  const answer = await fetch(url, { signal })
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  let newest = 0
  let text = ''
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    const now = Date.now()
    text += chunk
    const end = text.lastIndexOf('\n\n')
    for (const [, iso] of text.slice(0, end + 1).matchAll(/datetime="([^"]+)" data-age/g)) {
      const moment = Date.parse(iso!)
      // The first one is the present that every stream begins with.
      if (moment > newest && newest > 0) shown(moment, now - moment)
      newest = Math.max(newest, moment)
    }
    text = text.slice(end + 1)
  }
}

export const benches: readonly Bench[] = [
  {
    id: 'live',
    work: `a frame of the plant until its fragments are at each of ${VIEWERS} viewers, p99`,
    unit: 'ms',
    async measure({ quick }) {
      const frames = quick ? 2 : 50
      const product = await startProduct({ env: { WINDBOX_PLANT: 'synthetic', WINDBOX_ANONYMOUS_ROLE: 'viewer' } })
      const ages: number[] = []
      const stop = new AbortController()
      try {
        await until('the week of history to be laid', 120_000, 250, async () => {
          const { data_age_ms } = (await (await product.get('/api/v1/exhausters/x-171')).json()) as {
            data_age_ms: number | null
          }
          return data_age_ms !== null && data_age_ms < 2 * PERIOD_MS
        })
        const failed: unknown[] = []
        const viewers = Array.from({ length: VIEWERS }, (_, i) =>
          view(`${product.url}/dashboard/live?page=${PAGES[i % PAGES.length]}&lang=en`, stop.signal, (_, ageMs) =>
            ages.push(ageMs),
          ).catch((error: unknown) => stop.signal.aborted || failed.push(error)),
        )
        await until('the frames to be seen by all', (frames + 30) * PERIOD_MS, 50, () => {
          if (failed.length > 0) throw failed[0]
          return ages.length >= frames * VIEWERS
        })
        stop.abort()
        await Promise.all(viewers)
        const note = `${ages.length} fragments; p50 ${Math.round(quantile(ages, 0.5))} ms, most ${Math.max(...ages)} ms`
        return { value: quantile(ages, 0.99), note }
      } finally {
        stop.abort()
        await product.remove()
      }
    },
  },
]
