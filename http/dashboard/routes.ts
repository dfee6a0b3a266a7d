import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Cluster } from '../../actors/cluster/port.ts'
import { Fault } from '../../actors/runtime/index.ts'
import type { OnShown } from '../../tracing/tracing.ts'
import { build, findAsset } from '../../views/assets.ts'
import { layout, type Reader, type Shown } from '../../views/layout.ts'
import { problemPage, type ProblemModel } from '../../views/pages/problem.ts'
import { LANGUAGES, type Language } from '../../views/text/catalogue.ts'
import { TEXTS } from '../../views/text/format.ts'
import { viewOf } from '../../views/view.ts'
import type { Audit } from '../auth/audit.ts'
import { senderOf } from '../auth/identity.ts'
import { atLeast } from '../auth/roles.ts'
import { access } from '../edge/access.ts'
import type { Peers } from '../edge/address.ts'
import { form } from '../edge/body.ts'
import { PAGE_HEADERS } from '../edge/headers.ts'
import type { Outages } from '../edge/outages.ts'
import { createAsk } from './ask.ts'
import { createLive } from './live.ts'
import { wishOf, type Wish } from './looks.ts'
import { createPlantReader } from './plant-reader.ts'
import { plantScreens } from './plant-screens.ts'
import { kindOf } from './problem.ts'
import type { Act, FindScreen, Readers, Screen } from './screen.ts'
import type { DemandOwnPage, FindSession, PageSession } from './session.ts'
import { createShell } from './shell.ts'
import { trendDataRoutes, trendScreens } from './trends/routes.ts'

export interface DashboardParts {
  readonly cluster: Cluster
  /** IANA name of the plant's zone: all times of the pages are in it. */
  readonly timeZone: string
  readonly now: () => number
  readonly session: FindSession
  readonly demandOwnPage: DemandOwnPage
  readonly outages: Pick<Outages, 'parts' | 'has'>
  /** Under which origin the client reaches this server. */
  readonly originOf: (request: Request) => string
  /** How the journal names who sends a request. */
  readonly by: Audit['by']
  /** The pages beside those of the plant. */
  readonly screens?: (readers: Readers) => readonly FindScreen[]
  /** How many dead letters there are, counted up to `most`: every page says it. */
  readonly countLetters: (most: number) => Promise<number>
  /** Hears of a page that could not be rendered: a mistake of ours. */
  readonly report: (error: unknown) => void
  /** Hears of what has gone out, where its request is followed. */
  readonly shown?: OnShown
  /** Tells when sessions have been ended, so that their streams end at once. Returns the way to stop. */
  readonly onSessionsEnded?: (listener: () => void) => () => void
}

/** Fonts, styles and scripts: their names change with their content. */
const ASSET_HEADERS = { 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' }
const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
}

const Fields = Type.Record(Type.String(), Type.String())

/** A fault as a value; anything else stays thrown. */
const faultOf = (error: unknown): Fault => {
  if (error instanceof Fault) return error
  throw error
}

const page = (body: string, status = 200): Response => new Response(body, { status, headers: PAGE_HEADERS })

const see = (location: string, cookies: readonly string[] = []): Response => {
  const headers = new Headers({ location })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}

