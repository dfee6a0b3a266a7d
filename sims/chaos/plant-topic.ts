import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { temperatureCode } from '../plant/points.ts'
import { KEY_END, KEY_START, writeMoment } from '../plant/wire.ts'

/** A frame a minute, from so long ago. */
const PAST_MS = 30 * 86_400_000
export const FRAME_EVERY_MS = 60_000
export const EXHAUSTERS = ['u-171', 'u-172', 'f-171', 'f-172', 'x-171', 'x-172']
export const SIGNAL = 'bearing_1.temperature'
const RETRY_MS = 200

/** Numbers that a bearing may have, one after the other. */
export const temperatureOf = (n: number): number => 30 + (n % 20)

/**
 * A plant's own topic: the product reads its frames from there. A frame that the broker may not have taken is sent again, and may stand
 * there twice, as with a real plant's sender.
 */
export async function openPlantTopic(brokers: readonly string[], topic: string) {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 5 } })
  const admin = kafka.admin()
  await admin.connect()
  const replicationFactor = Math.min(3, brokers.length)
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor }], waitForLeaders: true })
  await admin.disconnect()
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  const began = Math.floor((Date.now() - PAST_MS) / FRAME_EVERY_MS) * FRAME_EVERY_MS
  return {
    /** Moment of the n-th frame, epoch ms. */
    momentOf: (n: number) => began + n * FRAME_EVERY_MS,
    /** Resolves when the n-th frame is on all replicas. Frames are sent in their order. */
    async send(n: number): Promise<void> {
      const temperatures = EXHAUSTERS.map((_, i) => [KEY_START + temperatureCode(i, 1) + KEY_END, temperatureOf(n)])
      const value = JSON.stringify({
        moment: writeMoment(began + n * FRAME_EVERY_MS),
        ...Object.fromEntries(temperatures),
      })
      for (;;) {
        try {
          await producer.send({ topic, acks: -1, messages: [{ partition: 0, value }] })
          return
        } catch {
          await Bun.sleep(RETRY_MS)
        }
      }
    },
    close: () => producer.disconnect(),
  }
}
export type PlantTopic = Awaited<ReturnType<typeof openPlantTopic>>
