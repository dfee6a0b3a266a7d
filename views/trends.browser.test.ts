import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import {
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

const PATH = '/dashboard/trends'
const VIBRATION = 'f-171/bearing_8.vibration_vertical'
const TEMPERATURE = 'f-171/bearing_8.temperature'
const OTHER = 'u-172/bearing_2.temperature'
const UNLIMITED = 'f-171/gas_collector.temperature_before'
const CHOSEN = `${PATH}?signal=${VIBRATION}&signal=${TEMPERATURE}&signal=${OTHER}`
const HOUR = 3_600_000

const names = (page: Page) =>
  page.locator('#legend tbody tr').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-signal')))
const query = (page: Page) => new URL(page.url()).searchParams
const panels = (page: Page) => page.locator('.panel-unit').allTextContents()
/** The times that the chart shows now, epoch ms. */
const shown = async (page: Page) =>
  JSON.parse((await page.getAttribute('#plots', 'data-view')) ?? 'null') as { from: number; to: number } | null

/** The lines are there: the legend says what they were. */
async function drawn(page: Page): Promise<void> {
  const cell = page.locator('#legend tbody tr').first().locator('td').nth(5)
  await until('values in the legend', async () => /\d/.test((await cell.textContent()) ?? ''))
  await page.waitForSelector('.panel canvas')
}

/** Whatever history is asked for goes evenly from one value to the other. */
const fulfillHistory = (page: Page, first: number, last: number) =>
  page.route('**/trends/data?**', (route) => {
    const asked = new URL(route.request().url()).searchParams
    const stepMs = Number(asked.get('step')) * 1000
    const [from, to] = ['from', 'to'].map((name) => Math.floor(Date.parse(asked.get(name)!) / stepMs) * stepMs) as [
      number,
      number,
    ]
    const points = Array.from({ length: (to - from) / stepMs }, (_, index) => {
      const value = first + ((last - first) * index * stepMs) / (to - from)
      return [from + index * stepMs, value, value, value]
    })
    const series = asked.getAll('signal').map((signal) => ({ signal, unit: '°C', points }))
    return route.fulfill({ json: { series } })
  })

describe.skipIf(noBrowser)('the trends page in a browser', () => {
  let stage: Stage

  beforeAll(async () => {
    stage = await openStage()
    // The week that a demonstration begins with has to be laid first.
    const { page } = await stage.person()
    await logIn(page)
    const age = () => page.locator('#clock [data-age]').textContent()
    const isPresent = async () => /^\d+\ss$/.test((await age()) ?? '')
    await until('the present in the demonstration', isPresent, () => '', LONG - 20_000)
    await page.context().close()
  }, LONG)
  afterAll(() => stage?.close(), LONG)

  test(
    'the tree begins folded and unchecked; what is checked is drawn, by unit, and stands in the address',
    async () => {
      const { page, wrong } = await stage.person()
      await logIn(page, PATH)
      expect(await page.locator('.tree details[open]').count()).toBe(0)
      expect(await page.locator('.tree input:checked').count()).toBe(0)
      await page.waitForSelector('#trend-empty')
      const file = page.locator('[data-do="csv"]:not([href])[aria-disabled="true"]')
      expect(await file.count()).toBe(1)
      await page.click('.tree [data-machine="F-171"] > summary')
      await page.click('.tree [data-machine="F-171"] >> text="Bearing 8"')
      await page.check(`input[value="${VIBRATION}"]`)
      await drawn(page)
      expect(await file.count()).toBe(0)
      await page.check(`input[value="${TEMPERATURE}"]`)
      await until('two panels', async () => (await panels(page)).join() === 'mm/s,°C')
      expect(await names(page)).toEqual([VIBRATION, TEMPERATURE])
      expect(query(page).getAll('signal')).toEqual([VIBRATION, TEMPERATURE])
      expect(await page.locator('[data-machine="F-171"] [data-count]').textContent()).toBe('2 of 16')

      await page.reload()
      await drawn(page)
      expect(await names(page)).toEqual([VIBRATION, TEMPERATURE])
      expect(await page.isVisible(`input[value="${VIBRATION}"]:checked`)).toBe(true)

      await page.locator('[data-remove]').first().click()
      await until('one panel', async () => (await panels(page)).join() === '°C')
      await page.goBack()
      await until('both panels again', async () => (await panels(page)).join() === 'mm/s,°C')
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'an area is zoomed into, out of and reset; the address keeps it through a reload',
    async () => {
      const { page, wrong } = await stage.person()
      await logIn(page, CHOSEN)
      await drawn(page)
      const whole = (await shown(page))!
      const box = (await page.locator('.u-over').first().boundingBox())!
      await page.mouse.move(box.x + box.width * 0.25, box.y + 40)
      await page.mouse.down()
      await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 5 })
      await page.mouse.up()
      await until('a zoom in the address', () => query(page).has('zoom'))
      const zoomed = (await shown(page))!
      const near = (at: number, share: number) =>
        Math.abs(at - (whole.from + (whole.to - whole.from) * share)) < (whole.to - whole.from) / 50
      expect([near(zoomed.from, 0.25), near(zoomed.to, 0.5)]).toEqual([true, true])

      await page.reload()
      await drawn(page)
      expect(await shown(page)).toEqual(zoomed)

      await page.click('[data-do="in"]')
      const closer = (await shown(page))!
      expect(closer.to - closer.from).toBeLessThan(0.6 * (zoomed.to - zoomed.from))
      await page.click('[data-do="out"]')
      const back = (await shown(page))!
      expect(back.to - back.from).toBeGreaterThan(1.8 * (closer.to - closer.from))
      await page.click('[data-do="reset"]')
      expect(query(page).has('zoom')).toBe(false)
      await page.goBack()
      await until('the zoom again', () => query(page).has('zoom'))
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'the interval is shifted by itself, goes back to the present, and is chosen in both modes',
    async () => {
      const { page, wrong } = await stage.person()
      await logIn(page, CHOSEN)
      await drawn(page)
      expect(query(page).has('from')).toBe(false)
      const now = (await shown(page))!
      expect(now.to - now.from).toBe(12 * HOUR)
      await page.click('[data-do="back"]')
      const before = (await shown(page))!
      expect(before.to - before.from).toBe(12 * HOUR)
      expect(Math.abs(before.to - now.from)).toBeLessThan(HOUR)
      expect(Date.parse(query(page).get('from')!)).toBe(before.from)
      await page.reload()
      await drawn(page)
      expect(await shown(page)).toEqual(before)
      await page.click('[data-do="forward"]')
      expect(query(page).has('from')).toBe(false)

      await page.selectOption('[name=unit]', 'd')
      await page.fill('[name=length]', '3')
      await page.keyboard.press('Enter')
      await until('three days', async () => (await shown(page))!.to - (await shown(page))!.from === 72 * HOUR)
      expect(await page.locator('[name=step] option').allTextContents()).toEqual([
        'auto, 1\u00a0h',
        '1\u00a0h',
        '12\u00a0h',
        '24\u00a0h',
      ])
      await page.selectOption('[name=step]', '43200')
      await until('the step in the address', () => query(page).get('step') === '43200')

      await page.click('text="Range"')
      const to = (await page.inputValue('[name=to]')).slice(0, 10)
      await page.fill('[name=from]', `${to}T00:00`)
      await page.fill('[name=to]', `${to}T00:30`)
      await page.keyboard.press('Enter')
      await until('half an hour', async () => (await shown(page))!.to - (await shown(page))!.from === HOUR / 2)
      expect(query(page).get('mode')).toBe('range')
      expect(await page.locator('[name=step] option').allTextContents()).not.toContain('1\u00a0h')
      await page.fill('[name=to]', `${to}T00:00`)
      await page.keyboard.press('Enter')
      await page.waitForSelector('#trend-problem:not([hidden])')
      expect(await page.innerText('#trend-problem')).toContain('later than the start')
      await page.fill('[name=to]', '')
      await page.keyboard.press('Enter')
      await until('a word on the missing end', async () =>
        (await page.innerText('#trend-problem')).includes('Enter a date and a time; the earlier interval is shown'),
      )
      expect((await shown(page))!.to - (await shown(page))!.from).toBe(HOUR / 2)
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'a length changed while the interval follows keeps its end at the present, however long the field has the focus',
    async () => {
      const { page, wrong } = await stage.person()
      await logIn(page, `${PATH}?signal=${TEMPERATURE}`)
      await drawn(page)
      const start = () => page.inputValue('[name=from]')
      const long = (hours: number) =>
        until(`${hours} hours`, async () => (await shown(page))!.to - (await shown(page))!.from === hours * HOUR)
      const first = await start()
      await page.focus('[name=length]')
      await page.keyboard.press('ArrowDown')
      await long(11)
      expect(await start()).not.toBe(first)
      await page.keyboard.press('ArrowDown')
      await long(10)
      expect([query(page).has('from'), query(page).get('length')]).toEqual([false, '10'])
      expect(await page.getAttribute('[data-do=now]', 'aria-current')).toBe('true')

      await page.goBack()
      await long(11)
      expect(await page.inputValue('[name=length]')).toBe('11')

      const before = await start()
      await page.evaluate('const now = Date.now; Date.now = () => now() + 120_000')
      await until('a later start', async () => {
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        return (await start()) > before
      })
      await page.keyboard.press('Control+a')
      await page.keyboard.type('3')
      await page.keyboard.press('Enter')
      await long(3)
      expect(query(page).has('from')).toBe(false)

      await page.keyboard.press('Control+a')
      await page.keyboard.type('5')
      await page.click(`[data-remove="${TEMPERATURE}"]`)
      await long(5)
      expect([query(page).has('signal'), query(page).get('length')]).toEqual([false, '5'])
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'new frames move the present in tree and chart; nothing is loaded anew',
    async () => {
      const { page, wrong } = await stage.person()
      await logIn(page, CHOSEN)
      await drawn(page)
      await page.evaluate('window.untouched = true')
      const first = (await shown(page))!
      await nextFrame(page)
      await until('a later end', async () => (await shown(page))!.to > first.to)
      expect(await page.evaluate('window.untouched')).toBe(true)
      expect(await page.locator(`input[value="${VIBRATION}"]`).isChecked()).toBe(true)
      expect(await page.textContent('#now-f-171-bearing_8-vibration_vertical')).toMatch(/\d\.\d\d/)
      // The demonstration's slow faults have brought some signal beyond a limit by now.
      await until('a value out of limits', async () => (await page.locator('.present .out .mark').count()) > 0)
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'the axis of values says where its lines stand',
    async () => {
      const { page } = await stage.person()
      await page.addInitScript(`
        window.written = []
        const { fillText } = CanvasRenderingContext2D.prototype
        CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
          written.push(text)
          fillText.call(this, text, ...place)
        }`)
      await fulfillHistory(page, 38, 70)
      await logIn(page, `${PATH}?signal=${UNLIMITED}`)
      await drawn(page)
      const written = (await page.evaluate('written')) as string[]
      expect(written).toEqual(expect.arrayContaining(['40.0', '42.5', '45.0', '47.5']))
    },
    LONG,
  )

  test(
    'of as many lines as there may be no two look alike, with and without a script',
    async () => {
      const places = Array.from({ length: 16 }, (_, i) => `${i < 8 ? 'f' : 'x'}-171/bearing_${(i % 8) + 1}.temperature`)
      const keys = async (javaScriptEnabled: boolean) => {
        const { page } = await stage.person({ javaScriptEnabled })
        await logIn(page, `${PATH}?signal=${places.join()}`)
        if (javaScriptEnabled) {
          await drawn(page)
          await page.focus('#plots')
          await page.keyboard.press('ArrowLeft')
          const said = await page
            .locator('.readout span')
            .evaluateAll((rows) => rows.map((row) => `${row.style.borderColor} ${row.style.borderInlineStartStyle}`))
          expect(new Set(said).size).toBe(places.length)
        }
        const looks = await page
          .locator('#legend .key path')
          .evaluateAll((paths) => paths.map((path) => path.classList.value))
        await page.context().close()
        return looks
      }
      const looks = await keys(true)
      expect(new Set(looks).size).toBe(places.length)
      expect(looks).toEqual(await keys(false))
    },
    LONG,
  )

  test(
    'the window of the strip and the chart itself are dragged; theme and language keep what is shown',
    async () => {
      const { page, wrong } = await stage.person({ colorScheme: 'light' })
      await logIn(page, CHOSEN)
      await drawn(page)
      await page.click('[data-do="in"]')
      const zoomed = (await shown(page))!
      const strip = (await page.locator('#strip').boundingBox())!
      const middle = { x: strip.x + strip.width / 2, y: strip.y + strip.height / 2 }
      await page.mouse.move(middle.x, middle.y)
      await page.mouse.down()
      await page.mouse.move(middle.x - strip.width / 8, middle.y, { steps: 4 })
      await page.mouse.up()
      const moved = (await shown(page))!
      expect(moved.from).toBeLessThan(zoomed.from - HOUR)
      expect(moved.to - moved.from).toBeCloseTo(zoomed.to - zoomed.from, -4)

      await page.click('[data-do="area"]')
      const box = (await page.locator('.u-over').first().boundingBox())!
      await page.mouse.move(box.x + 100, box.y + 50)
      await page.mouse.down()
      await page.mouse.move(box.x + 100 - box.width / 8, box.y + 50, { steps: 4 })
      await page.mouse.up()
      await until('a view that went on', async () => (await shown(page))!.from > moved.from + HOUR / 2)
      const dragged = (await shown(page))!
      expect(dragged.to - dragged.from).toBeCloseTo(moved.to - moved.from, -4)

      const before = await page.locator('.panel canvas').first().screenshot()
      await page.click('.tools [data-theme-switch]')
      await until('other colours', async () => !before.equals(await page.locator('.panel canvas').first().screenshot()))
      await page.click('.tools [hreflang=ru]')
      await page.waitForSelector('html[lang=ru]')
      await drawn(page)
      expect(await shown(page)).toEqual(dragged)
      expect(await page.locator('#legend tbody').innerText()).toContain('Ф-171')
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'keys move the cursor, zoom and shift, and say the values; a search opens what it finds',
    async () => {
      const { page, wrong } = await stage.person()
      await logIn(page, CHOSEN)
      await drawn(page)
      await page.focus('#plots')
      await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('ArrowLeft')
      expect(await page.textContent('#reading')).toMatch(/F-171, Bearing 8: vertical vibration \d/)
      expect(await page.locator('[data-cursor]').first().textContent()).toMatch(/\d/)
      await page.keyboard.press('+')
      await until('a zoom', () => query(page).has('zoom'))
      await page.keyboard.press('0')
      await until('no zoom', () => !query(page).has('zoom'))
      await page.keyboard.press('[')
      await until('a start', () => query(page).has('from'))
      await page.keyboard.press(']')
      await until('the present', () => !query(page).has('from'))
      await page.keyboard.press('/')
      await page.keyboard.type('x-172 rotor cur')
      expect(await page.locator('.leaf:visible').count()).toBe(1)
      await page.keyboard.press('Tab')
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'the chosen interval comes as a table for a spreadsheet',
    async () => {
      const { page } = await stage.person()
      await logIn(page, `${CHOSEN}&length=6&step=3600`)
      await drawn(page)
      const coming = page.waitForEvent('download')
      await page.click('[data-do="csv"]')
      const file = await coming
      expect(file.suggestedFilename()).toMatch(/^trends-\d{4}-\d\d-\d\d\.csv$/)
      const [head, ...lines] = (await Bun.file(await file.path()).text()).trim().split('\r\n')
      expect(head).toBe(
        [
          'at',
          ...[VIBRATION, TEMPERATURE, OTHER].flatMap((name) => [`${name} min`, `${name} mean`, `${name} max`]),
        ].join(),
      )
      expect(lines.length).toBeGreaterThanOrEqual(6)
      await page.context().close()
    },
    LONG,
  )

  test(
    'a history that cannot be read is said, the choice stays, and another try brings it',
    async () => {
      const { page } = await stage.person()
      await logIn(page, CHOSEN)
      await drawn(page)
      await page.route('**/trends/data?**', (route) => route.fulfill({ status: 503, body: '{}' }))
      await page.click('[data-do="back"]')
      await page.waitForSelector('#trend-failed:not([hidden])')
      expect(await page.locator('.tree input:checked').count()).toBe(3)
      await page.unroute('**/trends/data?**')
      await page.click('[data-do="again"]')
      await page.waitForSelector('#trend-failed', { state: 'hidden' })
      await drawn(page)
      await page.context().close()
    },
    LONG,
  )

  test(
    'an address that says only a part is read by server and script alike, and says the whole then',
    async () => {
      const { page, wrong } = await stage.person()
      const from = new Date(Date.now() - 2 * HOUR)
      await logIn(page, `${PATH}?signal=${TEMPERATURE},${VIBRATION}&mode=range&from=${from.toISOString()}`)
      await drawn(page)
      expect(await names(page)).toEqual([TEMPERATURE, VIBRATION])
      const { from: begin, to } = (await shown(page))!
      expect(begin).toBe(from.getTime())
      expect(Math.abs(to - Date.now())).toBeLessThan(60_000)
      expect(await page.getAttribute('[data-do=now]', 'aria-current')).toBeNull()
      expect(query(page).get('to')).toBe(new Date(to).toISOString())
      await page.goto(`${PATH}?signal=${TEMPERATURE}&from=${from.toISOString().replace('Z', '%2B00:00')}&length=1`)
      await drawn(page)
      expect(await shown(page)).toEqual({ from: begin, to: begin + HOUR })
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'a chart that follows outlives an outage: it says until when it was read, and goes on by itself',
    async () => {
      const { page } = await stage.person()
      await logIn(page, CHOSEN)
      await drawn(page)
      const pass = (ms: number) =>
        page.evaluate(`{
          const now = performance.now.bind(performance)
          performance.now = () => now() + ${ms}
          document.dispatchEvent(new Event('visibilitychange'))
        }`)
      await page.route('**/trends/data?**', (route) => route.abort())
      await pass(61_000)
      await page.waitForSelector('#trend-old:not([hidden])')
      expect(await page.innerText('#trend-old')).toMatch(/what was read until .+\d\d:\d\d is shown/)
      expect(await page.isVisible('.panel canvas')).toBe(true)
      expect(await page.isVisible('#trend-failed')).toBe(false)
      await page.unroute('**/trends/data?**')
      await pass(2000)
      await page.waitForSelector('#trend-old', { state: 'hidden' })

      await page.route('**/trends/data?**', (route) => route.abort())
      await page.click('[data-do="back"]')
      await page.waitForSelector('#trend-failed:not([hidden])')
      await page.unroute('**/trends/data?**')
      await pass(2000)
      await page.waitForSelector('#trend-failed', { state: 'hidden' })
      await drawn(page)
      await page.context().close()
    },
    LONG,
  )

  test(
    'an address that makes no sense is said, and shows the usual',
    async () => {
      const { page, wrong } = await stage.person()
      await logIn(page, `${CHOSEN}&signal=f-171/nothing&from=soon&length=99&unit=d&zoom=1-2&step=7`)
      await drawn(page)
      expect(await page.innerText('#trend-problem')).toContain('A time could not be read')
      expect(await names(page)).toEqual([VIBRATION, TEMPERATURE, OTHER])
      const usual = (await shown(page))!
      expect(usual.to - usual.from).toBe(12 * HOUR)
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )

  test(
    'without JavaScript the form chooses and the table says what was',
    async () => {
      const { page } = await stage.person({ javaScriptEnabled: false, locale: 'ru-RU' })
      await logIn(page, CHOSEN)
      const row = page.locator('#legend tbody tr').first()
      expect(await row.innerText()).toMatch(
        /Ф-171, Подшипник 8: вибрация вертикальная\s+мм\/с\s+\d,\d\d\s+\d,\d\d\s+\d,\d\d/,
      )
      await page.uncheck(`input[value="${OTHER}"]`)
      await page.fill('[name=length]', '2')
      await page.click('text="Показать"')
      await page.waitForURL((at) => at.searchParams.get('length') === '2')
      expect(await page.locator('#legend tbody tr').count()).toBe(2)
      await page.click('[data-do="back"]')
      await page.waitForURL((at) => at.searchParams.has('from'))
      expect(await page.locator('#legend tbody tr').count()).toBe(2)
      await page.context().close()
    },
    LONG,
  )

  test.each(LOOKS)(
    'in %s at %p nothing serious stands in the way of anyone, and nothing runs over',
    async (colorScheme, viewport) => {
      const { page, wrong } = await stage.person({ colorScheme, viewport, locale: 'ru-RU' })
      await logIn(page, PATH)
      expect(await violations(page)).toEqual([])
      await page.goto(CHOSEN)
      await drawn(page)
      expect(await flaws(page)).toEqual([])
      expect(wrong).toEqual([])
      await page.context().close()
    },
    LONG,
  )
})
