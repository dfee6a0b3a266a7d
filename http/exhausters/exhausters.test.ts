import { afterAll, beforeAll, expect, test } from 'bun:test'
import { EXHAUSTER_IDS, type ExhausterDocument } from '../../actors/exhauster/schema.ts'
import { POINTS, SIGNALS, signalOf, valueIndex } from '../../actors/exhauster/signals.ts'
import { VALUE_COUNT } from '../../actors/exhauster/wire.ts'
import { formatPosition, type NewRecord } from '../../actors/runtime/index.ts'
import { running, type Running } from '../running.fixture.ts'
import { bytesOf, KeptAnswers } from './kept-answers.ts'

/** The first frame of this plant; then one a minute, but for one that did not come. */
const BEGIN = Date.parse('2026-01-10T00:00:25.168Z')
const MINUTE = 60_000
const FRAMES = 90
const MISSING = 45
const momentOf = (frame: number) => BEGIN + frame * MINUTE
const iso = (ms: number) => new Date(ms).toISOString()

/** The temperature of bearing 1: it is too hot for ten minutes. */
const temperatureOf = (frame: number) => (frame >= 30 && frame < 40 ? 80 : 40 + (frame % 10))

function valuesOf(frame: number): (number | null)[] {
  const values = new Array<number | null>(VALUE_COUNT).fill(null)
  for (const signal of SIGNALS) values[valueIndex(signal)] = 1
  for (const point of POINTS) {
    const [warning, alarm] = point.isTemperature ? [65, 75] : [4.5, 7.1]
    values[valueIndex(point, 'alarm_max')] = alarm!
    values[valueIndex(point, 'warning_max')] = warning!
    values[valueIndex(point, 'alarm_min')] = 0
    values[valueIndex(point, 'warning_min')] = 0
  }
  values[valueIndex(signalOf('bearing_1.temperature')!)] = temperatureOf(frame)
  values[valueIndex(signalOf('cooler_water.temperature_after')!)] = -3276.8
  return values
}

const frameRecord = (id: string, frame: number): NewRecord => ({
  key: `exhauster/${id}`,
  type: 'frame',
  id: String(momentOf(frame)),
  value: JSON.stringify({ moment: momentOf(frame), clock: 'replay', values: valuesOf(frame) }),
})

let served: Running
let token: string
/** Where the last frame of each lies. */
let minOffset: string

beforeAll(async () => {
  served = await running()
  token = (await served.logIn()).access_token
  const last = new Map<string, string>()
  for (let frame = 0; frame < FRAMES; frame++) {
    if (frame === MISSING) continue
    const positions = await served.cluster.append(EXHAUSTER_IDS.map((id) => frameRecord(id, frame)))
    EXHAUSTER_IDS.forEach((id, i) => last.set(id, formatPosition(positions[i]!)))
  }
  minOffset = [...last.values()].join()
  await read('/api/v1/exhausters', { 'x-min-offset': minOffset })
})
afterAll(() => served.end())

const call = (path: string, headers: Record<string, string> = {}) => served.call('GET', path, { token, headers })

