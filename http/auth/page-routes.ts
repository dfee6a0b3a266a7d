import { Elysia } from 'elysia'
import { Type } from '@sinclair/typebox'
import { Fault } from '../../actors/runtime/index.ts'
import type { AuthPages, LoginModel, SetPasswordModel } from '../../views/pages/auth.ts'
import type { HttpConfig } from '../config.ts'
import { wishOf } from '../dashboard/looks.ts'
import { access } from '../edge/access.ts'
import { addressOf, type Peers } from '../edge/address.ts'
import { form } from '../edge/body.ts'
import { PAGE_HEADERS } from '../edge/headers.ts'
import type { Authority } from './authority.ts'
import type { PageSession, PageSessions } from './page-sessions.ts'

const HOME = '/dashboard'
const LOGIN = '/dashboard/login'
const PASSWORD = '/dashboard/password'

const Fields = Type.Record(Type.String(), Type.String())

const html = (body: string, status = 200): Response => new Response(body, { status, headers: PAGE_HEADERS })

function see(location: string, ...cookies: string[]): Response {
  const headers = new Headers({ location })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}

/** Where to go after the log-in: a path of the dashboard, whatever else was asked for. */
export function safeNext(next: string | null | undefined): string {
  if (!next || !URL.canParse(next, 'http://here')) return HOME
  const url = new URL(next, 'http://here')
  const inside = url.origin === 'http://here' && (url.pathname === HOME || url.pathname.startsWith(`${HOME}/`))
  return inside ? url.pathname + url.search : HOME
}

/** The pages through which people come in: log-in, one-time link, first password, and the way out. */
export function pageAuthRoutes(parts: {
  authority: Authority
  sessions: PageSessions
  pages: AuthPages
  config: Pick<HttpConfig, 'trustProxy' | 'demonstration'>
}) {
  const { authority, sessions, pages, config } = parts

  /** What every page is told; a choice of language in the query is kept, and taken out of the address. */
  const entranceOf = (request: Request) => {
    const { looks, here, cookies } = wishOf(request)
    return { model: { looks, here, demonstration: config.demonstration }, cookies, here }
  }

  const loginPage = (request: Request, status: number, more: Partial<LoginModel>) =>
    html(pages.login({ ...entranceOf(request).model, action: LOGIN, next: HOME, ...more }), status)

  async function logIn(request: Request, server: Peers | null, fields: Record<string, string>): Promise<Response> {
    const next = safeNext(fields.next)
    const email = fields.username ?? ''
    const again = (status: number, problem: LoginModel['problem']) =>
      loginPage(request, status, { next, email, problem })
    if (!sessions.isSameOrigin(request)) return again(403, 'rejected')
    try {
      const address = addressOf(request, server, config.trustProxy)
      const carried = await authority.logInToPages(email, fields.password ?? '', address)
      return see(next, sessions.begin(request, carried))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (error.code === 'LOGIN_BAD_CREDENTIALS') return again(400, 'credentials')
      if (error.code !== 'RATE_LIMITED' && error.code !== 'OVERLOADED') throw error
      const page = again(error.status, 'throttled')
      page.headers.set('retry-after', String(error.retryAfterS ?? 60))
      return page
    }
  }

  const passwordPage = (
    request: Request,
    csrf: string,
    email: string,
    status = 200,
    problem?: SetPasswordModel['problem'],
  ) =>
    html(
      pages.setPassword({
        ...entranceOf(request).model,
        action: PASSWORD,
        csrf,
        email,
        ...(problem ? { problem } : {}),
      }),
      status,
    )

  /** The session that may set its password, or where to go instead. */
  async function setter(request: Request): Promise<(PageSession & { user: number; csrf: string }) | Response> {
    const session = await sessions.find(request)
    if (!session || session.user === null || session.csrf === null) return see(`${LOGIN}?next=${PASSWORD}`)
    const { user, csrf, sid } = session
    return (await authority.maySetPassword(user, sid)) ? { ...session, user, csrf } : see(HOME)
  }

  async function setPassword(
    request: Request,
    server: Peers | null,
    fields: Record<string, string>,
  ): Promise<Response> {
    const session = await setter(request)
    if (session instanceof Response) return session
    const { email = session.name, password = '', repeat, csrf } = fields
    const again = (status: number, problem: SetPasswordModel['problem']) =>
      passwordPage(request, session.csrf, email, status, problem)
    try {
      sessions.demandOwnPage(request, session, csrf)
      if (password !== repeat) return again(422, 'mismatch')
      const by = authority.audit.by({ identity: session.identity, request, server })
      await authority.changeUser(by, session.user, { email, password }, session.sid)
      return see(HOME)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (error.code === 'FORBIDDEN') return again(403, 'rejected')
      if (error.code === 'CONFLICT') return again(409, 'emailTaken')
      if (error.code !== 'VALIDATION') throw error
      return again(422, error.errors?.[0]?.path === '/email' ? 'emailInvalid' : 'tooShort')
    }
  }

  return new Elysia({ name: 'page-auth', detail: { hide: true } })
    .use(access)
    .get(
      LOGIN,
      ({ request }) => {
        const { model, cookies, here } = entranceOf(request)
        if (cookies.length > 0) return see(here, ...cookies)
        const query = new URL(request.url).searchParams
        const next = safeNext(query.get('next'))
        return html(pages.login({ ...model, action: LOGIN, next, loggedOut: query.has('out') }))
      },
      { access: 'page' },
    )
    .post(LOGIN, ({ request, server, body }) => logIn(request, server, body), {
      access: 'page',
      parse: form,
      body: Fields,
    })
    .get(
      '/dashboard/link/:token',
      async ({ request, params }) => {
        const { model, cookies, here } = entranceOf(request)
        if (cookies.length > 0) return see(here, ...cookies)
        const good = await authority.links.isGood(params.token)
        const action = good ? `/dashboard/link/${params.token}` : null
        return html(pages.link({ ...model, action, token: params.token }), good ? 200 : 410)
      },
      { access: 'page', params: Type.Object({ token: Type.String() }) },
    )
    .post(
      '/dashboard/link/:token',
      async ({ request, server, params }) => {
        // The token itself shows that whoever presses has the link; another site's page cannot know it.
        const carried = await authority.links.use(params.token, addressOf(request, server, config.trustProxy))
        if (carried === undefined) {
          return html(pages.link({ ...entranceOf(request).model, action: null, token: params.token }), 410)
        }
        return see(PASSWORD, sessions.begin(request, carried))
      },
      { access: 'page', parse: form, body: Fields, params: Type.Object({ token: Type.String() }) },
    )
    .get(
      PASSWORD,
      async ({ request }) => {
        const { cookies, here } = entranceOf(request)
        if (cookies.length > 0) return see(here, ...cookies)
        const session = await setter(request)
        return session instanceof Response ? session : passwordPage(request, session.csrf, session.name)
      },
      { access: 'page' },
    )
    .post(PASSWORD, ({ request, server, body }) => setPassword(request, server, body), {
      access: 'page',
      parse: form,
      body: Fields,
    })
    .post(
      '/dashboard/logout',
      async ({ request, body }) => {
        const session = await sessions.find(request)
        if (session?.csrf) {
          sessions.demandOwnPage(request, session, body.csrf)
          await authority.logOut(session.sid)
        }
        return see(`${LOGIN}?out=1`, sessions.end(request))
      },
      { access: 'page', parse: form, body: Fields },
    )
}
