import { MongoClient } from 'mongodb'
import { placeIn } from './asking.ts'
import type { Node } from './node.ts'
import type { Random } from './random.ts'
import type { Device } from './senders.ts'
import type { Session } from './session.ts'
import type { Watch } from './watch.ts'

const INSPECT_EVERY_MS = 400
const READ_EVERY_MS = 30
/** Longer than the store is ever away. */
const STUCK_MS = 15_000

interface Inspection {
  readonly nodes?: readonly {
    readonly node?: string
    readonly workers?: readonly {
      readonly worker?: number
      readonly partitions?: readonly { readonly partition: number; readonly epoch?: number }[]
    }[]
  }[]
}

/** Looks all the time at what must always hold. Returns the way to stop. */
export function observe(parts: {
  nodes: readonly Node[]
  session: Session
  watch: Watch
  random: Random
  devices: readonly Device[]
  /** The product's database, where it has one. */
  database: { readonly url: string; readonly name: string } | null
  onFault: (sentence: string) => void
}): () => Promise<void> {
  const { nodes, session, watch, random, devices, database, onFault } = parts
  let stopping = false
  const keepOn = async (everyMs: number, look: () => Promise<void>): Promise<void> => {
    while (!stopping) {
      await look()
      await Bun.sleep(everyMs)
    }
  }

  /** What a node says of itself: what it knows of others is hearsay, and may be old. */
  async function inspect(node: Node): Promise<void> {
    const life = node.lives
    const { status, text } = await session.ask(node, '/api/v1/inspect', { withinMs: 2_000 })
    if (status === 500) onFault(`/api/v1/inspect was answered 500 by ${node.name}: ${text.slice(0, 200)}`)
    if (status !== 200 || life !== node.lives) return
    for (const each of (JSON.parse(text) as Inspection).nodes ?? []) {
      if (each.node !== undefined && each.node !== 'local' && each.node !== node.url) continue
      for (const { worker = 0, partitions = [] } of each.workers ?? []) {
        for (const { partition, epoch } of partitions) {
          if (epoch !== undefined) watch.claimed({ partition, epoch, by: `${node.name} (life ${life}) #${worker}` })
        }
      }
    }
  }

  async function read(): Promise<void> {
    const [node, device] = [random.pick(nodes), random.pick(devices)]
    const floor = watch.floor(device.name)
    const answer = await session.ask(node, `/api/v1/devices/${device.id}/state`)
    if (answer.status === 500) onFault(`a state was answered 500 by ${node.name}: ${answer.text.slice(0, 200)}`)
    const place = placeIn(answer.headers.get('x-actor-offset'))
    if (answer.status === 200 && place !== null && answer.headers.get('x-state') === 'live') {
      watch.answered(device.name, node.name, floor, place.offset)
    }
  }

  const running = [
    ...nodes.map((node) => keepOn(INSPECT_EVERY_MS, () => inspect(node))),
    keepOn(READ_EVERY_MS, read),
    keepOn(READ_EVERY_MS, read),
  ]
  if (database) {
    const open = () => new MongoClient(database.url, { serverSelectionTimeoutMS: 2_000, maxPoolSize: 1 })
    let client = open()
    const look = async () => {
      const owners = client.db(database.name).collection<{ _id: number; epoch: number }>('owners')
      const asked = owners
        .find()
        .toArray()
        .catch(() => [])
      const found = await Promise.race([asked, Bun.sleep(STUCK_MS)])
      if (!found) {
        // Of an operation whose connection was closed the driver (7.9.0) may never hear under Bun.
        void client.close(true).catch(() => {})
        client = open()
        return
      }
      for (const { _id, epoch } of found) watch.stored(_id, epoch)
    }
    running.push(keepOn(INSPECT_EVERY_MS, look).finally(() => void client.close(true).catch(() => {})))
  }
  return async () => {
    stopping = true
    await Promise.all(running)
  }
}
