import { afterEach, expect, test } from 'bun:test'
import { DEAD_LETTERS, OUTBOX, type DeadLetter, type DeliveryOutcome } from '../runtime/index.ts'
import { deliveryWorld, FAILED, leaving, TAKEN, until } from './loop.fixture.ts'
import type { Attempt } from './target.ts'

let world: ReturnType<typeof deliveryWorld>
const fresh = () => (world = deliveryWorld())
afterEach(() => world.close())

test('what is in the outbox is sent, once, and its outcome recorded; the outbox lets it go', async () => {
  const { store, loop, status } = fresh()
  await store.putEffects([leaving(1), leaving(2), leaving(3)])
  const one = loop()
  one.wake()
  await until('three are delivered', async () => (await status(3)) === 'delivered' && (await status(1)) === 'delivered')
  expect(world.sent.map(({ id }) => id).sort()).toEqual(['0-1-0', '0-2-0', '0-3-0'])
  expect(world.sent[0]).toMatchObject({ key: 'a', payload: { n: 1 } })
  expect(await store.getDelivery('0-2-0')).toMatchObject({ attempts: 1, nextAt: null, answer: 'thanks', error: null })
  expect(await store.listEffects({ collection: OUTBOX, limit: 9 })).toEqual([])
  // The owner's replay stores the effect again.
  await store.putEffects([leaving(2)])
  one.wake()
  await one.stop()
  await store.putEffects([leaving(4)])
  loop().wake()
  await until('the fourth is delivered', async () => (await status(4)) === 'delivered')
  expect(world.sent.filter(({ id }) => id === '0-2-0')).toHaveLength(1)
})

test('a failure is tried again after 1 s, 5 s, 30 s, 5 min, 30 min, 2 h, 8 h, and then it is a dead letter, once', async () => {
  const { store, loop, pass, status } = fresh()
  world.answer = () => FAILED
  await store.putEffects([leaving(1)])
  const one = loop()
  one.wake()
  const pauses: number[] = []
  for (let attempt = 1; attempt <= 7; attempt++) {
    await until(`attempt ${attempt} is recorded`, async () => (await store.getDelivery('0-1-0'))?.attempts === attempt)
    const { nextAt } = (await store.getDelivery('0-1-0'))!
    pauses.push(nextAt! - world.time)
    pass(one, nextAt! - world.time)
  }
  expect(pauses.map((ms) => ms / 1000)).toEqual([1, 5, 30, 300, 1800, 7200, 28_800])
  await until('it is given up', async () => (await status(1)) === 'dead')
  await until('nothing is left to do', async () => (await store.getDelivery('0-1-0'))!.nextAt === null)
  expect(world.sent).toHaveLength(8)
  expect(new Set(world.sent.map(({ id }) => id)).size).toBe(1)
  const letters = await store.listEffects({ collection: DEAD_LETTERS, limit: 9 })
  expect(letters).toHaveLength(1)
  const letter = JSON.parse(letters[0]!.body) as DeadLetter
  expect(letter).toMatchObject({ code: 'RELAY_EXHAUSTED', error: 'HTTP 500', key: 'event/#0', partition: 0, offset: 1 })
  expect(JSON.parse(letter.payload)).toMatchObject({ payload: { n: 1 } })
})

test('a target that is gone for good, and one that nobody sends to, are dead letters at once', async () => {
  const { store, loop, status } = fresh()
  world.answer = () => ({ taken: false, error: 'HTTP 410', code: 'RELAY_GONE' })
  await store.putEffects([leaving(1), leaving(2, { target: { kind: 'pigeon', key: 'a' } })])
  loop().wake()
  await until('both are given up', async () => (await status(1)) === 'dead' && (await status(2)) === 'dead')
  await until(
    'both are buried',
    async () => (await store.listEffects({ collection: DEAD_LETTERS, limit: 9 })).length === 2,
  )
  const codes = (await store.listEffects({ collection: DEAD_LETTERS, limit: 9 })).map(
    ({ body }) => JSON.parse(body).code,
  )
  expect(codes.sort()).toEqual(['RELAY_GONE', 'RELAY_NO_TARGET'])
  expect(world.sent).toHaveLength(1)
})

