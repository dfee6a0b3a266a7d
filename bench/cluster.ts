import { startProduct, type Product } from './product.ts'
import { servers } from './servers.ts'

const SECRET = 'nodes of a benchmark know each other by this'

/** A cluster of its own on the named servers: a namespace that nobody else has. */
export function freshCluster(settings: Readonly<Record<string, string>> = {}) {
  const { brokers, mongodb } = servers()!
  const namespace = `bench-${crypto.randomUUID().slice(0, 8)}`
  const shared = {
    WINDBOX_KAFKA_BROKERS: brokers,
    WINDBOX_MONGODB_URL: mongodb,
    WINDBOX_NAMESPACE: namespace,
    WINDBOX_WORKERS: '1',
    ...settings,
  }
  return {
    brokers: brokers.split(','),
    namespace,
    /** The only node there is. */
    alone: (): Promise<Product> => startProduct({ env: shared }),
    /** One of several. A folder that it had before makes it the same node again. */
    node: (): Promise<Product> =>
      startProduct({ env: (url) => ({ ...shared, WINDBOX_NODE_URL: url, WINDBOX_NODE_SECRET: SECRET }) }),
  }
}

/** Devices, by their ids. */
export async function makeDevices({ url, token }: Product, count: number): Promise<number[]> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const ids: number[] = []
  for (let n = 0; n < count; n++) {
    const answer = await fetch(`${url}/api/v1/devices`, { method: 'POST', headers, body: '{}' })
    if (answer.status !== 201) throw new Error(`a device was answered ${answer.status} ${await answer.text()}`)
    ids.push(((await answer.json()) as { id: number }).id)
  }
  return ids
}
