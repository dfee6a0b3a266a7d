import { probeRedpanda } from '../actors/log/redpanda/probe.ts'
import { probeMongo } from '../actors/store/mongo/probe.ts'
import type { Finding } from '../commands/check.ts'
import type { Config } from '../config.ts'
import { brokerOf } from './cluster.ts'

/** Of `windbox check`: database and broker as a start would find them. Changes nothing, and may run beside the nodes. */
export async function checkCluster(config: Config): Promise<Finding[]> {
  const { WINDBOX_MONGODB_URL: url, WINDBOX_NAMESPACE: namespace, WINDBOX_PARTITIONS: wanted } = config
  return [
    await look('the database', async () => {
      const { version, replicaSet, actors } = await probeMongo(url!, namespace)
      const sentence = `MongoDB ${version}, ${replicaSet === null ? 'no replica set' : `replica set ${replicaSet}`}, about ${actors} actors in ${namespace}`
      return { good: replicaSet !== null, sentence }
    }),
    await look('the broker', async () => {
      const { brokers, partitions } = await probeRedpanda(brokerOf(config))
      const log = partitions === null ? 'no log yet: a start makes it' : `a log of ${partitions} partitions`
      return {
        good: partitions === null || partitions === wanted,
        sentence: `${brokers} brokers, ${log}, ${wanted} wanted`,
      }
    }),
  ]
}

async function look(what: string, at: () => Promise<Finding>): Promise<Finding> {
  try {
    return await at()
  } catch (error) {
    return { good: false, sentence: `${what}: ${error instanceof Error ? error.message : String(error)}` }
  }
}
