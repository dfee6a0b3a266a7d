import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import type { CommandView, DecisionView, LoopDocument } from '../../actors/control/schema.ts'
import { manipulators } from '../../actors/manipulator/manipulators.ts'
import { DeliveryLoop } from '../../actors/outgoing/loop.ts'
import { startManipulator, type Behaviour, type SimulatedManipulator } from '../../sims/manipulator/manipulator.ts'
import { running, until, type Running } from '../running.fixture.ts'

let system: Running
let admin: string
let deliveries: DeliveryLoop
const open: SimulatedManipulator[] = []

beforeAll(async () => {
  system = await running()
  admin = (await system.logIn()).access_token
  deliveries = new DeliveryLoop({
    store: system.store,
    append: system.cluster.append,
    kinds: new Map([['tcp', manipulators({ cluster: system.cluster, now: Date.now })]]),
    now: Date.now,
    random: () => 0.5,
    report: () => {},
  })
})
afterEach(() => open.splice(0).forEach((one) => one.stop()))
afterAll(async () => {
  await deliveries.stop()
  await system.end()
})

const path = (loop: string, rest = '') => `/api/v1/control/loops/${loop}${rest}`
const get = (path: string) => system.call('GET', path, { token: admin })
const decisions = async (loop: string) => (await get(path(loop, '/decisions'))).json.items as DecisionView[]

function manipulator(behaviour: Behaviour) {
  const one = startManipulator({ behaviour, now: Date.now })
  open.push(one)
  return one
}

async function loopOf(name: string, port: number, more: object = {}) {
  const manipulator = { host: '127.0.0.1', port, timeout_ms: 200, ...more }
  const body = { interval_s: 1, alpha: 0.05, test: 'welch', manipulator }
  expect((await system.call('PUT', path(name), { token: admin, body })).status).toBe(201)
}

/** Until it holds; what is to be delivered is looked at all the time, as the node's notices would say. */
const sooner = (what: string, holds: () => Promise<boolean> | boolean) =>
  until(what, () => {
    deliveries.wake(Date.now())
    return holds()
  })

test('each decision is a line at the manipulator, over a connection of its own', async () => {
  const one = manipulator('take')
  await loopOf('plain', one.port)
  await sooner('three lines', () => one.lines.length >= 3)
  const commands = one.lines.map(({ line }) => JSON.parse(line) as { datetime: string; status: string })
  expect(Object.keys(commands[0]!)).toEqual(['datetime', 'status'])
  expect(new Set(commands.map(({ status }) => status))).toEqual(new Set(['down']))
  await sooner('the deliveries', async () => {
    const found = (await decisions('plain')).filter(({ delivery }) => delivery.status === 'delivered')
    return commands.slice(0, 3).every(({ datetime }) => found.some(({ at }) => at === datetime))
  })
  await sooner('the loop to hear of it', async () => {
    const { last_delivery } = (await get(path('plain'))).json as unknown as LoopDocument
    return last_delivery?.status === 'delivered'
  })
})

test('an acknowledgement stands in the list of decisions', async () => {
  const one = manipulator('acknowledge')
  await loopOf('acknowledged', one.port, { acknowledge: true })
  await sooner('an answer', async () =>
    (await decisions('acknowledged')).some(({ delivery }) => delivery.answer === 'ok'),
  )
})

test('a command that nobody takes within its interval is recorded as expired, with the reason, and never sent', async () => {
  const one = manipulator('hang')
  await loopOf('hanging', one.port, { acknowledge: true })
  await sooner('an expired command', async () =>
    (await decisions('hanging')).some(({ delivery }) => delivery.status === 'expired'),
  )
  const expired = (await decisions('hanging')).find(({ delivery }) => delivery.status === 'expired')!
  expect(expired.delivery.error).toContain('no answer within 200 ms')
  one.behave('acknowledge')
  await sooner('a later command', async () =>
    (await decisions('hanging')).some(({ delivery }) => delivery.answer === 'ok'),
  )
  const { status } = (await decisions('hanging')).find(({ id }) => id === expired.id)!.delivery
  expect(status).toBe('expired')
})

test('a person’s command goes out at once', async () => {
  const one = manipulator('take')
  await loopOf('manual', one.port)
  const body = { status: 'up', reason: 'inspection' }
  expect((await system.call('POST', path('manual', '/commands'), { token: admin, body })).status).toBe(200)
  await sooner('the line', () => one.lines.some(({ line }) => line.includes('"up"')))
  await sooner('its delivery', async () => {
    const [command] = (await get(path('manual', '/commands'))).json.items as CommandView[]
    return command?.delivery.status === 'delivered'
  })
})

const told = ({ lines }: SimulatedManipulator) =>
  lines.map(({ line }) => (JSON.parse(line) as { status: string }).status)
const newest = async (loop: string) =>
  ((await get(path(loop, '/commands'))).json.items as CommandView[]).map(({ delivery }) => delivery.status)

test('an interlock’s safe position does not wait behind a command that nobody acknowledges', async () => {
  const one = manipulator('hang')
  const settings = {
    interval_s: 86_400,
    alpha: 0.05,
    test: 'welch',
    manipulator: { host: '127.0.0.1', port: one.port, acknowledge: true, timeout_ms: 10_000 },
  }
  const put = async (more: object) => {
    const body = { ...settings, ...more }
    expect([200, 201]).toContain((await system.call('PUT', path('held'), { token: admin, body })).status)
  }
  await put({})
  await system.call('POST', path('held', '/commands'), { token: admin, body: { status: 'up', reason: 'test' } })
  await sooner('the command', () => told(one).length > 0)
  await put({ interlock: { status: 'down', engaged: true } })
  await sooner('the safe position', () => told(one).includes('down'))
  expect(told(one)).toEqual(['up', 'down'])
  await sooner('the end of the older', async () => (await newest('held')).includes('expired'))
})

test('what waits is not sent any more in a dry run', async () => {
  const gone = manipulator('take')
  gone.stop()
  const target = { host: '127.0.0.1', port: gone.port, timeout_ms: 200 }
  const settings = { interval_s: 86_400, alpha: 0.05, test: 'welch', manipulator: target }
  await system.call('PUT', path('dried'), { token: admin, body: settings })
  await system.call('POST', path('dried', '/commands'), { token: admin, body: { status: 'up', reason: 'test' } })
  await system.call('PUT', path('dried'), { token: admin, body: { ...settings, dry_run: true } })
  await sooner('its end', async () => (await newest('dried'))[0] === 'expired')
})

test('two loops of one manipulator do not wait for each other', async () => {
  const one = manipulator('hang')
  await loopOf('mute', one.port, { acknowledge: true, timeout_ms: 10_000 })
  await sooner('the first line', () => one.lines.length > 0)
  await loopOf('free', one.port)
  await sooner('a delivery', async () =>
    (await decisions('free')).some(({ delivery }) => delivery.status === 'delivered'),
  )
})
