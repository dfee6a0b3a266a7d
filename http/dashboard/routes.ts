import { Elysia } from 'elysia'
import type { Cluster } from '../../actors/cluster/port.ts'
import { EXHAUSTER_IDS, type ExhausterId } from '../../actors/exhauster/schema.ts'
import { build, findAsset } from '../../views/assets.ts'
import { layout, type Fragments, type LivePage } from '../../views/layout.ts'
import { mnemonicFragments, mnemonicPage } from '../../views/pages/mnemonic.ts'
import type { PlantModel } from '../../views/pages/model.ts'
import { overviewFragments, overviewPage } from '../../views/pages/overview.ts'
import { problemPage, type ProblemModel } from '../../views/pages/problem.ts'
import { LANGUAGES, type Language } from '../../views/text/catalogue.ts'
import { viewOf, type View } from '../../views/view.ts'
import { access } from '../edge/access.ts'
import { PAGE_HEADERS } from '../edge/headers.ts'
import { createLive } from './live.ts'
import { wishOf, type Wish } from './looks.ts'
import { createPlantReader } from './plant-reader.ts'
import type { FindSession } from './session.ts'

export interface DashboardParts {
  readonly cluster: Cluster
  /** IANA name of the plant's zone: all times of the pages are in it. */
  readonly timeZone: string
  readonly now: () => number
  readonly session: FindSession
  /** Hears of a page that could not be rendered: a mistake of ours. */
  readonly report: (error: unknown) => void
  /** Tells when sessions have been ended, so that their streams end at once. Returns the way to stop. */
  readonly onSessionsEnded?: (listener: () => void) => () => void
}

/** What can be looked at: the overview, or one machine. */
type PageName = 'overview' | ExhausterId

const isMachine = (text: string): text is ExhausterId => EXHAUSTER_IDS.some((id) => id === text)
const isPage = (text: string): text is PageName => text === 'overview' || isMachine(text)

const pageOf = (view: View, model: PlantModel, name: PageName): LivePage =>
  name === 'overview' ? overviewPage(view, model) : mnemonicPage(view, model, name)

const fragmentsOf = (view: View, model: PlantModel, name: PageName): Fragments =>
  name === 'overview' ? overviewFragments(view, model) : mnemonicFragments(view, model, name)

/** Fonts, styles and scripts: their names change with their content. */
const ASSET_HEADERS = { 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' }
const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
}

const page = (body: string, status = 200): Response => new Response(body, { status, headers: PAGE_HEADERS })

const see = (location: string, cookies: readonly string[] = []): Response => {
  const headers = new Headers({ location })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}

/** The pages of people: overview, mnemonic, their stream of fragments, and what they are made of. Log-in is in `../auth`. */
export function createDashboard(parts: DashboardParts) {
  const { cluster, timeZone, now, session, report } = parts
  const { read } = createPlantReader({ cluster, now })
  const live = createLive<PageName>({
    cluster,
    read,
    fragments: (name, language, model) => fragmentsOf(viewOf(language, timeZone, now()), model, name),
    build,
    now,
    report,
  })
  parts.onSessionsEnded?.(() => live.recheck())

  const problem = (wish: Wish, kind: ProblemModel['problem'], status: number, demonstration = false): Response =>
    page(problemPage({ looks: wish.looks, here: wish.here, problem: kind, demonstration }), status)

  async function show(request: Request, name: string): Promise<Response> {
    const wish = wishOf(request)
    if (wish.cookies.length > 0) return see(wish.here, wish.cookies)
    const viewer = await session(request)
    if (!viewer) return see(`/dashboard/login?next=${encodeURIComponent(wish.here)}`)
    try {
      const model = await read()
      if (!isPage(name)) return problem(wish, 'notFound', 404, model.plant.demonstration)
      const view = viewOf(wish.looks.language, timeZone, now())
      return page(layout(view, wish.looks, viewer, pageOf(view, model, name)))
    } catch (error) {
      report(error)
      return problem(wish, 'failed', 500)
    }
  }

  async function stream(request: Request): Promise<Response> {
    const query = new URL(request.url).searchParams
    const name = query.get('page') ?? ''
    const language: Language = LANGUAGES.find((one) => one === query.get('lang')) ?? LANGUAGES[0]
    if (!isPage(name)) return new Response(null, { status: 404 })
    if (!(await session(request))) return new Response(null, { status: 401 })
    const body = live.open(name, language, async () => (await session(request)) !== null)
    if (!body) return new Response(null, { status: 503, headers: { 'retry-after': '5' } })
    return new Response(body, { headers: STREAM_HEADERS })
  }

  const routes = new Elysia({ name: 'dashboard', detail: { hide: true } })
    .use(access)
    .get('/dashboard', ({ request }) => show(request, 'overview'), { access: 'page' })
    .get(
      '/dashboard/exhausters/:id',
      ({ request, params }) => show(request, params.id === 'overview' ? '' : params.id),
      {
        access: 'page',
      },
    )
    .get('/dashboard/live', ({ request }) => stream(request), { access: 'page' })
    .get(
      '/dashboard/assets/:name',
      ({ request, params }) => {
        const asset = findAsset(params.name)
        if (!asset) return problem(wishOf(request), 'notFound', 404)
        return new Response(asset.body, { headers: { ...ASSET_HEADERS, 'content-type': asset.type } })
      },
      { access: 'page' },
    )
    .get('/dashboard/*', ({ request }) => show(request, ''), { access: 'page' })

  return { routes, live }
}
