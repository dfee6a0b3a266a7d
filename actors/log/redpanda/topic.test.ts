import { describe, expect, test } from 'bun:test'
import { ConfigResourceTypes } from 'kafkajs'
import { topicOf } from './client.ts'
import { openRedpandaLog } from './log.ts'
import { brokers, freshTopic, PARTITIONS } from './topic.fixture.ts'

describe.skipIf(!brokers)('the topic of the log', () => {
  test('that has another number of partitions is not opened', async () => {
    await using fresh = await freshTopic()
    const other = openRedpandaLog({ ...fresh.where, partitions: PARTITIONS + 1, clock: Date })
    expect(other).rejects.toMatchObject({ code: 'LOG_MISMATCH' })
    await other.catch(() => {})
  }, 60_000)

  test('from which the broker would delete by itself is not opened', async () => {
    await using fresh = await freshTopic()
    await fresh.admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: topicOf(fresh.where.namespace),
          configEntries: [{ name: 'retention.ms', value: '604800000' }],
        },
      ],
    })
    const other = openRedpandaLog({ ...fresh.where, partitions: PARTITIONS, clock: Date })
    expect(other).rejects.toMatchObject({ message: expect.stringContaining('retention.ms=604800000') })
    await other.catch(() => {})
  }, 60_000)

  test('is the same to all who open it at once', async () => {
    await using fresh = await freshTopic()
    const namespace = `${fresh.where.namespace}-once`
    const open = () => openRedpandaLog({ ...fresh.where, namespace, partitions: 2, clock: Date })
    const logs = await Promise.all([open(), open(), open()])
    expect(new Set(logs.map(({ id }) => id)).size).toBe(1)
    for (const log of logs) await log.close()
    await fresh.admin.deleteTopics({ topics: [topicOf(namespace), `${topicOf(namespace)}-id`] })
  }, 60_000)
})
