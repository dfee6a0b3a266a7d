import { afterAll, beforeAll, expect, test } from 'bun:test'
import { DEAD_LETTERS } from '../../../actors/runtime/index.ts'
import { running, until, type Running } from '../../running.fixture.ts'
import { ADMIN } from '../../test-kit.ts'

const ORIGIN = { origin: 'http://localhost', 'accept-language': 'en' }
let system: Running
let admin: Person
let engineer: Person
let operator: Person

/** Somebody at the pages. */
interface Person {
  see(path: string): Promise<string>
  /** Sends a form of a page of theirs. */
  send(path: string, fields: Record<string, string>): Promise<{ status: number; to: string | null; page: string }>
}

async function personOf({ email, password }: typeof ADMIN): Promise<Person> {
  const entered = await system.raw('POST', '/dashboard/login', { form: { username: email, password }, headers: ORIGIN })
  const headers = { ...ORIGIN, cookie: entered.headers.getSetCookie()[0]!.split(';')[0]! }
  const see = async (path: string) => await (await system.raw('GET', path, { headers })).text()
  const csrf = /name="csrf" value="([^"]+)"/.exec(await see('/dashboard'))![1]!
  return {
    see,
    async send(path, fields) {
      const answer = await system.raw('POST', path, { form: { csrf, ...fields }, headers })
      return { status: answer.status, to: answer.headers.get('location'), page: await answer.text() }
    },
  }
}

beforeAll(async () => {
  system = await running()
  await system.repair()
  const token = (await system.logIn()).access_token
  const withRole = async (role: string) => {
    const user = { email: `${role}@plant.example`, password: `correct horse ${role}` }
    const { json } = await system.call('POST', '/auth/register', { body: user })
    await system.call('PATCH', `/users/${json.id}`, { token, body: { role } })
    return await personOf(user)
  }
  admin = await personOf(ADMIN)
  engineer = await withRole('engineer')
  operator = await withRole('operator')
})
afterAll(() => system.end())

const SETTINGS = {
  interval_s: '7',
  alpha: '0.01',
  test: 'welch',
  host: '127.0.0.1',
  port: '7001',
  timeout_ms: '',
  acknowledge: 'on',
  safe: 'down',
  silence_s: '60',
}
const documentOf = async (loop: string) =>
  JSON.parse((await system.cluster.ask(`control/${loop}`, 'document')).body) as { version: number }

test('an engineer makes a loop by a form, once, and changes all of its settings', async () => {
  const made = await engineer.send('/dashboard/control', { act: 'create', name: 'line-2', ...SETTINGS })
  expect([made.status, made.to]).toEqual([303, '/dashboard/control/line-2?done=loop-made'])
  expect(await documentOf('line-2')).toMatchObject({
    interval_s: 7,
    alpha: 0.01,
    test: 'welch',
    manipulator: { host: '127.0.0.1', port: 7001, acknowledge: true, timeout_ms: 1000 },
    interlock: { status: 'down', engaged: false, silence_s: 60 },
    dry_run: false,
  })
  const again = await engineer.send('/dashboard/control', { act: 'create', name: 'line-2', ...SETTINGS })
  expect(again.status).toBe(409)
  expect(again.page).toContain('There is a loop of this name already.')

  const path = '/dashboard/control/line-2'
  const form = /id="loop-form"[\s\S]*?<\/form>/.exec(await engineer.see(path))![0]
  expect(form).toMatch(/name="port"\s+value="7001"/)
  const version = /name="version" value="(\d+)"/.exec(form)![1]!
  const dry = { ...SETTINGS, act: 'settings', version, host: '', safe: '', dry_run: 'on' }
  expect((await engineer.send(path, dry)).to).toBe(`${path}?done=loop-changed`)
  expect(await documentOf('line-2')).toMatchObject({ manipulator: null, interlock: null, dry_run: true })
  // The version is that of a form opened before the change.
  const late = await engineer.send(path, { ...dry, interval_s: '9' })
  expect(late.status).toBe(409)
  expect(late.page).toContain('It has changed in the meantime.')
  expect(await documentOf('line-2')).toMatchObject({ interval_s: 7 })
  const token = (await system.logIn()).access_token
  expect((await system.call('GET', '/api/v1/audit', { token })).text).toContain('loop.changed')
})