async function read(path: string, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const { status, json, text } = await call(path, headers)
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`)
  return json
}

test('the six stand in the order of the plant, without their signals', async () => {
  const { items } = await read('/api/v1/exhausters')
  expect((items as ExhausterDocument[]).map(({ id, updated_at }) => [id, updated_at])).toEqual(
    EXHAUSTER_IDS.map((id) => [id, iso(momentOf(FRAMES - 1))]),
  )
  expect(Object.keys((items as object[])[0]!)).not.toContain('signals')
})

test('a document is what the actor says, byte by byte, and says where in the log', async () => {
  const answer = await call('/api/v1/exhausters/f-171')
  const { body, offset } = await served.cluster.ask('exhauster/f-171', 'document')
  expect(answer.text).toBe(body)
  expect(answer.headers.get('x-actor-offset')).toMatch(new RegExp(`^\\d-${offset}$`))
  expect(answer.headers.get('x-state')).toBe('live')
  expect(Number(answer.headers.get('x-state-age-ms'))).toBeGreaterThanOrEqual(0)
  expect(answer.headers.get('content-type')).toBe('application/json')
})

test('a read that asks for a position sees what was written there, also when it was kept before', async () => {
  const before = await read('/api/v1/exhausters/u-172')
  const [position] = await served.cluster.append([frameRecord('u-172', FRAMES)])
  const after = await read('/api/v1/exhausters/u-172', { 'x-min-offset': formatPosition(position!) })
  expect([before.updated_at, after.updated_at] as string[]).toEqual([iso(momentOf(FRAMES - 1)), iso(momentOf(FRAMES))])
  // And from then on everybody.
  expect((await read('/api/v1/exhausters/u-172')).updated_at as string).toBe(iso(momentOf(FRAMES)))
})

test('a position that does not come is 503, one that is none is 422', async () => {
  const late = await call('/api/v1/exhausters/u-171', { 'x-min-offset': '0-999999' })
  expect(late).toMatchObject({ status: 503, json: { code: 'OFFSET_NOT_REACHED' } })
  expect(late.headers.get('retry-after')).toBeString()
  for (const nonsense of ['x', '1', '1-', '-1', '4-0', '1-2;3-4', '']) {
    expect((await call('/api/v1/exhausters/u-171', { 'x-min-offset': nonsense })).status).toBe(422)
  }
})

test('the document of a moment is that of the last frame before it', async () => {
  const at = async (ms: number) =>
    (await read(`/api/v1/exhausters/u-171/frames?at=${iso(ms)}`)) as unknown as ExhausterDocument
  for (const frame of [0, 7, 29, 30, 39, 40, FRAMES - 1]) {
    const document = await at(momentOf(frame) + 1)
    expect(document.updated_at).toBe(iso(momentOf(frame)))
    expect(document.signals['bearing_1.temperature']!.value).toBe(temperatureOf(frame))
    expect(document.signals['cooler_water.temperature_after']).toMatchObject({ value: null, quality: 'sentinel' })
  }
  expect((await at(momentOf(0))).updated_at).toBe(iso(momentOf(0)))
  expect((await at(momentOf(MISSING))).updated_at).toBe(iso(momentOf(MISSING - 1)))
  expect((await at(momentOf(FRAMES) + 40 * 86_400_000)).updated_at).toBe(iso(momentOf(FRAMES - 1)))
  const before = await call(`/api/v1/exhausters/u-171/frames?at=${iso(BEGIN - 1)}`)
  expect(before).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } })
})

const trends = (query: string) => `/api/v1/exhausters/u-171/trends?${query}`
const hours = `from=2026-01-10T00:00:00Z&to=2026-01-10T02:00:00Z`

test('a minute trend is the frames; a gap is a gap, and so is a broken sensor', async () => {
  const { series, step } = await read(
    trends(`signals=bearing_1.temperature,cooler_water.temperature_after&${hours}&step=60`),
  )
  const [temperature, broken] = series as { signal: string; unit: string; points: number[][] }[]
  const expected = Array.from({ length: FRAMES }, (_, frame) => frame).filter((frame) => frame !== MISSING)
  expect(step as number).toBe(60)
  expect(temperature).toMatchObject({ signal: 'bearing_1.temperature', unit: '°C' })
  expect(temperature!.points).toEqual(
    expected.map((frame) => [BEGIN - 25_168 + frame * MINUTE, ...new Array<number>(3).fill(temperatureOf(frame))]),
  )
  expect(broken!.points).toEqual([])
})

test('a long step holds least, mean and greatest; a cut step is made of what lies inside', async () => {
  const from = momentOf(25)
  const to = momentOf(35)
  const { series } = await read(trends(`signals=bearing_1.temperature&from=${iso(from)}&to=${iso(to)}&step=600`))
  const frames = [25, 26, 27, 28, 29, 30, 31, 32, 33, 34]
  const byStep = Map.groupBy(frames, (frame) => Math.floor(momentOf(frame) / 600_000) * 600_000)
  expect((series as { points: number[][] }[])[0]!.points).toEqual(
    [...byStep].map(([at, of]) => {
      const values = of.map(temperatureOf)
      return [at, Math.min(...values), values.reduce((a, b) => a + b) / values.length, Math.max(...values)]
    }),
  )
})

test('the drives of the later machines are shown in their unit', async () => {
  const query = `signals=drive.stator_current&${hours}&step=86400`
  const of = async (id: string) => {
    const { series } = await read(`/api/v1/exhausters/${id}/trends?${query}`)
    return (series as { points: number[][] }[])[0]!.points[0]![1]
  }
  expect([await of('u-171'), await of('f-171')]).toEqual([1, 0.1])
})

test.each([
  [`signals=no.such&${hours}&step=60`, 'VALIDATION'],
  [`signals=&${hours}&step=60`, 'VALIDATION'],
  [`signals=oil.oil_level,oil.oil_level&${hours}&step=60`, 'VALIDATION'],
  [`signals=oil.oil_level&${hours}&step=61`, 'VALIDATION'],
  [`signals=oil.oil_level&${hours}&step=sixty`, 'VALIDATION'],
  [`signals=oil.oil_level&${hours}`, 'VALIDATION'],
  [`signals=oil.oil_level&from=yesterday&to=now&step=60`, 'VALIDATION'],
  [`signals=oil.oil_level&from=2026-01-10&to=2026-01-10&step=60`, 'VALIDATION'],
  [`signals=oil.oil_level&from=2026-01-10&to=2026-02-11&step=60`, 'VALIDATION'],
  [`signals=${SIGNALS.slice(0, 17).map(({ key }) => key)}&${hours}&step=60`, 'VALIDATION'],
  [`signals=oil.oil_level,oil.oil_pressure&from=2026-01-01&to=2026-02-01&step=60`, 'TOO_MANY_POINTS'],
])('a trend is refused: %s', async (query, code) => {
  expect(await call(trends(query))).toMatchObject({ status: 422, json: { code } })
})

test('a month of one signal by the minute, and sixteen by the hour, are not too much', async () => {
  const month = 'from=2026-01-01&to=2026-02-01'
  expect((await call(trends(`signals=oil.oil_level&${month}&step=60`))).status).toBe(200)
  const many = SIGNALS.slice(0, 16).map(({ key }) => key)
  expect((await call(trends(`signals=${many}&${month}&step=3600`))).status).toBe(200)
})

test('the table for a spreadsheet has a line a step and empty fields for gaps', async () => {
  const query = `signals=cooler_water.temperature_after,bearing_1.temperature&${hours}&step=3600`
  const answer = await call(`/api/v1/exhausters/u-171/trends.csv?${query}`)
  expect(answer.headers.get('content-type')).toStartWith('text/csv')
  expect(answer.headers.get('content-disposition')).toContain('attachment')
  const lines = answer.text.split('\r\n')
  expect(lines[0]).toStartWith('at,cooler_water.temperature_after min,')
  expect(lines[1]).toMatch(/^2026-01-10T00:00:00\.000Z,,,,40,[\d.]+,80$/)
  expect(lines.length).toBe(4)
})

test('changes of status have their cause and come newest first, page by page', async () => {
  const path = '/api/v1/exhausters/u-171/events'
  type Changes = { items: { at: string; status: string; causes: { signal: string }[] }[]; next_cursor: string | null }
  const all = (await read(path)) as unknown as Changes
  expect(all.items.map(({ at }) => at)).toEqual(
    all.items
      .map(({ at }) => at)
      .sort()
      .reverse(),
  )
  const alarm = all.items.find(({ status }) => status === 'alarm')!
  expect(alarm.causes[0]).toMatchObject({ signal: 'bearing_1.temperature', value: 80, limit: 75 })
  const paged: unknown[] = []
  for (let cursor = ''; ;) {
    const page = (await read(`${path}?limit=1${cursor && `&cursor=${cursor}`}`)) as unknown as Changes
    paged.push(...page.items)
    if (page.next_cursor === null) break
    cursor = page.next_cursor
  }
  expect(paged).toEqual(all.items)
  const alarms = (await read(`${path}?status=alarm`)) as unknown as Changes
  expect(alarms.items).toEqual(all.items.filter(({ status }) => status === 'alarm'))
  const early = (await read(`${path}?to=${iso(momentOf(30))}`)) as unknown as Changes
  expect(early.items).toEqual(all.items.filter(({ at }) => Date.parse(at) < momentOf(30)))
  expect((await call(`${path}?status=sad`)).status).toBe(422)
})

test('a rotor is noted, reaches its machine, and one that was missed is sent again', async () => {
  const path = '/api/v1/exhausters/x-172/rotor'
  const post = (body: object) => served.call('POST', path, { token, body })
  const made = await post({ number: ' РТ-17 ', installed_at: '2026-01-09T22:00:00' })
  expect(made).toMatchObject({
    status: 202,
    json: { version: 1, number: 'РТ-17', installed_at: '2026-01-09T22:00:00.000Z' },
  })
  const position = made.headers.get('x-position')!
  expect(made.json.position).toBe(position)
  const { rotor } = await read('/api/v1/exhausters/x-172', { 'x-min-offset': position })
  expect(rotor as object).toMatchObject({ number: 'РТ-17', installed_at: '2026-01-09T22:00:00.000Z' })
  // The document is there, the record never came.
  const missed = {
    exhauster: 'x-172',
    version: 2,
    number: 'РТ-18',
    installed_at: '2026-01-10T00:30:00.000Z',
    recorded_at: '',
    recorded_by: 1,
  }
  await served.store.insert({ name: 'rotors', indexed: ['exhauster'] }, 'x-172/000000002', missed)
  expect(await served.repairRotors()).toBe(1)
  const third = await post({ number: 'РТ-19', installed_at: '2026-01-10T00:40:00Z' })
  expect(third.json.version).toBe(3)
  const after = await read('/api/v1/exhausters/x-172', { 'x-min-offset': third.headers.get('x-position')! })
  expect((after.rotor as { number: string }).number).toBe('РТ-19')
  expect(await served.repairRotors()).toBe(0)
})

test.each([
  [{ number: 'x', installed_at: 'soon' }],
  [{ number: ' ', installed_at: '2026-01-01' }],
  [{ number: '\u0000', installed_at: '2026-01-01' }],
  [{ number: 0, installed_at: '2026-01-01' }],
  [{ number: 'x', installed_at: '2999-01-01' }],
  [{ number: 'x' }],
  [{ number: 'x', installed_at: '2026-01-01', colour: 'red' }],
])('a rotor is refused: %p', async (body) => {
  expect((await served.call('POST', '/api/v1/exhausters/x-171/rotor', { token, body })).status).toBe(422)
})

test('a rotor that is sent again under its key is installed once', async () => {
  const path = '/api/v1/exhausters/f-172/rotor'
  const post = (body: object, key: string, to = path) =>
    served.call('POST', to, { token, body, headers: { 'idempotency-key': key } })
  const rotor = { number: 40, installed_at: '2026-01-09T22:00:00Z' }
  const [first, second] = [await post(rotor, 'k'), await post(rotor, 'k')]
  expect(first).toMatchObject({ status: 202, json: { version: 1, number: '40' } })
  expect(second).toMatchObject({ status: 202, json: { version: 1, number: '40' } })
  const position = second.headers.get('x-position')!
  const { rotor: installed } = await read('/api/v1/exhausters/f-172', { 'x-min-offset': position })
  expect(installed).toMatchObject({ number: '40' })
  const other = await post({ ...rotor, number: 41 }, 'k')
  expect(other).toMatchObject({ status: 422, json: { code: 'IDEMPOTENCY_MISMATCH' } })
  expect(await post(rotor, 'k', '/api/v1/exhausters/f-171/rotor')).toMatchObject({ status: 422 })
  expect(await post(rotor, 'x'.repeat(129))).toMatchObject({ status: 422, json: { code: 'VALIDATION' } })
  const { items } = (await served.call('GET', '/api/v1/audit', { token })).json as { items: { target: string }[] }
  expect(items.filter(({ target }) => target === 'exhauster/f-172')).toHaveLength(1)
})

test.each(['frames?at=2026-01-01', 'trends?signals=oil.oil_level&from=2026-01-01&to=2026-01-02&step=60'])(
  'a read of history waits for a position and refuses what is none: %s',
  async (what) => {
    const path = `/api/v1/exhausters/u-171/${what}`
    expect(await call(path, { 'x-min-offset': 'soon' })).toMatchObject({ status: 422 })
    const late = await call(path, { 'x-min-offset': '0-999999999' })
    expect(late).toMatchObject({ status: 503, json: { code: 'OFFSET_NOT_REACHED' } })
    expect(late.headers.get('retry-after')).toBe('1')
    expect((await call(path, { 'x-min-offset': minOffset })).status).not.toBe(503)
  },
)

test('the sinter machines are listed, and an actor can be looked into', async () => {
  const { items } = await read('/api/v1/machines')
  expect((items as { id: string }[]).map(({ id }) => id)).toEqual(['am-1', 'am-2', 'am-3'])
  const actor = await call('/api/v1/inspect/actors/exhauster/u-171')
  expect([actor.status, actor.headers.get('x-state')]).toEqual([200, 'live'])
  expect((await call('/api/v1/inspect/actors/nonsense/1')).status).toBe(404)
})

test('the position that an answer gives is one that a read takes, also of an actor that no record has reached', async () => {
  const nobody = await call('/api/v1/inspect/actors/machine/am-99')
  const position = nobody.headers.get('x-actor-offset')!
  expect(position).toEndWith('--1')
  expect((await call('/api/v1/inspect/actors/machine/am-99', { 'x-min-offset': position })).status).toBe(200)
})

test("the replaced system's clients find their tree, and the first page is the first", async () => {
  const { exhausters } = await read('/exhausters?anything=goes')
  expect((exhausters as { exhauster_id: number }[]).map(({ exhauster_id }) => exhauster_id)).toEqual([0, 1, 2, 3, 4, 5])
  const { exhauster } = await read('/exhausters/0')
  const { status } = exhauster as { status: Record<string, Record<string, Record<string, unknown>>> }
  expect(status.bearing_1!.temperature).toEqual({
    value: temperatureOf(FRAMES - 1),
    alarm_max: 75,
    alarm_min: 0,
    warning_max: 65,
    warning_min: 0,
    status: 'OK',
  })
  expect(Object.keys(status.bearing_1!.vibration!).sort()).toEqual([
    'vibration_axial',
    'vibration_horizontal',
    'vibration_vertical',
  ])
  expect(status.work!.is_working as unknown).toBe(true)
  expect(status.cooler_water!.temperature_after).toMatchObject({ value: null, status: 'UNKNOWN' })

  const page = async (number: number, size: number, order: string) => {
    const { events } = await read(`/events?exhauster_id=0&page=${number}&size=${size}&sort_order=${order}`)
    return (events as { created_at: string }[]).map(({ created_at }) => created_at)
  }
  const frames = Array.from({ length: FRAMES }, (_, frame) => frame).filter((frame) => frame !== MISSING)
  const times = frames.map((frame) => iso(momentOf(frame)))
  expect(await page(1, 4, 'ASC')).toEqual(times.slice(0, 4))
  expect(await page(1, 4, 'DESC')).toEqual(times.toReversed().slice(0, 4))
  for (const order of ['ASC', 'DESC']) {
    const paged = await Promise.all([1, 2, 3, 4, 5].map((number) => page(number, 20, order)))
    expect(paged.flat()).toEqual(order === 'ASC' ? times : times.toReversed())
  }
  expect(await page(99, 20, 'ASC')).toEqual([])
})

test.each([
  ['/exhausters/6', 404, 'exhauster not found'],
  ['/exhausters/-1', 404, 'exhauster not found'],
  ['/exhausters/abc', 422, 'exhauster_id should be an integer'],
  ['/events?exhauster_id=4&page=0&size=20&sort_order=ASC', 422, 'page should greater than 0'],
  ['/events?page=1&size=20', 422, 'exhauster_id should be an integer'],
  ['/events?exhauster_id=4', 422, 'page should be an integer'],
  ['/events?exhauster_id=4&page=1&size=20&sort_order=UP', 422, 'sort_order should be ASC or DESC'],
])('the aliases answer mistakes in their own words: %s', async (path, status, detail) => {
  expect(await call(path)).toMatchObject({ status, json: { detail } })
})

test('an age grows with the clock without another question, until the data is stale', async () => {
  const updated = Date.parse('2026-01-10T00:00:00.000Z')
  let now = updated + 5
  let asked = 0
  let version = 1
  const answers = new KeptAnswers(
    {
      partitions: 4,
      version: () => version,
      ask: () => {
        asked++
        const document = { name: 'Ш', clock: 'live', updated_at: iso(updated), signals: {}, data_age_ms: now - updated }
        return Promise.resolve({ body: JSON.stringify(document), offset: 1, at: 1, state: 'live' })
      },
    },
    () => now,
  )
  const age = async () =>
    JSON.parse(new TextDecoder().decode(bytesOf(await answers.get('exhauster/u-171', 'document'), now)))
  for (const ms of [0, 9, 10, 99, 12_345, 180_000]) {
    now = updated + ms
    expect(await age()).toEqual({ name: 'Ш', clock: 'live', updated_at: iso(updated), signals: {}, data_age_ms: ms })
  }
  expect(asked).toBe(1)
  version++
  await age()
  expect(asked).toBe(2)
  now = updated + 180_001
  await age()
  expect(asked).toBe(3)
})
