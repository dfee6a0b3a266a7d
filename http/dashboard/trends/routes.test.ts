import { expect, test } from 'bun:test'
import type { Cluster } from '../../../actors/cluster/port.ts'
import type { EffectQuery } from '../../../actors/store/port.ts'
import { openSqliteStore } from '../../../actors/store/sqlite/store.ts'
import { emptyCluster, serve } from '../../test-kit.ts'

const BEGIN = Date.parse('2026-11-21T12:00:25Z')
const MINUTE = 60_000
const MISSING = 30
const QUERY = 'from=2026-11-21T12:00:00Z&to=2026-11-21T13:00:00Z&step=600'

/** An hour of frames of every exhauster, one of them missing; a signal's value is the minute. */
const history: Cluster['history'] = (_, { from, to, names }) => {
  const minutes = Array.from({ length: 60 }, (_, minute) => minute).filter((minute) => {
    const at = BEGIN + minute * MINUTE
    return minute !== MISSING && at >= from && at < to
  })
  return Promise.resolve({
    names,
    times: Float64Array.from(minutes, (minute) => BEGIN + minute * MINUTE),
    columns: names.map(() => Float64Array.from(minutes)),
  })
}

const open = (anonymousRole: 'viewer' | undefined, more: Partial<Cluster> = {}) =>
  serve(
    { ...emptyCluster(openSqliteStore(':memory:')), history, ...more },
    { config: anonymousRole ? { anonymousRole } : {}, clock: { now: () => BEGIN + 60 * MINUTE } },
  )

test('the history behind the page is the same as the one of the API', async () => {
  const { call, logIn } = await open('viewer')
  const keys = ['bearing_8.temperature', 'oil.oil_level']
  const { access_token: token } = await logIn()
  const api = await call('GET', `/api/v1/exhausters/f-171/trends?signals=${keys.join()}&${QUERY}`, { token })
  const page = await call(
    'GET',
    `/dashboard/trends/data?${keys.map((key) => `signal=f-171/${key}`).join('&')}&${QUERY}`,
  )
  expect([api.status, page.status]).toEqual([200, 200])
  const series = api.json.series as { signal: string }[]
  expect(page.json).toEqual({
    ...api.json,
    series: series.map((line) => ({ ...line, signal: `f-171/${line.signal}` })),
  })
})

test('changes of status come for the machines whose signals are shown', async () => {
  const change = { exhauster: 'f-171', at: new Date(BEGIN).toISOString(), status: 'alarm', previous: 'ok', causes: [] }
  const effect = (address = '') => {
    const exhauster = address.split('/')[1]!
    const body = JSON.stringify({ ...change, exhauster })
    return { collection: 'status_changes', id: `change-of-${exhauster}`, address, at: BEGIN, body }
  }
  const store = Object.assign(openSqliteStore(':memory:'), {
    listEffects: async ({ address, from = 0 }: EffectQuery) => (BEGIN >= from ? [effect(address)] : []),
  })
  const { call } = await open('viewer', { store })
  const { json } = await call('GET', `/dashboard/trends/changes?signal=f-171/oil.oil_level&${QUERY}`)
  expect(json).toEqual({ items: [{ ...change, id: 'change-of-f-171' }] })
})

test('signals of several machines come as one, in the order that they were asked for', async () => {
  const { call } = await open('viewer')
  const names = ['x-172/oil.oil_level', 'u-171/bearing_1.temperature', 'x-172/bearing_2.temperature']
  const query = `${names.map((name) => `signal=${name}`).join('&')}&${QUERY}`
  const { json } = await call('GET', `/dashboard/trends/data?${query}`)
  expect((json.series as { signal: string }[]).map(({ signal }) => signal)).toEqual(names)
  const table = await call('GET', `/dashboard/trends.csv?${query}`)
  expect(table.headers.get('content-type')).toStartWith('text/csv')
  expect(table.headers.get('content-disposition')).toBe('attachment; filename="trends-2026-11-21.csv"')
  const [head, first] = table.text.split('\r\n')
  expect(head).toStartWith('at,x-172/oil.oil_level min,x-172/oil.oil_level mean')
  expect(first).toStartWith('2026-11-21T12:00:00.000Z,0,4.5,9,')
})

test('a table has the values of single precision without the noise of double', async () => {
  const values = [45.8, 35.9, 1e-7, -0.55, 45.123457].map(Math.fround).concat(45.8000001)
  const one: Cluster['history'] = (_, { names }) =>
    Promise.resolve({
      names,
      times: Float64Array.from(values, (_, minute) => BEGIN + minute * MINUTE),
      columns: names.map(() => Float64Array.from(values)),
    })
  const { call } = await open('viewer', { history: one })
  const { text } = await call(
    'GET',
    `/dashboard/trends.csv?signal=f-171/bearing_8.temperature&${QUERY.replace('600', '60')}`,
  )
  const written = text
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(',')[1])
  expect(written).toEqual(['45.8', '35.9', '1e-7', '-0.55', '45.12346', '45.8000001'])
})

test('nobody reads it without a session, and a wrong question is refused', async () => {
  const closed = await open(undefined)
  const good = `signal=f-171/oil.oil_level&${QUERY}`
  for (const path of ['trends/data', 'trends/changes', 'trends.csv'])
    expect([path, (await closed.call('GET', `/dashboard/${path}?${good}`)).status]).toEqual([path, 401])
  const { call } = await open('viewer')
  for (const wrong of [
    QUERY,
    `signal=f-171/nothing&${QUERY}`,
    `signal=f-171/oil.oil_level&from=2026-11-21&to=2026-11-20&step=60`,
    'signal=f-171/oil.oil_level&from=2026-01-01&to=2026-03-01&step=86400',
    'signal=f-171/oil.oil_level&from=2026-11-20&to=2026-11-21&step=61',
    'signal=f-171/oil.oil_level',
  ])
    expect([wrong, (await call('GET', `/dashboard/trends/data?${wrong}`)).status]).toEqual([wrong, 422])
})

test('the page says in words what its address asks for: table, form, the ways on, in both languages', async () => {
  const { call } = await open('viewer')
  const path = '/dashboard/trends?signal=f-171/bearing_8.temperature&from=2026-11-21T12:00:00Z&length=1&unit=h'
  const english = await call('GET', path, { headers: { 'accept-language': 'en' } })
  expect(english.status).toBe(200)
  const cells = [...english.text.matchAll(/<td class="num[^>]*>([^<]*)</g)].map(([, text]) => text)
  expect(cells.slice(1, 4)).toEqual(['0.0', '29.5', '59.0'])
  expect(english.text).toContain('F-171, Bearing 8: temperature')
  expect(english.text).toContain('value="2026-11-21T12:00"')
  expect(english.text).toContain('from=2026-11-21T11:00:00.000Z')
  const russian = await call('GET', path, { headers: { 'accept-language': 'ru' } })
  expect(russian.text).toContain('Ф-171, Подшипник 8: температура')
  expect(russian.text).toContain('59,0')
})

test('an address that makes no sense is said on the page, which shows the usual; so is a history that cannot be read', async () => {
  const { call } = await open('viewer', { history: () => Promise.reject(new Error('the disk is gone')) })
  const page = await call('GET', '/dashboard/trends?signal=f-171/bearing_8.temperature&from=soon', {
    headers: { 'accept-language': 'en' },
  })
  expect(page.status).toBe(200)
  expect(page.text).toContain('A time could not be read')
  expect(page.text).toMatch(/id="trend-failed" role="alert"\s*>/)
  expect(page.text).toContain('data-signal="f-171/bearing_8.temperature"')
})
