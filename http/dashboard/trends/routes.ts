import { Elysia } from 'elysia'
import type { Cluster } from '../../../actors/cluster/port.ts'
import { Fault } from '../../../actors/runtime/index.ts'
import type { PlantModel } from '../../../views/pages/model.ts'
import { PATH } from '../../../views/pages/trends/address.ts'
import { stepOf, type TrendLine, type TrendWish } from '../../../views/pages/trends/model.ts'
import { trendFragments, trendPage } from '../../../views/pages/trends/page.ts'
import { access, unauthenticated } from '../../edge/access.ts'
import { trendCsv } from '../../exhausters/trends.ts'
import { isoTime } from '../../time.ts'
import { SHOWN } from '../plant-reader.ts'
import type { FindScreen } from '../screen.ts'
import type { FindSession } from '../session.ts'
import { linesOf, readChanges, readTrends, type TrendsQuery } from './read.ts'
import { signalsOf, wishOf } from './wish.ts'

interface TrendParts {
  readonly cluster: Cluster
  readonly timeZone: string
  readonly now: () => number
}

/** On a replay the present is the newest moment of the recording. */
const presentOf = ({ plant }: PlantModel, now: number): number =>
  plant.clock === 'replay' ? (plant.moment ?? now) : now

/** The page of trends; its stream is one for all addresses, for it carries the present values alone. */
export function trendScreens({ cluster, timeZone, now }: TrendParts, read: () => Promise<PlantModel>): FindScreen {
  /** A history that cannot be read is a state of the page, which keeps what was chosen. */
  async function linesFor(wish: TrendWish): Promise<readonly TrendLine[] | null> {
    const { signals, from, to } = wish
    if (signals.length === 0) return []
    const query = { signals, from: isoTime(from), to: isoTime(to), step: stepOf(wish) }
    return readTrends(cluster, query).then(
      (trend) => linesOf(signals, trend),
      () => null,
    )
  }

  return ({ pathname, searchParams }) => {
    if (pathname !== PATH) return null
    return {
      path: PATH,
      audience: '',
      concerns: (address) => SHOWN.has(address),
      fragments: async (view) => trendFragments(view, await read()),
      async page(view) {
        const plant = await read()
        const { wish, problem } = wishOf(searchParams, { present: presentOf(plant, now()), timeZone })
        return trendPage(view, { plant, wish, problem, lines: await linesFor(wish) })
      },
    }
  }
}

const SAID = { unknown: 'one of them does not exist', many: 'at most 16 at once' } as const

/** What is behind the page, for its script and as a file: history and changes of status as the API answers, by the page's cookie. */
export function trendDataRoutes({ cluster, session }: { cluster: Cluster; session: FindSession }) {
  /** Fault UNAUTHENTICATED without a session, VALIDATION for signals that are not there. */
  async function asked(request: Request): Promise<TrendsQuery> {
    if (!(await session(request))) throw unauthenticated()
    const query = new URL(request.url).searchParams
    const { signals, problem } = signalsOf(query)
    if (problem) throw new Fault('VALIDATION', `signal: ${SAID[problem]}.`)
    const text = (name: string) => query.get(name) ?? ''
    return { signals, from: text('from'), to: text('to'), step: Number(text('step')) }
  }

  return new Elysia({ name: 'trend-data', detail: { hide: true } })
    .use(access)
    .get(`${PATH}/data`, async ({ request }) => readTrends(cluster, await asked(request)), { access: 'page' })
    .get(`${PATH}/changes`, async ({ request }) => readChanges(cluster.store, await asked(request)), { access: 'page' })
    .get(
      `${PATH}.csv`,
      async ({ request, set }) => {
        const trend = await readTrends(cluster, await asked(request))
        set.headers['content-type'] = 'text/csv; charset=utf-8; header=present'
        set.headers['content-disposition'] = `attachment; filename="trends-${trend.from.slice(0, 10)}.csv"`
        return trendCsv(trend)
      },
      { access: 'page' },
    )
}