test('what is too late is recorded as expired and not sent, and the actor hears of it', async () => {
  const { store, loop, pass } = fresh()
  world.answer = () => FAILED
  const not_after = world.time + 2000
  await store.putEffects([
    leaving(1, { not_after, report: true }),
    leaving(2, { not_after: world.time - 1, report: true }),
  ])
  const one = loop()
  one.wake()
  await until('the late one is reported', () => world.appended.length === 1)
  await until('the other was tried', async () => (await store.getDelivery('0-1-0'))?.attempts === 1)
  pass(one, 1000)
  await until('and tried again', async () => (await store.getDelivery('0-1-0'))?.attempts === 2)
  // The next attempt would be in 5 s: that it is too late is known before.
  expect((await store.getDelivery('0-1-0'))!.nextAt).toBe(not_after + 1)
  pass(one, 1001)
  await until('it has expired', () => world.appended.length === 2)
  const outcomes = world.appended.map(({ value }) => JSON.parse(value) as DeliveryOutcome)
  expect(outcomes).toMatchObject([
    { id: '0-2-0', status: 'expired', attempts: 0 },
    { id: '0-1-0', status: 'expired', attempts: 2, error: 'HTTP 500' },
  ])
  expect(world.appended[0]).toMatchObject({ key: 'event/#0', type: 'delivery', id: 'delivery/0-2-0' })
  expect(world.sent.every(({ id }) => id === '0-1-0')).toBe(true)
})

test('what its kind says is not worth sending any more has expired', async () => {
  const { store, loop, status } = fresh()
  world.answer = ({ id }) => ({ taken: false, error: 'too late', expired: true, tried: id === '0-2-0' })
  await store.putEffects([leaving(1), leaving(2, { report: true })])
  loop().wake()
  await until('both have', async () => (await status(1)) === 'expired' && (await status(2)) === 'expired')
  expect(await store.getDelivery('0-1-0')).toMatchObject({ attempts: 0, error: 'too late', nextAt: null })
  await until('the actor hears of it', () => world.appended.length === 1)
  expect(JSON.parse(world.appended[0]!.value)).toMatchObject({ status: 'expired', attempts: 1, error: 'too late' })
})

test('what waits for a paused target waits on, untried, until it is resumed', async () => {
  const { store, loop, pass, status } = fresh()
  world.answer = () => FAILED
  await store.putEffects([leaving(1), leaving(2)])
  const one = loop()
  one.wake()
  await until(
    'both were tried',
    async () => (await store.getDelivery('0-2-0'))?.attempts === 1 && world.sent.length === 2,
  )
  await until('both are recorded', async () => (await store.getDelivery('0-1-0'))?.attempts === 1)
  world.isPaused = true
  world.answer = () => TAKEN
  for (let i = 0; i < 5; i++) {
    pass(one, 60_000)
    await Bun.sleep(20)
  }
  expect([world.sent.length, one.restingUntil('test/a')]).toEqual([2, null])
  expect(await store.getDelivery('0-1-0')).toMatchObject({ status: 'waiting', attempts: 1 })
  world.isPaused = false
  pass(one, 5000)
  await until('both are taken', async () => (await status(1)) === 'delivered' && (await status(2)) === 'delivered')
})

test('after ten failures in a row the target rests for 30 s; then one attempt shows whether it is back', async () => {
  const { store, loop, pass, status } = fresh()
  world.answer = () => FAILED
  await store.putEffects(Array.from({ length: 25 }, (_, n) => leaving(n)))
  const one = loop({}, { atOnce: 1 })
  one.wake()
  await until('ten have failed', () => world.sent.length === 10)
  await until('the tenth is recorded', async () => (await store.getDelivery('0-17-0'))?.attempts === 1)
  const rests = one.restingUntil('test/a')!
  expect(one.restingUntil('test/b')).toBeNull()
  pass(one, 29_999)
  expect([one.restingUntil('test/a'), rests - world.time]).toEqual([rests, 1])
  await one.stop()
  expect(world.sent).toHaveLength(10)

  const two = loop({}, { atOnce: 1 })
  two.wake()
  await until('ten more have failed', () => world.sent.length === 20)
  pass(two, 30_000)
  await until('one shows that it is still away', () => world.sent.length === 21)
  world.answer = () => TAKEN
  pass(two, 30_000)
  await until('all are delivered', async () => (await store.openTargets()).length === 0)
  expect(await status(24)).toBe('delivered')
})