/** The pages of people, their stream of fragments, what their forms do, and what they are made of. Log-in is in `../auth`. */
export function createDashboard(parts: DashboardParts) {
  const { cluster, timeZone, now, session, demandOwnPage, outages, report, shown } = parts
  const ask = createAsk({ cluster, now })
  const { read } = createPlantReader({ cluster, ask, outages, now })
  const finders: readonly FindScreen[] = [
    plantScreens(read),
    trendScreens(parts, read),
    ...(parts.screens?.({ plant: read, ask }) ?? []),
  ]
  const inShell = createShell({ ...parts, readPlant: read })
  const viewIn = (language: Language) => viewOf(language, timeZone, now())
  const live = createLive({ cluster, viewIn, build, now, report, ...(shown && { shown }) })
  parts.onSessionsEnded?.(() => live.recheck())

  /** The address as the client has it: behind a proxy another one than the request's. */
  const addressOf = (request: Request) => {
    const { pathname, search } = new URL(request.url)
    return new URL(pathname + search, parts.originOf(request))
  }

  async function screenAt(url: URL, viewer: PageSession): Promise<Screen | null> {
    for (const find of finders) {
      const screen = await find(url, viewer)
      if (screen) return inShell(screen)
    }
    return null
  }

  /** Acts that may be offered: without an account there is no token, and no form. */
  const actsOf = (screen: Screen, { role, csrf }: PageSession): ReadonlySet<string> => {
    const offered = Object.entries(screen.acts ?? {}).filter(
      ([, act]) => csrf !== null && act.offered !== false && atLeast(role, act.role),
    )
    return new Set(offered.map(([name]) => name))
  }

  async function problem(wish: Wish, kind: ProblemModel['problem'], status: number): Promise<Response> {
    const { demonstration } = (await read()).plant
    return page(problemPage({ looks: wish.looks, here: wish.here, problem: kind, demonstration }), status)
  }

  /** A fault is said on a page; anything else is a mistake of ours. */
  function failed(wish: Wish, error: unknown): Promise<Response> {
    if (error instanceof Fault) return problem(wish, kindOf(error), error.status)
    report(error)
    return problem(wish, 'failed', 500)
  }

  async function render(
    wish: Wish,
    screen: Screen,
    viewer: PageSession,
    shown: Shown,
    status = 200,
  ): Promise<Response> {
    const reader: Reader = { viewer, acts: actsOf(screen, viewer), shown }
    const view = viewIn(wish.looks.language)
    return page(layout(view, wish.looks, viewer, await screen.page(view, reader), shown.notice), status)
  }

  /** What an act that led here has to say: `?done=` names a sentence of the catalogue. */
  function doneOf(url: URL, { looks }: Wish): Shown {
    const { done } = TEXTS[looks.language].acts
    const name = url.searchParams.get('done') ?? ''
    return Object.hasOwn(done, name) ? { notice: { tone: 'ok', words: done[name]! } } : {}
  }

  async function show(request: Request): Promise<Response> {
    const wish = wishOf(request)
    if (wish.cookies.length > 0) return see(wish.here, wish.cookies)
    const viewer = await session(request)
    if (!viewer) return see(`/dashboard/login?next=${encodeURIComponent(wish.here)}`)
    try {
      const url = addressOf(request)
      const screen = await screenAt(url, viewer)
      if (!screen) return await problem(wish, 'notFound', 404)
      return await render(wish, screen, viewer, doneOf(url, wish))
    } catch (error) {
      // An address whose query means nothing leads nowhere.
      if (error instanceof Fault && error.code === 'VALIDATION') return await problem(wish, 'notFound', 404)
      return failed(wish, error)
    }
  }

  /** A form posts to the page that it stands on; its field `act` says what for. */
  async function act(request: Request, server: Peers | null, fields: Record<string, string>): Promise<Response> {
    const wish = wishOf(request)
    const viewer = await session(request)
    if (!viewer) return see(`/dashboard/login?next=${encodeURIComponent(wish.here)}`)
    try {
      demandOwnPage(request, viewer, fields.csrf)
      const screen = await screenAt(addressOf(request), viewer)
      const name = fields.act ?? ''
      const wanted = screen?.acts && Object.hasOwn(screen.acts, name) ? screen.acts[name] : undefined
      if (!screen || !wanted) return await problem(wish, 'notFound', 404)
      if (!atLeast(viewer.role, wanted.role)) throw new Fault('FORBIDDEN', `This needs the role ${wanted.role}.`)
      const { identity } = viewer
      const doer = { identity, by: parts.by({ identity, request, server }) }
      const outcome = await wanted.run(fields, doer).catch((error: unknown) => refused(wish, wanted, error, fields))
      if ('see' in outcome) return see(outcome.see)
      return await render(wish, screen, viewer, outcome.show, outcome.status)
    } catch (error) {
      return failed(wish, error)
    }
  }

  /** A fault that the person can do something about is said on the page itself, with what had been filled in. */
  function refused({ looks }: Wish, wanted: Act, error: unknown, fields: Record<string, string>) {
    if (!(error instanceof Fault)) throw error
    const text = TEXTS[looks.language]
    const { refusals } = text.acts
    const words =
      wanted.refusal?.(error, text) ?? (Object.hasOwn(refusals, error.code) ? refusals[error.code] : undefined)
    if (words === undefined) throw error
    const { csrf: _csrf, act: _act, ...filled } = fields
    return { show: { notice: { tone: 'warning' as const, words }, fields: filled }, status: error.status }
  }

  async function stream(request: Request): Promise<Response> {
    const query = new URL(request.url).searchParams
    const language: Language = LANGUAGES.find((one) => one === query.get('lang')) ?? LANGUAGES[0]
    const viewer = await session(request)
    if (!viewer) return new Response(null, { status: 401 })
    const here = URL.parse(query.get('page') ?? '', parts.originOf(request))
    const screen = here?.origin === parts.originOf(request) && (await screenAt(here, viewer).catch(faultOf))
    if (screen instanceof Fault) return new Response(null, { status: screen.status })
    if (!screen) return new Response(null, { status: 404 })
    /** Another role or person sees another page. */
    const holds = async () => {
      const present = await session(request)
      return present !== null && present.role === viewer.role && present.user === viewer.user
    }
    const body = live.open(screen, language, holds, viewer.user === null ? null : senderOf(viewer.identity))
    if (!body) return new Response(null, { status: 503, headers: { 'retry-after': '5' } })
    return new Response(body, { headers: STREAM_HEADERS })
  }

  const routes = new Elysia({ name: 'dashboard', detail: { hide: true } })
    .use(access)
    .get('/dashboard', ({ request }) => show(request), { access: 'page' })
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
    .use(trendDataRoutes(parts))
    .get('/dashboard/*', ({ request }) => show(request), { access: 'page' })
    .post('/dashboard/*', ({ request, server, body }) => act(request, server, body), {
      access: 'page',
      parse: form,
      body: Fields,
    })

  return { routes, live }
}
