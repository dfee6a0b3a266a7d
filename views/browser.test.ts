import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Request } from 'playwright-core'
import {
  ADMIN,
  DESK,
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

describe.skipIf(noBrowser)('in a browser', () => {
  let stage: Stage
  beforeAll(async () => void (stage = await openStage()), LONG)
  afterAll(() => stage?.close(), LONG)

  test(
    'a wrong password is said, the right one leads where one wanted to go, and log-out leads out',
    async () => {
      const { page, wrong } = await stage.person()
      await page.goto('/dashboard/exhausters/f-171')
      await page.fill('input[name=username]', ADMIN.email)
      await page.fill('input[name=password]', 'something else')
      await page.click('form button')
      await page.waitForSelector('[role=alert]')
      expect(await page.inputValue('input[name=username]')).toBe(ADMIN.email)
      await page.fill('input[name=password]', ADMIN.password)
      await page.click('form button')
      await page.waitForURL('**/dashboard/exhausters/f-171')
      expect(await page.textContent('h1')).toContain('F-171')
      await page.click('.menu summary')
      await page.click('.menu button')
      await page.waitForURL('**/dashboard/login**')
      await page.goto('/dashboard')
      expect(new URL(page.url()).pathname).toBe('/dashboard/login')
      // The refused form is the one thing that a browser tells its console about.
      expect(wrong.filter((one) => !one.includes('400 (Bad Request)'))).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'who logs out is refused nothing, also when the stream was just being opened',
    async () => {
      const { page, wrong } = await stage.person()
      await logIn(page)
      const isOut = Promise.withResolvers<void>()
      const isSettled = Promise.withResolvers<void>()
      const settle = (request: Request) => request.url().includes('/dashboard/live?') && isSettled.resolve()
      page.on('requestfinished', settle).on('requestfailed', settle)
      await page.route('**/dashboard/live?**', async (route) => {
        await isOut.promise
        await route.continue().catch(() => {})
      })
      await page.route('**/dashboard/logout', async (route) => {
        const response = await route.fetch({ maxRedirects: 0 })
        isOut.resolve()
        await isSettled.promise
        await route.fulfill({ response })
      })
      await Promise.all([page.waitForRequest('**/dashboard/live?**'), page.goto('/dashboard')])
      await page.click('.menu summary')
      await page.click('.menu button')
      await page.waitForURL('**/dashboard/login**')
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'new frames arrive without a reload, on both pages, and ages go on between them',
    async () => {
      const { page, wrong } = await stage.person()
      await logIn(page)
      for (const path of ['/dashboard', '/dashboard/exhausters/u-171']) {
        await page.goto(path)
        await page.evaluate('window.untouched = true')
        await nextFrame(page)
        await nextFrame(page)
        expect(await page.evaluate('window.untouched')).toBe(true)
        expect(await page.locator('#connection').isHidden()).toBe(true)
        const clock = () => page.textContent('#clock [data-clock]')
        const seen = await clock()
        await until('the clock to go on', async () => (await clock()) !== seen)
      }
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'what a reader has unfolded, and where the focus is, stay through updates',
    async () => {
      const { page } = await stage.person()
      await logIn(page)
      await until('a change of status', async () => (await page.locator('.notes summary').count()) > 0)
      // The order may change while the history is laid: one machine's part is followed by its id.
      const part = page.locator(`#${await page.locator('.notes details').first().getAttribute('id')}`)
      const isOpen = () => part.evaluate((element) => element.hasAttribute('open'))
      const open = await isOpen()
      await part.locator('summary').click()
      await page.focus('#f-171 h3 a')
      await nextFrame(page)
      await nextFrame(page)
      expect(await isOpen()).toBe(!open)
      expect(await page.evaluate('document.activeElement.textContent')).toBe('F-171')
      await page.context().close()
    },
    LONG,
  )

  test(
    'a lost connection is said at once, and the page recovers by itself',
    async () => {
      const { page } = await stage.person()
      await logIn(page)
      await nextFrame(page)
      await page.evaluate('window.untouched = true')
      await stage.kill()
      await page.waitForSelector('#connection:not([hidden])')
      expect(await page.innerText('#connection')).toContain('Connection lost.')
      await stage.start()
      await page.waitForSelector('#connection', { state: 'hidden' })
      await nextFrame(page)
      expect(await page.evaluate('window.untouched')).toBe(true)
      await page.context().close()
    },
    LONG,
  )

  test(
    'a stream ends with its session, and the page says so',
    async () => {
      const { page } = await stage.person()
      await logIn(page)
      const other = await page.context().newPage()
      await other.goto('/dashboard')
      await other.click('.menu summary')
      await other.click('.menu button')
      await other.waitForURL('**/dashboard/login**')
      await page.bringToFront()
      await page.waitForSelector('#connection:not([hidden])')
      await until('the end to be said', async () =>
        (await page.innerText('#connection')).includes('Your session has ended.'),
      )
      await page.context().close()
    },
    LONG,
  )

  test(
    'keys lead to the machines and back, show themselves, and can be switched off',
    async () => {
      const { page } = await stage.person()
      await logIn(page)
      await page.keyboard.press('3')
      await page.waitForURL('**/exhausters/f-171')
      await page.keyboard.press('g')
      await page.keyboard.press('o')
      await page.waitForURL('**/dashboard')
      await page.keyboard.press('?')
      await page.waitForSelector('#keys[open]')
      await page.uncheck('#keys-single')
      await page.keyboard.press('Escape')
      await page.waitForSelector('#keys', { state: 'hidden' })
      await page.keyboard.press('4')
      await nextFrame(page)
      expect(new URL(page.url()).pathname).toBe('/dashboard')
      await page.context().close()
    },
    LONG,
  )

  test(
    'the whole page can be walked by Tab, beginning with a way past the navigation',
    async () => {
      const { page } = await stage.person()
      await logIn(page)
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.hash')).toBe('#main')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      expect(await page.evaluate("document.activeElement.closest('main') !== null")).toBe(true)
      await page.context().close()
    },
    LONG,
  )

  test(
    'theme and language are chosen once and kept',
    async () => {
      const { page } = await stage.person({ colorScheme: 'light' })
      await logIn(page)
      await page.click('.tools [data-theme-switch]')
      expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
      await page.click('.tools [hreflang=ru]')
      await page.waitForURL('**/dashboard')
      expect(await page.evaluate('[document.documentElement.lang, document.documentElement.dataset.theme]')).toEqual([
        'ru',
        'dark',
      ])
      expect(await page.textContent('#u-171 h3')).toContain('У-171')
      await page.context().close()
    },
    LONG,
  )

  test(
    'without JavaScript everything can be read',
    async () => {
      const { page } = await stage.person({ javaScriptEnabled: false, locale: 'ru-RU' })
      await logIn(page)
      for (const name of ['У-171', 'У-172', 'Ф-171', 'Ф-172', 'Х-171', 'Х-172']) {
        expect(await page.locator('.machine', { hasText: name }).locator('.matrix').innerText()).toMatch(/\d+/)
      }
      await page.click('#u-171 h3 a')
      expect(await page.locator('#tag-drive').innerText()).toMatch(/\d,\d/)
      expect(await page.locator('#connection').isHidden()).toBe(true)
      await page.context().close()
    },
    LONG,
  )

  test.each([360, 320])(
    'on a phone of %i pixels, too, nothing in the top bar lies on anything else, however old the data is',
    async (width) => {
      const { page } = await stage.person({ viewport: { width, height: 740 }, locale: 'ru-RU' })
      await logIn(page)
      await page.waitForSelector('#clock [data-age]')
      const room = await page.evaluate(`(() => {
        const [age, counts] = ['.age', '.counts'].map((name) => document.querySelector(name))
        const time = age.querySelector('time')
        const room = () => counts.getBoundingClientRect().left - time.getBoundingClientRect().right
        const tallies = [...counts.querySelectorAll('.tally')]
        age.dataset.level = 'ok'
        time.textContent = '89\u00a0с'
        for (const tally of tallies) tally.removeAttribute('data-zero')
        const whileNew = room()
        age.dataset.level = 'lost'
        time.textContent = '364\u00a0сут 23\u00a0ч'
        // What is lost has no alarms and no warnings.
        tallies.forEach((tally, i) => tally.toggleAttribute('data-zero', i < 2))
        return Math.min(whileNew, room())
      })()`)
      expect(room).toBeGreaterThanOrEqual(0)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      await page.context().close()
    },
    LONG,
  )

  test(
    'at 400 % a machine has all its values within its frame',
    async () => {
      const { page } = await stage.person({ viewport: { width: 320, height: 740 }, locale: 'ru-RU' })
      await logIn(page, '/dashboard/exhausters/u-172')
      const cut = await page.evaluate(`(() => {
        const right = (element) => element.getBoundingClientRect().right
        const frame = document.querySelector('.mnemo-frame')
        return [...frame.querySelectorAll('.tag, .reading dd')]
          .filter((part) => right(part) > right(frame) || right(part) > right(part.closest('.tag')))
          .map((part) => part.textContent)
      })()`)
      expect(cut).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'the mark of a demonstration is whole beside a zone with a long name',
    async () => {
      const { page } = await stage.person({ viewport: { width: 1024, height: 740 }, locale: 'ru-RU' })
      await logIn(page)
      const widths = (await page.evaluate(`(() => {
        document.querySelector('#clock > time + .muted').textContent = 'America/Argentina/ComodRivadavia'
        const { scrollWidth, clientWidth } = document.querySelector('#clock .mode')
        return { scrollWidth, clientWidth }
      })()`)) as { scrollWidth: number; clientWidth: number }
      expect(widths.clientWidth).toBe(widths.scrollWidth)
      await page.context().close()
    },
    LONG,
  )

  test.each(LOOKS)(
    'in %s at %p nothing serious stands in the way of anyone, and nothing runs over',
    async (colorScheme, viewport) => {
      const { page, wrong } = await stage.person({ colorScheme, viewport, locale: 'ru-RU' })
      await page.goto('/dashboard/login')
      expect(await violations(page)).toEqual([])
      await logIn(page)
      for (const path of [
        '/dashboard',
        '/dashboard/exhausters/f-171',
        '/dashboard/exhausters/x-171',
        '/dashboard/nothing',
      ]) {
        await page.goto(path)
        expect([path, await flaws(page)]).toEqual([path, []])
        if (path !== '/dashboard' || viewport !== DESK) continue
        const height = await page.evaluate('document.documentElement.scrollHeight')
        expect([path, height]).toEqual([path, DESK.height])
      }
      expect(wrong.filter((one) => !one.includes('404 (Not Found)'))).toEqual([])
      await page.context().close()
    },
    LONG,
  )
})
