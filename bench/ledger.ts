import { until } from './product.ts'

/** A run: where it went, as whom, under which number, since when. */
export interface Book {
  readonly url: string
  readonly token: string
  readonly run: string
  readonly began: Date
}

/** What the senders know: writes that were acknowledged, and those that nobody answered, which may be stored or not. */
export interface Sent {
  readonly accepted: number
  readonly unanswered: number
  readonly setup?: unknown
}

/** What is stored, as the product's own API says it. `distinct`: how many of them are not copies. */
interface Stored {
  readonly stored: number
  readonly distinct: number
}

interface Verdict {
  readonly good: boolean
  readonly sentence: string
}

/** Of so many events each id is looked at; of more the product's own count of different ones is believed. */
const LISTED_AT_MOST = 300_000

/** Acknowledged writes become visible within this time after the last one. */
const VISIBLE_MS = 60_000

/** Reads until everything acknowledged is there, then says whether it is there once. */
async function compare({ accepted, unanswered }: Sent, read: () => Promise<Stored>): Promise<Verdict> {
  let last: Stored = { stored: 0, distinct: 0 }
  const all = async () => (last = await read()).stored >= accepted
  await until('what was acknowledged', VISIBLE_MS, 200, all).catch(() => {})
  const { stored, distinct } = last
  const good = stored === distinct && stored >= accepted && stored <= accepted + unanswered && accepted > 0
  return { good, sentence: `stored ${stored} = distinct ${distinct} = accepted ${accepted}: ${good ? 'yes' : 'NO'}` }
}

function reader({ url, token }: Book) {
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` }
  return async <Answer>(path: string): Promise<Answer> => {
    const answer = await fetch(url + path, { headers })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Answer
  }
}

type Get = ReturnType<typeof reader>

/** All items of a list, page by page. */
async function* listed<Item>(get: Get, path: string): AsyncGenerator<Item> {
  for (let cursor: string | null = ''; cursor !== null;) {
    const more: string = cursor === '' ? '' : `&cursor=${cursor}`
    const page: { items: Item[]; next_cursor: string | null } = await get(`${path}limit=1000${more}`)
    yield* page.items
    cursor = page.next_cursor
  }
}

/** How many different values the items of a list have. */
async function different<Item>(items: AsyncGenerator<Item>, value: (item: Item) => unknown): Promise<number> {
  const seen = new Set<unknown>()
  for await (const item of items) seen.add(value(item))
  return seen.size
}

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0')
/** As sims/k6/playback.ts makes its viewers. */
const viewer = (run: string, n: number) => `${hex(Number(run) % 2 ** 32, 8)}-${hex(2, 4)}-4000-8000-${hex(n, 12)}`
const VIEWERS = 50

/** For each scenario: how to hold what is stored against what was acknowledged. */
export const LEDGERS: Readonly<Record<string, (book: Book, sent: Sent) => Promise<Verdict>>> = {
  exhausters: async () => ({ good: true, sentence: 'it only reads' }),

  control: async (book, sent) => {
    const get = reader(book)
    return await compare(sent, async () => {
      const { readings, window } = await get<{ readings: number; window: { outdated: number } }>(
        '/api/v1/control/loops/default',
      )
      let outdated = window.outdated
      const decisions = listed<{ outdated: number }>(get, '/api/v1/control/loops/default/decisions?')
      for await (const decision of decisions) outdated += decision.outdated
      // A reading carries no id: one that is stored twice shows in the number.
      return { stored: readings + outdated, distinct: readings + outdated }
    })
  },

  playback: async (book, sent) => {
    const get = reader(book)
    return await compare(sent, async () => {
      const places = await Promise.all(
        Array.from({ length: VIEWERS }, (_, n) =>
          get<{ items: { progress: number }[] }>(`/api/v1/progresses/users/${viewer(book.run, n)}`),
        ),
      )
      const stored = places.flatMap(({ items }) => items).reduce((sum, { progress }) => sum + progress, 0)
      return { stored, distinct: stored }
    })
  },

  statistics: async (book, sent) => {
    const get = reader(book)
    return await compare(sent, async () => {
      const { count } = await get<{ count: number }>(`/api/v1/statistics?device_id=${sent.setup}&attr=y`)
      const readings = listed<{ values: { y: number } }>(get, `/api/v1/data?device_id=${sent.setup}&`)
      // Each reading has a `y` of its own.
      return { stored: count, distinct: await different(readings, ({ values }) => values.y) }
    })
  },

  events: async (book, sent) => {
    const get = reader(book)
    const from = book.began.toISOString()
    return await compare(sent, async () => {
      const { count, distinct } = await get<{ count: number; distinct: number }>(
        `/api/v1/events/statistics?from=${from}`,
      )
      if (count > LISTED_AT_MOST || count < sent.accepted) return { stored: count, distinct }
      return {
        stored: count,
        distinct: await different(listed<{ id: string }>(get, `/api/v1/events?from=${from}&`), ({ id }) => id),
      }
    })
  },
}
