import { afterEach, expect, test } from 'bun:test'
import { Elysia } from 'elysia'
import { Fault } from '../../actors/runtime/index.ts'
import { assetUrl } from '../../views/assets.ts'
import { documentOf, empty, live, night, NIGHT } from '../../views/fixture.ts'
import { topbarFragments } from '../../views/components/topbar.ts'
import { html } from '../../views/html.ts'
import { viewOf } from '../../views/view.ts'
import { SOMEBODY } from '../auth/audit.ts'
import { NOBODY } from '../auth/identity.ts'
import { clusterOf } from './cluster.fixture.ts'
import { createLive } from './live.ts'
import { createDashboard } from './routes.ts'
import type { FindScreen, Screen } from './screen.ts'
import type { PageSession } from './session.ts'

const VIEWER: PageSession = {
  name: 'a.vetrova@plant.example',
  role: 'operator',
  user: 7,
  sid: 's',
  csrf: 'csrf-of-this-session',
  identity: { ...NOBODY, role: 'operator', user: 7 },
}
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

function dashboard(model = night(), screens: readonly FindScreen[] = []) {
  const { cluster, stand } = clusterOf(model)
  const people = { viewer: VIEWER as PageSession | null, ended: () => {} }
  const clock = { now: NIGHT }
  const letters = { count: 0 as number | Error }
  const { routes, live } = createDashboard({
    cluster,
    screens: () => screens,
    async countLetters(most) {
      if (letters.count instanceof Error) throw letters.count
      return Math.min(letters.count, most)
    },
    timeZone: 'UTC',
    now: () => clock.now,
    session: () => people.viewer,
    outages: { parts: [], has: () => false },
    demandOwnPage: () => {},
    originOf: () => 'http://localhost',
    by: () => SOMEBODY,
    report: (error) => {
      throw error
    },
    onSessionsEnded: (listener) => {
      people.ended = listener
      return () => {}
    },
  })
  const app = new Elysia({ normalize: false }).use(routes)
  closing.push(() => live.close())
  const get = (path: string, headers: Record<string, string> = {}) =>
    app.handle(new Request(`http://localhost${path}`, { headers, redirect: 'manual' }))
  return { get, stand, people, clock, letters, live }
}

/** Reads a stream as it comes. */
function listen(response: Response) {
  const reader = response.body!.getReader()
  const decoder = new TextDecoder()
  return {
    /** The text up to where this is in it; a stream that ends before is a failure with the text so far. */
    async until(what: string): Promise<string> {
      for (let text = ''; ;) {
        const { done, value } = await reader.read()
        text += decoder.decode(value, { stream: true })
        if (text.includes(what)) return text
        if (done) throw new Error(`the stream ended without ${what}: ${text.slice(0, 300)}`)
      }
    },
    async end(): Promise<void> {
      while (!(await reader.read()).done);
    },
    leave: () => reader.cancel(),
  }
}

test('a page without a session leads to the log-in, and back afterwards', async () => {
  const { get, people } = dashboard()
  people.viewer = null
  const closed = await get('/dashboard/exhausters/f-171')
  expect([closed.status, closed.headers.get('location')]).toEqual([
    303,
    '/dashboard/login?next=%2Fdashboard%2Fexhausters%2Ff-171',
  ])
  expect((await get('/dashboard')).headers.get('location')).toBe('/dashboard/login?next=%2Fdashboard')
})

test('pages come with a policy that allows nothing inline', async () => {
  const { get } = dashboard()
  for (const path of ['/dashboard', '/dashboard/exhausters/x-172', '/dashboard/nothing']) {
    const policy = (await get(path)).headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).not.toContain('unsafe')
  }
})

test('the language comes from Accept-Language; a choice is kept in a cookie and leaves the address', async () => {
  const { get } = dashboard()
  expect(await (await get('/dashboard', { 'accept-language': 'ru' })).text()).toContain('Обзор эксгаустеров')
  expect(await (await get('/dashboard')).text()).toContain('Exhausters: overview')
  const chosen = await get('/dashboard/exhausters/u-171?lang=ru')
  expect([chosen.status, chosen.headers.get('location')]).toEqual([303, '/dashboard/exhausters/u-171'])
  expect(chosen.headers.get('set-cookie')).toStartWith('windbox_lang=ru;')
})