test.each([
  ['a name that no loop may have', { name: 'Line 3' }, 'small Latin letters'],
  ['no interval', { interval_s: '' }, 'whole number of seconds'],
  ['an interval that is no number', { interval_s: 'soon' }, 'whole number of seconds'],
  ['a level of significance of one', { alpha: '1' }, 'above 0 and below 1'],
  ['no manipulator, though it is no dry run', { host: '' }, 'needs a name or an address'],
  ['a manipulator without a port', { port: '' }, 'needs a name or an address'],
])('the form of a loop is refused, and keeps what was filled in: %s', async (_, wrong, words) => {
  const fields = { act: 'create', name: 'line-3', ...SETTINGS, silence_s: '1234', ...wrong }
  const { status, page } = await engineer.send('/dashboard/control', fields)
  expect(status).toBe(422)
  expect(page).toMatch(new RegExp(`Nothing is changed\\. [^<]*${words}`))
  expect(page).toMatch(/name="silence_s"\s+value="1234"/)
  expect((await engineer.send('/dashboard/control/line-3', { act: 'settings' })).status).toBe(404)
})

test('an operator changes no settings', async () => {
  expect(await operator.see('/dashboard/control/default')).not.toContain('loop-form')
  const settings = { act: 'settings', version: '1', ...SETTINGS }
  expect((await operator.send('/dashboard/control/default', settings)).status).toBe(403)
  expect((await operator.send('/dashboard/control', { ...settings, act: 'create', name: 'mine' })).status).toBe(403)
})

test('an actor in quarantine is named beside its letters, and an admin releases it there', async () => {
  let letter = ''
  for (let n = 0; n < 6; n++) {
    const [position] = await system.cluster.append([{ key: 'plant/ill', type: 'message', value: '{"nothing":1}' }])
    letter = `${position!.partition}-${position!.offset}-0`
    await until('its dead letter', async () => (await system.store.getEffect(DEAD_LETTERS, letter)) !== undefined)
  }
  const path = `/dashboard/dead-letters?id=${letter}`
  const seen = await operator.see(path)
  expect(seen).toContain('plant/ill is in quarantine')
  expect(seen).toContain('Releasing needs the role administrator.')
  expect((await operator.send(path, { act: 'release' })).status).toBe(403)
  expect(await admin.see(path)).toContain('Release it')
  const { status, to } = await admin.send(path, { act: 'release' })
  expect([status, to]).toEqual([303, `${path}&done=released`])
  expect(await admin.see(to!)).not.toContain('is in quarantine')
  // It fails again, and is known to have been tried.
  expect((await operator.send(path, { act: 'replay' })).status).toBe(409)
  expect(await admin.see(path)).toContain('operator@plant.example')
  const again = await admin.send(path, { act: 'release' })
  expect(again.status).toBe(409)
  expect(again.page).toContain('Not released. plant/ill is not quarantined.')
})

test('the form of a device’s key makes one key, however often it is sent', async () => {
  const { to } = await operator.send('/dashboard/devices', { act: 'create', name: 'Crane' })
  const path = to!.split('?')[0]!
  const formOf = (page: string) => /name="key_id"\s+value="([^"]+)"/.exec(page)![1]!
  const key_id = formOf(await operator.see(path))
  const made = await operator.send(path, { act: 'make-key', name: 'gateway', key_id })
  expect(made.page).toContain('wbk_')
  expect(await operator.send(path, { act: 'make-key', name: 'gateway', key_id })).toMatchObject({
    status: 303,
    to: `${path}?done=key-known`,
  })
  const second = await operator.send(path, { act: 'make-key', name: 'gateway', key_id: formOf(made.page) })
  expect(second.page).toContain('wbk_')
  expect((await operator.see(path)).match(/value="revoke-key"/g)).toHaveLength(2)
})

test.each([
  ['no URL', 'shop', 'a whole URL'],
  ['another protocol', 'ftp://shop.example', 'a whole URL'],
  ['a machine of ours', 'http://127.0.0.1/in', 'an inner network'],
])('the form of a relay says in words of its own what is wrong with its address: %s', async (_, place, words) => {
  const fields = { act: 'create', name: 'Shop', kind: 'webhook', place }
  const { status, page } = await engineer.send('/dashboard/relays', fields)
  expect([status, page.includes('Nothing is changed.'), page.includes(words)]).toEqual([422, true, true])
})
