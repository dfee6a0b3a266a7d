import { Fault } from '../../runtime/index.ts'
import { again, singleFlight } from '../again.ts'
import { NodeBus } from './bus.ts'
import { DistributedCluster } from './cluster.ts'
import { settleDisputes } from './disputes.ts'
import { ownActors, ownPartitions } from './own.ts'
import { Peers } from './peers.ts'
import type { Nodes, NodesOptions } from './port.ts'
import { Registry } from './registry.ts'
import { RemoteActors } from './remote.ts'
import { nodeRoutes } from './routes.ts'
import { RoutingTable } from './table.ts'

/** Says that partitions have changed hands. */
const OWNERS = 'owners'
const CLAIM_MS = 100
const DISPUTE_MS = 5000

/**
 * Makes this node one of the cluster: puts it on the list, learns who owns what, listens to the others. Before its Workers claim anything.
 * Fault STORE_UNAVAILABLE.
 */
export async function joinNodes(options: NodesOptions): Promise<Nodes> {
  const { local, url, secret, workers, version, report, onFailed } = options
  const now = () => performance.now()
  const instance = crypto.randomUUID()
  let stopping = false
  const peers = new Peers({
    secret,
    report,
    now: Date.now,
    asks: options.asks,
    ...(options.carry && { carry: options.carry }),
  })
  const registry = new Registry({
    documents: local.store,
    self: { url, instance, workers, version, started_at: new Date().toISOString() },
    now,
    report,
    onReplaced: () => onFailed(`another process goes by the address of this node, WINDBOX_NODE_URL=${url}`),
  })
  const table = new RoutingTable({ store: local.store, nodes: registry, report })
  const bus = new NodeBus({
    instance,
    now,
    report,
    async connect(peer, signal) {
      const { body } = await peers.open(peer, '/.node/stream', { url }, signal)
      registry.saw(peer)
      return body!
    },
  })
  const mine = ownPartitions({ local, table, url })
  const remote = new RemoteActors(peers)
  const cluster = new DistributedCluster({ local, mine, url, registry, table, remote, bus, now })
  bus.subscribe(OWNERS, () => void table.refresh())
  await registry.start(() => stopping || bus.follow(registry.others()))
  await table.start()

  /** A Worker says what it has got before the store knows it: others hear of it when they can read it. */
  const announce = singleFlight(async () => {
    await table.refresh()
    while (!stopping && !local.owned().every(isClaimed)) {
      await Bun.sleep(CLAIM_MS)
      await table.refresh()
    }
    bus.publish(OWNERS, '')
  })
  const isClaimed = (partition: number) => table.claimOf(partition)?.url === url
  const insist = again(DISPUTE_MS, settleDisputes({ local, table, url, announce, report }))

  const handle = nodeRoutes({
    actors: ownActors(local, mine),
    secret,
    now: Date.now,
    report,
    stream({ url: from }) {
      if (stopping) throw new Fault('SHUTTING_DOWN', 'the node is stopping', { retryAfterS: 5 })
      // Who has just come is listened to at once, and not when the list is read next.
      if (!registry.isListed(from)) void registry.look().catch(() => {})
      return bus.stream()
    },
  })

  return {
    cluster,
    handle,
    ownersChanged: () => void announce(),
    async stop() {
      if (stopping) return
      stopping = true
      await Promise.all([insist(), table.stop()])
      await registry.stop().catch((error: unknown) => report('warn', `this node stays on the list: ${String(error)}`))
      await bus.stop()
    },
  }
}