test('an exhauster that is not there, and a page that is not there, are 404 in words', async () => {
  const { get } = dashboard()
  for (const path of [
    '/dashboard/exhausters/u-999',
    '/dashboard/exhausters/overview',
    '/dashboard/a/b',
    '/dashboard/assets/x.js',
  ]) {
    const missing = await get(path)
    expect([path, missing.status]).toEqual([path, 404])
    expect(await missing.text()).toContain('There is no such page')
  }
})

test('styles, scripts and fonts may be kept for ever, and need no session', async () => {
  const { get, people } = dashboard()
  people.viewer = null
  for (const file of ['windbox.css', 'windbox.js', 'htmx.js', 'inter-cyrillic.woff2', 'icon.svg']) {
    const asset = await get(assetUrl(file))
    expect([file, asset.status]).toEqual([file, 200])
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(asset.headers.get('content-type')).not.toContain('octet-stream')
  }
})

test('a page shows what it can when nothing can be read', async () => {
  const { get } = dashboard({ ...empty(), exhausters: new Map(), machines: [] })
  const page = await get('/dashboard', { 'accept-language': 'en' })
  expect(page.status).toBe(200)
  expect((await page.text()).match(/The state cannot be read now/g)?.length).toBeGreaterThanOrEqual(6)
})

test('two pages at once ask each actor once', async () => {
  const { get, stand } = dashboard()
  await Promise.all([get('/dashboard'), get('/dashboard/exhausters/u-171')])
  expect(stand.asked).toBe(10)
})

