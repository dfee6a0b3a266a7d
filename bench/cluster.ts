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
