import { afterEach, expect, test } from 'bun:test'
import { Elysia } from 'elysia'
import { Fault } from '../../actors/runtime/index.ts'
import { actForm, field, textInput } from '../../views/components/act-form.ts'
import { topbarFragments } from '../../views/components/topbar.ts'
import { night, NIGHT } from '../../views/fixture.ts'
import { html } from '../../views/html.ts'
import type { Reader } from '../../views/layout.ts'
import { SOMEBODY } from '../auth/audit.ts'
import { NOBODY } from '../auth/identity.ts'
import type { Role } from '../auth/roles.ts'
import { clusterOf } from './cluster.fixture.ts'
import { createDashboard } from './routes.ts'
import type { Act, Doer, Readers, Screen } from './screen.ts'
import type { PageSession } from './session.ts'

const CSRF = 'csrf-of-this-session'
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const sessionOf = (role: Role, more: Partial<PageSession> = {}): PageSession => ({
  name: `${role}@plant.example`,
  role,
  user: 7,
  sid: 's',
  csrf: CSRF,
  identity: { ...NOBODY, role, user: 7 },
  ...more,
})

/** One page with one act, `paint`, for operators. */
function board(run: Act['run'], act: Partial<Act> = {}) {
  const { cluster } = clusterOf(night())
  const people = { viewer: sessionOf('operator') as PageSession | null }
  const doers: Doer[] = []
  const screen = ({ plant }: Readers): Screen => ({
    path: '/dashboard/wall',
    audience: people.viewer?.role ?? '',
    concerns: () => false,
    fragments: async (view) => new Map(topbarFragments(view, await plant())),
    page: async (view, reader: Reader) => {
      const fragments = new Map(topbarFragments(view, await plant()))
      const { colour } = reader.shown.fields ?? {}
      const form = actForm(reader, 'paint', field('Colour', textInput('colour', colour)))
      const main = html`<h1>Wall</h1>
        ${reader.acts.has('paint') && form}${reader.shown.secret}`
      return { section: 'devices', path: '/dashboard/wall', title: 'Wall', fragments, main }
    },
    acts: {
      paint: {
        role: 'operator',
        run: (fields, doer) => {
          doers.push(doer)
          return run(fields, doer)
        },
        ...act,
      },
    },
  })
  const { routes, live } = createDashboard({
    cluster,
    countLetters: async () => 0,
    timeZone: 'UTC',
    now: () => NIGHT,
    session: () => people.viewer,
    outages: { parts: [], has: () => false },
    demandOwnPage: (_, session, csrf) => {
      if (session.csrf === null || csrf !== session.csrf) throw new Fault('FORBIDDEN', 'not of this page')
    },
    originOf: () => 'http://localhost',
    by: () => SOMEBODY,
    screens: (readers) => [({ pathname }) => (pathname === '/dashboard/wall' ? screen(readers) : null)],
    report: (error) => {
      throw error
    },
  })
  const app = new Elysia({ normalize: false }).use(routes)
  closing.push(() => live.close())
  const get = (path = '/dashboard/wall') => app.handle(new Request(`http://localhost${path}`))
  const post = (fields: Record<string, string>, path = '/dashboard/wall') =>
    app.handle(new Request(`http://localhost${path}`, { method: 'POST', body: new URLSearchParams(fields) }))
  return { get, post, people, doers }
}

const paint = (fields: Record<string, string> = {}) => ({ csrf: CSRF, act: 'paint', ...fields })

test('a form does what its act says, for who sends it, and leads on', async () => {
  const { post, doers } = board(async ({ colour }) => ({ see: `/dashboard/wall?colour=${colour}` }))
  const answer = await post(paint({ colour: 'blue' }))
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/dashboard/wall?colour=blue'])
  expect(doers.map(({ identity }) => identity.user)).toEqual([7])
})

test('an act is offered to nobody who may not, and refused to whoever asks all the same', async () => {
  const { get, post, people, doers } = board(async () => ({ see: '/dashboard' }))
  expect(await (await get()).text()).toContain('value="paint"')
  people.viewer = sessionOf('viewer')
  expect(await (await get()).text()).not.toContain('value="paint"')
  expect((await post(paint())).status).toBe(403)
  expect(doers).toEqual([])
})

test('an act that is not for this person is not offered, and what it runs has the last word', async () => {
  const run = async () => {
    throw new Fault('FORBIDDEN', 'somebody else’s')
  }
  const { get, post } = board(run, { offered: false })
  expect(await (await get()).text()).not.toContain('value="paint"')
  expect((await post(paint())).status).toBe(403)
})

test('nothing is done without the token of the page, and a role without an account has none but is offered the log-in', async () => {
  const { get, post, people, doers } = board(async () => ({ see: '/dashboard' }))
  expect((await post({ act: 'paint' })).status).toBe(403)
  expect((await post(paint({ csrf: 'of another page' }))).status).toBe(403)
  people.viewer = sessionOf('admin', { csrf: null, user: null })
  expect((await post(paint())).status).toBe(403)
  const page = await (await get()).text()
  expect(page).not.toContain('value="paint"')
  expect(page).toContain('href="/dashboard/login?next=%2Fdashboard%2Fwall"')
  people.viewer = null
  expect((await post(paint())).headers.get('location')).toStartWith('/dashboard/login')
  expect(doers).toEqual([])
})

test('an act that the page does not have, and a page that is not there, are 404', async () => {
  const { post } = board(async () => ({ see: '/dashboard' }))
  for (const act of ['burn', 'constructor', '']) expect((await post({ csrf: CSRF, act })).status).toBe(404)
  expect((await post(paint(), '/dashboard/floor')).status).toBe(404)
})

test('a refusal is said on the page with what had been filled in, under its own status', async () => {
  const { post } = board(async () => {
    throw new Fault('VALIDATION', 'for programs')
  })
  const answer = await post(paint({ colour: '<none>' }))
  const text = await answer.text()
  expect(answer.status).toBe(422)
  expect(text).toContain('The form is not filled in correctly')
  expect(text).toContain('value="&lt;none&gt;"')
  expect(text).not.toContain('for programs')
})

test('an act may have words of its own for a fault', async () => {
  const run = async () => {
    throw new Fault('CONFLICT', 'the paint is wet')
  }
  const { post } = board(run, { refusal: ({ message }) => `Not painted: ${message}` })
  const answer = await post(paint())
  expect(answer.status).toBe(409)
  expect(await answer.text()).toContain('Not painted: the paint is wet')
})

test('what an act shows once is in its answer, and in no page after it', async () => {
  const { get, post } = board(async () => ({ show: { secret: 'wbk_once' } }))
  const answer = await post(paint())
  expect([answer.status, answer.headers.get('content-security-policy')?.includes('unsafe')]).toEqual([200, false])
  expect(await answer.text()).toContain('wbk_once')
  expect(await (await get()).text()).not.toContain('wbk_once')
})

test('what was done is said by a name of the catalogue alone', async () => {
  const { get } = board(async () => ({ see: '/dashboard' }))
  expect(await (await get('/dashboard/wall?done=key-revoked')).text()).toContain('The key has been revoked')
  for (const name of ['<b>', 'toString']) {
    expect(await (await get(`/dashboard/wall?done=${encodeURIComponent(name)}`)).text()).not.toContain('id="notice"')
  }
})