test('what a target will never take does not make it rest', async () => {
  const { store, loop } = fresh()
  world.answer = () => ({ taken: false, error: 'HTTP 410', code: 'RELAY_GONE' })
  await store.putEffects(Array.from({ length: 30 }, (_, n) => leaving(n)))
  loop().wake()
  await until('all are given up', async () => (await store.openTargets()).length === 0)
  expect(world.sent).toHaveLength(30)
})

test('a target that is away holds up no other, and no target gets more at once than it wants', async () => {
  const { store, loop, status } = fresh()
  let underWay = 0
  let most = 0
  const held = Promise.withResolvers<Attempt>()
  world.answer = async ({ key }) => {
    if (key === 'away') return await held.promise
    most = Math.max(most, ++underWay)
    await Bun.sleep(1)
    underWay--
    return TAKEN
  }
  const away = Array.from({ length: 100 }, (_, n) => leaving(n, { target: { kind: 'test', key: 'away' } }))
  const well = Array.from({ length: 200 }, (_, n) => leaving(100 + n))
  await store.putEffects([...away, ...well])
  loop().wake()
  await until(
    'the other has all of its',
    async () => (await status(299)) === 'delivered' && (await status(100)) === 'delivered',
  )
  await until('none is left', async () => (await store.openTargets()).every(({ target }) => target === 'test/away'))
  expect(most).toBe(4)
  expect(world.sent.filter(({ key }) => key === 'away')).toHaveLength(4)
  held.resolve(TAKEN)
  await until('it is back', async () => (await store.openTargets()).length === 0)
  expect(new Set(world.sent.map(({ id }) => id)).size).toBe(world.sent.length)
})

test('a process that dies before it has recorded the outcome makes the next one send again, under the same id', async () => {
  const { store, loop, status } = fresh()
  await store.putEffects([leaving(1)])
  // Nothing that it writes is there any more: as after a kill.
  const dying = loop({ store: { ...store, putDeliveries: () => new Promise(() => {}) } }, { dead: true })
  dying.wake()
  await until('it was sent', () => world.sent.length === 1)
  loop().wake()
  await until('the next one has recorded it', async () => (await status(1)) === 'delivered')
  expect(world.sent.map(({ id }) => id)).toEqual(['0-1-0', '0-1-0'])
})

test('a dead letter and a report that a dying process owed are made up for, without another attempt', async () => {
  const { store, loop, status } = fresh()
  world.answer = () => ({ taken: false, error: 'HTTP 410', code: 'RELAY_GONE' })
  await store.putEffects([leaving(1, { report: true })])
  const dying = loop({ store: { ...store, putEffects: () => new Promise(() => {}) } }, { dead: true })
  dying.wake()
  await until('it has recorded the end', async () => (await status(1)) === 'dead')
  loop().wake()
  await until('the actor hears of it', () => world.appended.length === 1)
  expect(world.sent).toHaveLength(1)
  const [letter] = await store.listEffects({ collection: DEAD_LETTERS, limit: 9 })
  expect(JSON.parse(letter!.body)).toMatchObject({ code: 'RELAY_GONE', error: 'HTTP 410' })
})

test('a store that takes nothing for a while loses no outcome', async () => {
  const { store, loop, status } = fresh()
  let refusals = 0
  const putDeliveries: typeof store.putDeliveries = async (deliveries) => {
    if (refusals++ < 2) throw new Error('no room')
    await store.putDeliveries(deliveries)
  }
  await store.putEffects([leaving(1)])
  loop({ store: { ...store, putDeliveries } }).wake()
  await until('it is recorded', async () => (await status(1)) === 'delivered')
  expect(world.sent).toHaveLength(1)
  expect(world.reports).toEqual(['deliveries wait: no room'])
})

test('a clock that was set back delays nothing that the log has just taken', async () => {
  const { store, loop, status } = fresh()
  const later = world.time + 3_600_000
  await store.putEffects([{ ...leaving(1, { not_after: later + 1000 }), at: later }])
  loop().wake(later)
  await until('it is delivered', async () => (await status(1)) === 'delivered')
})
