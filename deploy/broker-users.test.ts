import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } from 'kafkajs'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CAN_BE_SECURE, secureBroker, USER } from '../actors/gateway/secure-broker.fixture.ts'
import { readConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import { startWindbox, type Windbox } from '../main.ts'
import { read } from './compose.fixture.ts'

const { WINDBOX_MONGODB_URL } = process.env
const LONG = 180_000

const OPERATIONS: Readonly<Record<string, AclOperationTypes>> = {
  all: AclOperationTypes.ALL,
  read: AclOperationTypes.READ,
  describe: AclOperationTypes.DESCRIBE,
  describe_configs: AclOperationTypes.DESCRIBE_CONFIGS,
}

/** What `deploy/redpanda/users` grants a user, as the broker is told it. */
function grantsOf(user: string) {
  const commands = read('deploy/redpanda/users').replace(/\\\n/g, ' ').split('\n')
  return commands.flatMap((command) => {
    const words = command.split(/\s+/).map((word) => word.replaceAll("'", ''))
    if (!command.startsWith('rpk security acl create') || !words.includes(`User:${user}`)) return []
    const after = (flag: string) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined)
    const isPrefix = after('--resource-pattern-type') === 'prefixed'
    const resources: [AclResourceTypes, string | undefined][] = [
      [AclResourceTypes.TOPIC, after('--topic')],
      [AclResourceTypes.GROUP, after('--group')],
      [AclResourceTypes.CLUSTER, words.includes('--cluster') ? 'kafka-cluster' : undefined],
    ]
    return resources.flatMap(([resourceType, resourceName]) =>
      resourceName === undefined
        ? []
        : after('--operation')!
            .split(',')
            .map((operation) => ({
              resourceType,
              resourceName,
              resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
              principal: `User:${USER.username}`,
              host: '*',
              operation: OPERATIONS[operation]!,
              permissionType: AclPermissionTypes.ALLOW,
            })),
    )
  })
}

describe.skipIf(!CAN_BE_SECURE || !WINDBOX_MONGODB_URL)('a broker that lets nobody do more than it was told', () => {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-users-'))
  const namespace = `windbox-${crypto.randomUUID().slice(0, 8)}`
  let broker: Awaited<ReturnType<typeof secureBroker>>
  let windbox: Windbox | undefined

  beforeAll(async () => {
    broker = await secureBroker()
    const admin = new Kafka({ brokers: [broker.open], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    await admin.createAcls({ acl: grantsOf('windbox') })
    await admin.disconnect()
  }, LONG)
  afterAll(async () => {
    await windbox?.stop()
    await broker.stop()
    rmSync(dir, { recursive: true, force: true })
  }, LONG)

  test(
    'what deploy/redpanda/users grants is enough for a node, over TLS with a log-in, from an empty broker on',
    async () => {
      const { config } = readConfig([], {
        WINDBOX_KAFKA_BROKERS: broker.secure,
        WINDBOX_KAFKA_USERNAME: USER.username,
        WINDBOX_KAFKA_PASSWORD: USER.password,
        WINDBOX_KAFKA_CA: broker.caFile,
        WINDBOX_MONGODB_URL,
        WINDBOX_NAMESPACE: namespace,
        WINDBOX_PARTITIONS: '4',
        WINDBOX_WORKERS: '1',
        WINDBOX_DATA_DIR: dir,
        WINDBOX_PORT: '0',
        WINDBOX_PLANT: 'off',
      })
      windbox = await startWindbox(config, createLogger('error'))
      const deadline = performance.now() + 60_000
      while (!windbox.cluster.readiness().ready) {
        if (performance.now() > deadline) throw new Error('it is not ready after 60 s')
        await Bun.sleep(50)
      }
      const value = JSON.stringify({ values: { x: 1 } })
      const [position] = await windbox.cluster.append([{ key: 'device/7', type: 'reading', value }])
      await windbox.cluster.reach(new Map([[position!.partition, position!.offset]]))
      expect(windbox.cluster.owned()).toHaveLength(4)
    },
    LONG,
  )
})
