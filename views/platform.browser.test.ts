import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import {
  ADMIN,
  flaws,
  LONG,
  logIn,
  LOOKS,
  nextFrame,
  noBrowser,
  openStage,
  until,
  violations,
  type Stage,
} from './browser.fixture.ts'

const VIEWER = { email: 'viewer@plant.example', password: 'a viewer looks at it all' }
const OPERATOR = { email: 'operator@plant.example', password: 'an operator sends commands' }

describe.skipIf(noBrowser)('the pages of the platform in a browser', () => {
  let stage: Stage
  let token: string

  /** A request of a program, with the admin's token. */
  async function send(path: string, body: unknown, method = 'POST', key = token): Promise<Record<string, unknown>> {
    const answer = await fetch(stage.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }

  const sendEvent = (id: string, type: string) => send('/api/v1/events', { id, type, user_id: 'u-1', data: { id } })

  async function logInAs({ email, password }: typeof VIEWER, page: Page, path: string): Promise<void> {
    await page.goto(path)
    await page.fill('input[name=username]', email)
    await page.fill('input[name=password]', password)
    await page.click('form button')
    await page.waitForURL((at) => at.pathname === path)
  }

  beforeAll(async () => {
    stage = await openStage({ WINDBOX_ALLOW_PRIVATE_RELAYS: 'true' })
    const form = new URLSearchParams({ username: ADMIN.email, password: ADMIN.password })
    const login = await fetch(`${stage.url}/auth/jwt/login`, { method: 'POST', body: form })
    token = ((await login.json()) as { access_token: string }).access_token
    await send('/users', { ...VIEWER, role: 'viewer' })
    await send('/users', { ...OPERATOR, role: 'operator' })
  }, LONG)
  afterAll(() => stage?.close(), LONG)

  test(
    'from no device at all to readings that arrive: made, given a key that is shown once, seen live',
    async () => {
      const { page, wrong } = await stage.person()
      await logIn(page, '/dashboard/devices')
      expect(await page.locator('#devices').innerText()).toContain('No devices yet')
      await page.click('[popovertarget=new-device]')
      await page.fill('#new-device [name=name]', 'Weighbridge <1>')
      await page.click('#new-device .primary')
      await page.waitForSelector('#notice')
      expect(await page.textContent('h1')).toBe('Weighbridge <1>')
      const path = new URL(page.url()).pathname
      const id = Number(path.split('/').at(-1))

      await page.click('[popovertarget=new-key]')
      await page.fill('#new-key [name=name]', 'gateway')
      await page.click('#new-key .primary')
      const key = (await page.locator('#device-keys .code pre').innerText()).trim()
      expect(key).toStartWith('wbk_')

      await send('/api/v1/data', { device_id: id, values: { weight: 12.5 } }, 'POST', key)
      await page.waitForSelector('#device-values td:has-text("12.500")')
      await page.waitForSelector('#device-statistics td:has-text("12.500")')
      expect(await page.locator('#device-head').innerText()).toContain('Sending')
      await send('/api/v1/data', { device_id: id, values: { weight: 13.25 } }, 'POST', key)
      await page.waitForSelector('#device-values td:has-text("13.250")')
      // Of two readings in one step there is one point. Its length is nothing: what is seen is its round cap.
      await page.waitForSelector('#device-chart .plot .dot', { state: 'attached' })
      expect(await page.evaluate("getComputedStyle(document.querySelector('.plot .dot')).strokeLinecap")).toBe('round')

      await page.goto(path)
      expect(await page.content()).not.toContain(key)
      await page.click('[popovertarget^=revoke-]')
      await page.click('[id^=revoke-]:popover-open .danger')
      await page.waitForSelector('#notice')
      const refused = await fetch(`${stage.url}/api/v1/data`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ device_id: id, values: { weight: 1 } }),
      })
      expect(refused.status).toBe(401)
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'a device or a relay that is deleted elsewhere says so on its open page, and the top bar lives on',
    async () => {
      const { id: device } = await send('/api/v1/devices', { name: 'Soon gone' })
      await send('/api/v1/data', { device_id: device, values: { weight: 1 } })
      const { id: relay } = await send('/api/v1/relays', { name: 'Soon gone', kind: 'webhook', url: stage.url })
      const { page, wrong } = await stage.person()
      await logIn(page)
      for (const path of [`devices/${device}`, `relays/${relay}`]) {
        await page.goto(`/dashboard/${path}`)
        await nextFrame(page)
        const answer = await fetch(`${stage.url}/api/v1/${path}`, {
          method: 'DELETE',
          headers: { authorization: `Bearer ${token}` },
        })
        expect(answer.ok).toBe(true)
        await page.locator('#gone').waitFor()
        expect(await page.locator('main .page-head').isVisible()).toBe(false)
        await nextFrame(page)
        await page.click('#gone a')
        await page.waitForURL(`**/dashboard/${path.split('/')[0]}`)
      }
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'events appear by themselves, are filtered by the address, stand still when asked to, and open whole',
    async () => {
      const { page, wrong } = await stage.person()
      await logIn(page, '/dashboard/events')
      await sendEvent('first', 'play')
      await page.waitForSelector('#tail td:has-text("play")')
      await sendEvent('second', 'like')
      await page.waitForSelector('#tail td:has-text("like")')
      await page.waitForSelector('#event-types a:has-text("like")')

      await page.fill('.filters [name=type]', 'like')
      await page.click('.filters .primary')
      await page.waitForURL((at) => at.searchParams.get('type') === 'like')
      expect(await page.locator('#tail tbody tr').count()).toBe(1)

      await page.click('header a:has-text("Pause")')
      await page.waitForURL((at) => at.searchParams.has('paused'))
      await sendEvent('third', 'like')
      const other = await stage.person()
      await logIn(other.page, '/dashboard/events')
      await other.page.locator('#tail tbody tr').nth(2).waitFor()
      expect(await page.locator('#tail tbody tr').count()).toBe(1)
      await other.page.context().close()

      await page.click('#tail tbody a')
      await page.waitForURL('**/dashboard/events/second')
      expect(await page.locator('.code pre').innerText()).toContain('"type": "like"')
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'long names of events push nothing off the screen, and break between their parts',
    async () => {
      const type = `very.${'long'.repeat(60)}`
      await send('/api/v1/events', { type, user_id: 'u'.repeat(150), subject: 's'.repeat(150) })
      await send('/api/v1/events', { type: 'control.status.changed' })
      const { page, wrong } = await stage.person()
      await logIn(page, '/dashboard/events')
      await page.waitForSelector('#tail td:has-text("control.status.changed")')
      const within = (inner: string, outer: string) =>
        page.evaluate(
          `document.querySelector('${inner}').getBoundingClientRect().right <= document.querySelector('${outer}').getBoundingClientRect().right`,
        )
      expect(await within('#tail td:last-child', 'main')).toBe(true)
      const lines = `(() => {
        const link = [...document.querySelectorAll('#event-types a')].find((one) => one.textContent === 'control.status.changed')
        const range = document.createRange()
        range.selectNodeContents(link.lastChild)
        return range.getClientRects().length
      })()`
      await page.waitForSelector('#event-types a:has-text("control.status.changed")')
      expect(await page.evaluate(lines)).toBe(1)
      await page.goto(`/dashboard/events?type=${type}`)
      expect(await within('.card > header > p.end', '.card:has(> header > p.end)')).toBe(true)
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'a loop decides before the eyes, says that it runs dry, and takes a command of an operator',
    async () => {
      const { page, wrong } = await stage.person()
      await logInAs(OPERATOR, page, '/dashboard/control/default')
      expect(await page.locator('#loop-mode').innerText()).toContain('Dry run')
      const reading = (payload: number) => ({ datetime: new Date().toISOString(), payload })
      await send('/api/v1/control/loops/default/readings', [reading(50.1), reading(50.7), reading(49.8)])
      await page.locator('#decisions tbody tr').first().waitFor()
      await page.fill('[name=reason]', 'Belt stopped for cleaning')
      await page.click('button[value=up]')
      await page.waitForSelector('#notice')
      await page.waitForSelector('#commands li:has-text("Belt stopped for cleaning")')
      await page.waitForSelector('#loop-figures dd:has-text("up")')
      await page.click('header a:has-text("Control loops")')
      await page.waitForSelector('#loops a:has-text("default")')
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'an engineer makes a loop and gives it other settings before the eyes',
    async () => {
      const { page, wrong } = await stage.person()
      await logIn(page, '/dashboard/control')
      await page.click('[popovertarget=new-loop]')
      await page.fill('#new-loop [name=name]', 'mixer')
      await page.click('#new-loop .primary')
      await page.waitForURL('**/control/mixer?done=loop-made')
      await page.waitForSelector('#loop-settings:has-text("one-sample")')
      await page.click('[popovertarget=loop-form]')
      await page.selectOption('#loop-form [name=test]', 'welch')
      await page.fill('#loop-form [name=interval_s]', '30')
      await page.click('#loop-form .primary')
      await page.waitForSelector('#notice')
      await page.waitForSelector('#loop-settings:has-text("Welch")')
      await page.waitForSelector('#loop-pill:has-text("every 30 s")')
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'what could not be delivered is read, replayed by an operator, and dropped by an admin',
    async () => {
      let answer = 410
      const taken: string[] = []
      const hook = Bun.serve({
        hostname: '127.0.0.1',
        port: 0,
        async fetch(request) {
          if (answer === 200) taken.push(await request.text())
          return new Response('said the shop', { status: answer })
        },
      })
      try {
        const url = `http://127.0.0.1:${hook.port}/orders`
        await send('/api/v1/relays', { name: 'shop', kind: 'webhook', url, filter: { type: 'order.*' } })
        const { page, wrong } = await stage.person()
        await logInAs(OPERATOR, page, '/dashboard/dead-letters')
        expect(await page.locator('#dead-letters').innerText()).toContain('No dead letters')
        // A relay carries what comes after its actors have heard of it.
        await until('a dead letter', async () => {
          await send('/api/v1/events', { type: 'order.made', subject: 'order-7' })
          return (await page.locator('#dead-letters tbody tr').count()) > 0
        })
        await until('their number in the navigation', async () => {
          const rows = await page.locator('#dead-letters tbody tr').count()
          return Number(await page.locator('#letters').innerText()) === rows
        })
        await page.locator('#dead-letters tbody a').first().click()
        await page.waitForSelector('#chosen')
        expect(await page.locator('#chosen .facts').innerText()).toContain('HTTP 410')
        expect(await page.locator('#chosen pre').innerText()).toContain('"subject": "order-7"')
        expect(await page.locator('#chosen .danger').count()).toBe(0)
        answer = 200
        await page.click('#chosen .primary')
        await page.waitForSelector('#notice')
        await until('the order at the shop', () => taken.some((text) => text.includes('order-7')))
        await page.click('[popovertarget=replay-all]')
        await page.click('#replay-all .primary')
        await page.waitForSelector('#notice')
        await page.selectOption('[name=kind]', 'exhauster')
        await page.click('.filters .btn')
        await page.waitForSelector('#dead-letters:has-text("None of this kind")')
        expect(wrong).toEqual([])
        await page.context().close()

        const admin = await stage.person()
        await logIn(admin.page, '/dashboard/dead-letters')
        const before = await admin.page.locator('#dead-letters tbody tr').count()
        await admin.page.locator('#dead-letters tbody a').first().click()
        await admin.page.click('[popovertarget=drop]')
        await admin.page.click('#drop .danger')
        await admin.page.waitForSelector('#notice')
        expect(await admin.page.locator('#dead-letters tbody tr').count()).toBe(before - 1)
        await admin.page.context().close()
      } finally {
        await hook.stop(true)
      }
    },
    LONG,
  )

  test(
    'a relay is made by hand, its secret shown once; it is tested, changed, paused and removed',
    async () => {
      let status = 200
      const hook = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response('so be it', { status }) })
      try {
        const { page, wrong } = await stage.person()
        await logIn(page, '/dashboard/relays')
        const fill = async (fields: Record<string, string>) => {
          for (const [name, text] of Object.entries(fields)) await page.fill(`.dialog [name=${name}]`, text)
        }
        await page.click('[popovertarget=new-relay]')
        await fill({ name: 'Bakery', place: 'ftp://bakery.example', type: 'bread.*' })
        await page.click('#new-relay .primary')
        await page.waitForSelector('#notice:has-text("Nothing is changed. The address has to be a whole URL")')
        await page.click('[popovertarget=new-relay]')
        await fill({ place: `http://127.0.0.1:${hook.port}/in` })
        await page.click('#new-relay .primary')
        expect(await page.locator('main .code').innerText()).toStartWith('whsec_')
        await page.goto('/dashboard/relays')
        expect(await page.locator('main .code').count()).toBe(0)
        const row = page.locator('#relays tr', { hasText: 'Bakery' })
        expect(await row.innerText()).toContain('type bread.*')
        await row.locator('a').click()
        const pill = (words: string) => until(words, async () => (await page.innerText('#relay-pill')).includes(words))
        await pill('Nothing sent yet')

        await page.click('text="Send a test"')
        await page.waitForSelector('#notice:has-text("was taken")')
        status = 503
        await page.click('text="Send a test"')
        await page.waitForSelector('#notice:has-text("not taken: HTTP 503")')
        status = 200
        // A relay carries what comes after its actors have heard of it.
        await until('a delivery', async () => {
          await send('/api/v1/events', { type: 'bread.baked' })
          return (await page.locator('#deliveries tbody tr').count()) > 0
        })
        await pill('Delivers')

        await page.click('[popovertarget=change-relay]')
        await fill({ name: 'Corner bakery', type: '' })
        await page.click('#change-relay .primary')
        await page.waitForSelector('h1:has-text("Corner bakery")')
        expect(await page.innerText('#relay-facts')).toContain('all events')
        await page.click('text="Pause"')
        await pill('Paused')
        await page.click('text="Resume"')
        await page.click('[popovertarget=remove-relay]')
        await page.click('#remove-relay .danger')
        await page.waitForURL('**/relays?done=relay-removed')
        expect(await page.locator('#relays', { hasText: 'Corner bakery' }).count()).toBe(0)
        // Two forms were refused.
        expect(wrong.filter((one) => !/ 4(?:22|09) /.test(one))).toEqual([])
        await page.context().close()
      } finally {
        await hook.stop(true)
      }
    },
    LONG,
  )

  test(
    'a list does not move under the pointer; what came meanwhile is there when it is left',
    async () => {
      await sendEvent('before', 'held')
      const { page, wrong } = await stage.person()
      await logIn(page, '/dashboard/events')
      await page.goto('/dashboard/events?type=held')
      await page.locator('#tail tbody tr').first().hover()
      await sendEvent('meanwhile', 'held')
      await page.waitForSelector('[data-held=tail]:visible')
      expect(await page.locator('#tail tbody tr').count()).toBe(1)
      await page.locator('h1').hover()
      await page.locator('#tail tbody tr').nth(1).waitFor()
      expect(await page.locator('[data-held=tail]').isVisible()).toBe(false)
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'what a role may not do is not offered, and refused when it is asked for all the same',
    async () => {
      const { id } = await send('/api/v1/devices', { name: 'The admin’s own' })
      const { page } = await stage.person()
      await logInAs(VIEWER, page, `/dashboard/devices/${id}`)
      expect(await page.locator('main form, main [popovertarget]').count()).toBe(0)
      expect(await page.locator('#device-keys').count()).toBe(0)
      await page.goto('/dashboard/control/default')
      expect(await page.locator('main form').count()).toBe(0)
      expect(await page.locator('.sidenav a[href="/dashboard/relays"]').count()).toBe(0)
      expect((await page.goto('/dashboard/relays'))?.status()).toBe(403)
      await page.goto('/dashboard/devices')
      const csrf = await page.inputValue('#new-device [name=csrf]')
      const post = (path: string, form: Record<string, string>) =>
        page.request
          .post(path, { form, headers: { origin: stage.url }, maxRedirects: 0 })
          .then((answer) => answer.status())
      expect(await post('/dashboard/control/default', { csrf, act: 'command', status: 'up', reason: 'x' })).toBe(403)
      expect(await post(`/dashboard/devices/${id}`, { csrf, act: 'remove' })).toBe(403)
      expect(await post('/dashboard/devices', { csrf: 'another', act: 'create', name: 'x' })).toBe(403)
      expect(await post('/dashboard/devices', { csrf, act: 'create', name: 'My own' })).toBe(303)
      await page.context().close()
    },
    LONG,
  )

  test(
    'without JavaScript all of it can be read, and forms work',
    async () => {
      const { page } = await stage.person({ javaScriptEnabled: false, locale: 'ru-RU' })
      await logInAs(OPERATOR, page, '/dashboard/control/default')
      await page.fill('[name=reason]', 'Уборка')
      await page.click('button[value=down]')
      await page.waitForSelector('#notice')
      await sendEvent('by hand', 'played')
      await page.goto('/dashboard/events')
      await page.locator('#tail a').first().click()
      expect(await page.locator('.code pre').innerText()).toContain('"id"')
      await page.goto('/dashboard/devices')
      await page.click('[popovertarget=new-device]')
      await page.fill('#new-device [name=name]', 'Кран')
      await page.click('#new-device .primary')
      await page.waitForSelector('h1:has-text("Кран")')
      await page.context().close()
    },
    LONG,
  )

  test.each(LOOKS)(
    'in %s at %p nothing serious stands in the way of anyone, and nothing runs over',
    async (colorScheme, viewport) => {
      const { id } = await send('/api/v1/devices', { name: 'Crane', kind: 'accelerometer' })
      await send('/api/v1/data', { device_id: id, x: 1, y: 2, z: 3 })
      const { id: relay } = await send('/api/v1/relays', { name: 'Kiosk', kind: 'webhook', url: `${stage.url}/in` })
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`${stage.url}/api/v1/dead-letters?limit=1`, { headers })
      const letter = ((await answer.json()) as { items: { id: string }[] }).items[0]!.id
      const { page, wrong } = await stage.person({ colorScheme, viewport, locale: 'ru-RU' })
      await logIn(page, '/dashboard/devices')
      for (const path of [
        '/dashboard/devices',
        `/dashboard/devices/${id}?code=python`,
        '/dashboard/events',
        '/dashboard/control',
        '/dashboard/control/default',
        '/dashboard/dead-letters',
        '/dashboard/relays',
        `/dashboard/relays/${relay}`,
        '/dashboard/events/by%20hand',
        `/dashboard/dead-letters?id=${letter}`,
      ]) {
        await page.goto(path)
        expect([path, await flaws(page)]).toEqual([path, []])
      }
      // Of as many dead letters as are counted.
      const fits = `(() => {
        const badge = document.querySelector('.sidenav #letters')
        badge.textContent = '999+'
        const item = badge.closest('a')
        return item.scrollWidth <= item.clientWidth
      })()`
      expect(await page.evaluate(fits)).toBe(true)
      await page.click('[popovertarget=replay-all]')
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Escape')
      expect(await page.locator('#replay-all').isVisible()).toBe(false)
      for (const [path, id] of [
        ['/dashboard/control', 'new-loop'],
        ['/dashboard/control/default', 'loop-form'],
        ['/dashboard/relays', 'new-relay'],
      ]) {
        await page.goto(path!)
        await page.click(`[popovertarget=${id}]`)
        expect([id, await flaws(page)]).toEqual([id, []])
        const box = (await page.locator(`#${id}`).boundingBox())!
        expect([id, box.y >= 0 && box.y + box.height <= viewport.height]).toEqual([id, true])
      }
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'a dialog has the focus and keeps it, and keys that lead elsewhere do not while it is open',
    async () => {
      const { id } = await send('/api/v1/devices', { name: 'Not to be deleted by mistake' })
      const { page, wrong } = await stage.person()
      const focus = () =>
        page.evaluate("document.activeElement.name || document.activeElement.getAttribute('popovertarget')")
      await logIn(page, '/dashboard/devices')
      expect(await page.evaluate('document.activeElement === document.body')).toBe(true)
      await page.click('[popovertarget=new-device]')
      await page.keyboard.type('3 pumps')
      expect(await page.inputValue('#new-device [name=name]')).toBe('3 pumps')
      await page.keyboard.press('Shift+Tab')
      expect(await page.evaluate("document.activeElement.matches('#new-device .primary')")).toBe(true)
      await page.keyboard.type('3')
      await page.keyboard.press('Tab')
      expect(await focus()).toBe('name')
      await page.locator('#new-device h2').click()
      await page.keyboard.type('3')
      await page.keyboard.press('Tab')
      expect(await focus()).toBe('name')
      await page.keyboard.press('Escape')
      expect(await focus()).toBe('new-device')
      await page.goto(`/dashboard/devices/${id}`)
      await page.click('[popovertarget=remove]')
      expect(await focus()).toBe('remove')
      await page.keyboard.press('Enter')
      expect(await page.locator('#remove').isVisible()).toBe(false)
      for (const [path, dialog, first] of [
        ['control', 'new-loop', 'name'],
        ['control/default', 'loop-form', 'interval_s'],
        ['relays', 'new-relay', 'name'],
      ]) {
        await page.goto(`/dashboard/${path}`)
        await page.click(`[popovertarget=${dialog}]`)
        expect(await focus()).toBe(first)
      }
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'the keyboard leads to each page, and through a list',
    async () => {
      await send('/api/v1/devices', { name: 'By the keyboard' })
      const { page } = await stage.person()
      await logIn(page)
      for (const [key, path] of Object.entries({ d: 'devices', e: 'events', c: 'control', l: 'dead-letters' })) {
        await page.keyboard.press('g')
        await page.keyboard.press(key)
        await page.waitForURL(`**/dashboard/${path}`)
        await until('the script of the page', () =>
          page.evaluate("document.querySelector('time[data-clock]') !== null"),
        )
      }
      await page.goto('/dashboard/devices')
      await page.keyboard.press('j')
      await page.keyboard.press('Enter')
      await page.waitForURL(/devices\/\d+$/)

      // A Russian keyboard brings other letters from the same keys.
      const keyboard = await page.context().newCDPSession(page)
      const press = (key: string, code: string) =>
        keyboard.send('Input.dispatchKeyEvent', { type: 'keyDown', key, code })
      await press('п', 'KeyG')
      await press('в', 'KeyD')
      await page.waitForURL('**/dashboard/devices')
      await press('о', 'KeyJ')
      expect(await page.evaluate("document.activeElement.matches('#devices tbody a')")).toBe(true)
      await press(',', 'Slash')
      expect(await page.locator('#keys').isVisible()).toBe(true)
      await page.goto('/dashboard/trends')
      await press('.', 'Slash')
      expect(await page.evaluate('document.activeElement.id')).toBe('find')
      await page.context().close()
    },
    LONG,
  )
})
