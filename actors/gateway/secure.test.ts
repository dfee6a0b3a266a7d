import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs'
import { createTake } from '../../http/events/take.ts'
import { running, until, type Running } from '../../http/running.fixture.ts'
import { openEventSource } from './events.ts'
import { kafkaPlant } from './kafka.ts'
import { CAN_BE_SECURE, secureBroker, USER } from './secure-broker.fixture.ts'
import { theirTopic } from './topic.fixture.ts'

const LONG = 180_000

describe.skipIf(!CAN_BE_SECURE)('a broker with SASL SCRAM-SHA-512 and TLS of its own authority', () => {
  let broker: Awaited<ReturnType<typeof secureBroker>>
  let system: Running
  beforeAll(async () => {
    broker = await secureBroker()
    system = await running()
  }, LONG)
  afterAll(async () => {
    await system.end()
    await broker.stop()
  }, LONG)

  /** A topic that the user may read, in a group of this name, and nothing else. */
  async function readable(partitions: number) {
    const made = await theirTopic(partitions, { brokers: [broker.open] })
    const allow = (resourceType: AclResourceTypes, resourceName: string, operation: AclOperationTypes) => ({
      resourceType,
      resourceName,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: `User:${USER.username}`,
      host: '*',
      operation,
      permissionType: AclPermissionTypes.ALLOW,
    })
    await made.admin.createAcls({
      acl: [
        allow(AclResourceTypes.TOPIC, made.topic, AclOperationTypes.READ),
        allow(AclResourceTypes.GROUP, made.topic, AclOperationTypes.READ),
      ],
    })
    return made
  }

  function source(topic: string, access: { username?: string; password?: string; caFile?: string }) {
    const stopping = new AbortController()
    const said: string[] = []
    const { username, password, caFile } = access
    const { run } = openEventSource({
      source: {
        name: topic,
        topic,
        brokers: [broker.secure],
        username,
        password,
        caFile,
        start: 'earliest',
        fields: {},
      },
      group: topic,
      now: Date.now,
      signal: stopping.signal,
      report: (_, sentence) => said.push(sentence),
    })
    const { cluster } = system
    const reading = run({ cluster, recordOf: createTake(cluster.partitions).recordOfMessage })
    return {
      said,
      stop: () => (stopping.abort(), reading),
    }
  }

  test(
    'events come from it for a user who may only read',
    async () => {
      const { topic, send, close } = await readable(2)
      await send(
        Array.from({ length: 20 }, (_, n) => ({ key: String(n), value: JSON.stringify({ id: `${topic}-${n}` }) })),
      )
      const { said, stop } = source(topic, { ...USER, caFile: broker.caFile })
      const { access_token: token } = await system.logIn()
      const found = async (n: number) => (await system.call('GET', `/api/v1/events/${topic}-${n}`, { token })).status
      for (let n = 0; n < 20; n++) await until(`event ${n}`, async () => (await found(n)) === 200, LONG)
      // A broker that has just begun may not be ready for groups.
      expect(said.filter((sentence) => !/again$/.test(sentence))).toEqual([])
      await stop()
      await close()
    },
    LONG,
  )

  test(
    'frames of a plant come from it as well',
    async () => {
      const { topic, send, close } = await readable(1)
      await send([{ value: '{"moment":"1"}' }])
      const stopping = new AbortController()
      const { secure, caFile } = broker
      const signal = stopping.signal
      const plant = kafkaPlant({
        brokers: [secure],
        topic,
        group: topic,
        ...USER,
        caFile,
        start: 'earliest',
        signal,
        report: () => {},
      })
      for await (const { text } of plant.frames(null)) {
        expect(new TextDecoder().decode(text)).toBe('{"moment":"1"}')
        break
      }
      stopping.abort()
      await close()
    },
    LONG,
  )

  test.each([
    [
      'a wrong password',
      { username: USER.username, password: 'wrong' },
      'ca',
      'SASL SCRAM SHA512 authentication failed',
    ],
    ['a certificate of another authority', USER, 'stranger', 'certificate'],
  ])(
    '%s is said, and nothing is read',
    async (_, user, authority, sentence) => {
      const { topic, send, close } = await readable(1)
      await send([{ value: JSON.stringify({ id: topic }) }])
      const { said, stop } = source(topic, {
        ...user,
        caFile: authority === 'ca' ? broker.caFile : broker.strangersCaFile,
      })
      await until('it is said', () => said.length > 0, LONG)
      expect(said[0]).toStartWith(`the topic ${topic}: `)
      expect(said[0]).toContain(sentence)
      expect(said[0]).toEndWith('; it is tried again')
      expect(said[0]).not.toContain(user.password)
      await stop()
      await close()
    },
    LONG,
  )

  test(
    'when it is away that is said, once, and when it is back it is read on',
    async () => {
      const { topic, send, close } = await readable(1)
      const { access_token: token } = await system.logIn()
      const isThere = (n: number) => async () =>
        (await system.call('GET', `/api/v1/events/${topic}-${n}`, { token })).status === 200
      const event = (n: number) => [{ value: JSON.stringify({ id: `${topic}-${n}` }) }]
      await send(event(0))
      const { said, stop } = source(topic, { ...USER, caFile: broker.caFile })
      await until('the first is there', isThere(0), LONG)
      await broker.kill()
      await until('it is said', () => said.length > 0, LONG)
      await broker.startAgain()
      await send(event(1))
      await until('the second is there', isThere(1), LONG)
      expect(said).toEqual([expect.stringMatching(/it is tried again$/), `the topic ${topic} is read again`])
      await stop()
      await close()
    },
    LONG,
  )
})