test('a stream begins with the present, and then brings what has changed', async () => {
  const { get, stand } = dashboard()
  const response = await get('/dashboard/live?page=/dashboard&lang=en')
  expect(response.headers.get('content-type')).toStartWith('text/event-stream')
  const stream = listen(response)
  const present = await stream.until('hx-target="#notes"')
  expect(present).toContain('event: beat')
  for (const id of ['clock', 'attention', 'u-171', 'x-172']) expect(present).toContain(`hx-target="#${id}"`)
  expect(present).not.toContain(VIEWER.csrf!)
  stand.model = {
    ...night(),
    exhausters: new Map([...night().exhausters, ['u-171', live(documentOf('u-171', { running: false }))]]),
  }
  stand.change('exhauster/u-171')
  const update = await stream.until('</hx-partial>')
  expect([...update.matchAll(/hx-target="#([^"]+)"/g)].map(([, id]) => id)).toEqual(['u-171'])
  expect(update).toContain('Stopped')
})

test('every page says how many dead letters there are, and goes on counting while it is open', async () => {
  const { get, stand, clock, letters } = dashboard()
  const said = async (language: string, path = '/dashboard') =>
    /<span[^>]* id="letters"[^>]*>([^<]*)</.exec(await (await get(path, { 'accept-language': language })).text())
  expect((await said('en'))![0]).toContain('hidden')
  letters.count = 17
  clock.now += 1000
  expect((await said('en', '/dashboard/exhausters/u-171'))![1]).toBe('17')
  const stream = listen(await get('/dashboard/live?page=/dashboard&lang=en'))
  expect(await stream.until('hx-target="#letters-phone"')).toContain('Dead letters: 17')
  letters.count = 5000
  clock.now += 1000
  stand.change('exhauster/u-171')
  expect(await stream.until('hx-target="#letters-phone"')).toContain('Dead letters: 999+')
  letters.count = new Error('the store is away')
  clock.now += 1000
  expect((await said('ru'))![0]).toContain('hidden')
})

test('a change of an actor that no page shows brings nothing', async () => {
  const { get, stand } = dashboard()
  await listen(await get('/dashboard/live?page=/dashboard&lang=en')).until('hx-target="#notes"')
  const before = stand.asked
  stand.change('device/7')
  // A touched channel would render at its next turn; one that is not touched has no timer at all.
  stand.change('device/8')
  expect(stand.asked).toBe(before)
})

test('a page whose subject is deleted says so, and what is around it goes on', async () => {
  let isThere = true
  const device: Screen = {
    path: '/dashboard/devices/7?range=1h',
    audience: '',
    concerns: (address) => address === 'device/7' || address === 'plant/main',
    async fragments(view) {
      if (!isThere) throw new Fault('NOT_FOUND', 'There is no such device.')
      return new Map([...topbarFragments(view, night()), ['device-head', html`<p id="device-head">Sending</p>`]])
    },
    page: () => Promise.reject(new Error('nobody opens it')),
  }
  const { get, stand, clock } = dashboard(night(), [
    ({ pathname }) => (pathname === '/dashboard/devices/7' ? device : null),
  ])
  const stream = listen(await get('/dashboard/live?page=/dashboard/devices/7&lang=en'))
  expect(await stream.until('hx-target="#letters-phone"')).toMatch(/<section[^>]*id="gone"[^>]* hidden/)
  isThere = false
  stand.change('device/7')
  const gone = await stream.until('</hx-partial>')
  expect(gone).toContain('no longer there')
  expect(gone).toContain('href="/dashboard/devices"')
  expect(gone).not.toMatch(/id="gone"[^>]* hidden/)
  clock.now += 60_000
  stand.change('plant/main')
  expect(await stream.until('</hx-partial>')).toContain('hx-target="#clock"')
})

test('a stream without a session is 401, of a page that is not there 404', async () => {
  const { get, people } = dashboard()
  expect((await get('/dashboard/live?page=/dashboard/exhausters/u-999&lang=en')).status).toBe(404)
  people.viewer = null
  expect((await get('/dashboard/live?page=/dashboard&lang=en')).status).toBe(401)
})

test('a stream ends with its session, at once', async () => {
  const { get, people, live, stand } = dashboard()
  const stream = listen(await get('/dashboard/live?page=/dashboard/exhausters/f-171&lang=ru'))
  await stream.until('hx-target="#frame"')
  people.viewer = null
  people.ended()
  await stream.end()
  expect([live.streams, stand.listeners]).toEqual([0, 0])
})

test('a viewer who goes away is forgotten', async () => {
  const { get, live, stand } = dashboard()
  const stream = listen(await get('/dashboard/live?page=/dashboard&lang=en'))
  expect([live.streams, stand.listeners]).toEqual([1, 1])
  await stream.leave()
  expect([live.streams, stand.listeners]).toEqual([0, 0])
})

test('one who comes while the last one goes still hears of changes', async () => {
  const { get, stand } = dashboard()
  const first = listen(await get('/dashboard/live?page=/dashboard&lang=en'))
  await first.until('hx-target="#notes"')
  const second = listen(await get('/dashboard/live?page=/dashboard&lang=en'))
  await first.leave()
  await second.until('hx-target="#notes"')
  stand.model = {
    ...night(),
    exhausters: new Map([...night().exhausters, ['u-171', live(documentOf('u-171', { running: false }))]]),
  }
  stand.change('exhauster/u-171')
  expect(await second.until('</hx-partial>')).toContain('hx-target="#u-171"')
})

test('a stream ends when its person is somebody else now, or has another role', async () => {
  for (const changed of [
    { ...VIEWER, role: 'viewer' as const },
    { ...VIEWER, user: 8 },
  ]) {
    const { get, people } = dashboard()
    const stream = listen(await get('/dashboard/live?page=/dashboard&lang=en'))
    await stream.until('hx-target="#notes"')
    people.viewer = changed
    people.ended()
    await stream.end()
  }
})

test('people of two audiences look at the same page and never get each other’s fragments', async () => {
  const { cluster } = clusterOf(night())
  const live = createLive({
    cluster,
    viewIn: (language) => viewOf(language, 'UTC', NIGHT),
    build: 'b',
    now: () => NIGHT,
    report: (error) => {
      throw error
    },
  })
  closing.push(() => live.close())
  const look = (audience: string) => {
    const page = {
      path: '/dashboard/devices',
      audience,
      concerns: () => false,
      fragments: async () => new Map([['owner', html`<p id="owner">for ${audience}</p>`]]),
    }
    return listen(new Response(live.open(page, 'en', async () => true)))
  }
  const [engineer, user] = [look('engineer'), look('user/7')]
  expect(await engineer.until('</hx-partial>')).toContain('for engineer')
  expect(await user.until('</hx-partial>')).not.toContain('engineer')
})
