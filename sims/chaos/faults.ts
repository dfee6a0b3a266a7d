import { ask, until } from './asking.ts'
import type { Node } from './node.ts'
import { limitFiles, runs, signal } from './process.ts'
import type { Fault, Verb } from './schedule.ts'
import type { Servers } from './servers.ts'

/** The longest that something stays down, or is only slow. */
const DOWN_MS = 3_000
const SLOW_MS = 2_500
/** A node that is frozen for so many session time-outs has lost its place when it goes on. */
const FROZEN_SESSIONS = 1.5
/** Not more than clocks of machines may differ for a reading that is sent now to be taken. */
const MOST_SKEW_MS = 45_000
/** A server that may write no more ends by itself, or it is let go on. */
const FULL_MS = 2_000
const READY_MS = 60_000

export interface World {
  readonly nodes: readonly Node[]
  readonly servers: Servers | null
  /** The log's topic. */
  readonly topic: string
  readonly sessionMs: number
  /** Hears of what a verb found wrong. */
  readonly found: (sentence: string) => void
}

const ready = (phase: string, node: Node) =>
  until(phase, node.name, 'GET /health/ready 200', READY_MS, async () => {
    const { status, text } = await ask(`${node.url}/health/ready`, { withinMs: 2_000 })
    return status === 200 ? null : `${status} ${text} (${node.runs ? 'it runs' : 'it does not run'})`
  })

/** Only one broker is down at a time: with two of three away, nothing could be acknowledged until one is back. */
async function brokerOf({ servers }: World, target: number): Promise<string> {
  await servers!.settled()
  return servers!.brokers[target % servers!.brokers.length]!
}

async function killServer({ servers }: World, name: string, downMs: number): Promise<void> {
  signal(servers!.pid(name), 'SIGKILL')
  await Bun.sleep(downMs)
  await servers!.restart(name)
}

async function freezeServer({ servers }: World, name: string, ms: number): Promise<void> {
  const pid = servers!.pid(name)
  signal(pid, 'SIGSTOP')
  await Bun.sleep(ms)
  signal(pid, 'SIGCONT')
}

async function fillDisk({ servers }: World, name: string): Promise<void> {
  const pid = servers!.pid(name)
  await limitFiles(pid, 4096)
  await Bun.sleep(FULL_MS)
  if (runs(pid)) await limitFiles(pid, null)
  await servers!.restart(name)
}

/** Each resolves when what it took down runs again; it need not be ready by then. */
const DEEDS: Readonly<Record<Verb, (world: World, fault: Fault) => Promise<void>>> = {
  async 'kill node'({ nodes }, { target, hold }) {
    const node = nodes[target % nodes.length]!
    await node.kill()
    await Bun.sleep(hold * DOWN_MS)
    node.start()
  },

  async 'freeze node'({ nodes, sessionMs }, { target }) {
    const node = nodes[target % nodes.length]!
    node.freeze()
    await Bun.sleep(FROZEN_SESSIONS * sessionMs)
    node.thaw()
  },

  async 'drop worker'({ nodes }, { target }) {
    nodes[target % nodes.length]!.dropWorker(target)
  },

  async 'rolling restart'({ nodes, found }) {
    for (const node of nodes) {
      const code = await node.terminate()
      if (code !== 0) found(`${node.name} ended with ${code} after SIGTERM: ${node.lastWords()}`)
      node.start()
      await ready('rolling restart', node)
    }
  },

  async 'jump clock'({ nodes }, { target, hold }) {
    nodes[target % nodes.length]!.skewClock(Math.round((2 * hold - 1) * MOST_SKEW_MS))
  },

  async 'fill node disk'({ nodes }, { target }) {
    const node = nodes[target % nodes.length]!
    await limitFiles(node.pid, 4096)
    await Bun.sleep(FULL_MS)
    await limitFiles(node.pid, null)
  },

  async 'kill broker'(world, { target, hold }) {
    await killServer(world, await brokerOf(world, target), hold * DOWN_MS)
  },

  async 'freeze broker'(world, { target, hold }) {
    await freezeServer(world, await brokerOf(world, target), hold * SLOW_MS)
  },

  async 'fill broker disk'(world, { target }) {
    await fillDisk(world, await brokerOf(world, target))
  },

  async 'kill leader'(world, { target, hold }) {
    const any = await brokerOf(world, target)
    await killServer(world, (await world.servers!.leaderOf(world.topic, target)) ?? any, hold * DOWN_MS)
  },

  'kill mongod': (world, { hold }) => killServer(world, 'mongod', hold * DOWN_MS),
  'freeze mongod': (world, { hold }) => freezeServer(world, 'mongod', hold * SLOW_MS),
  'fill mongod disk': (world) => fillDisk(world, 'mongod'),
}

/** Does what the verb says, and undoes it. */
export const commit = (world: World, fault: Fault): Promise<void> => DEEDS[fault.verb](world, fault)

/** As an operator does with nodes that do not become ready. */
export async function replaceStuck({ nodes }: World): Promise<void> {
  for (const node of nodes) {
    const { status } = await ask(`${node.url}/health/ready`, { withinMs: 2_000 })
    if (status === 200) continue
    await node.kill()
    node.start()
  }
}

/** Whatever a fault left behind is undone, and whoever ended by himself is started again: then everybody has to become ready. */
export async function heal(phase: string, { nodes, servers }: World): Promise<void> {
  for (const name of servers ? [...servers.brokers, 'mongod'] : []) {
    signal(servers!.pid(name), 'SIGCONT')
    await servers!.restart(name)
  }
  for (const node of nodes) {
    if (node.frozen) node.thaw()
    node.start()
  }
  await Promise.all(nodes.map((node) => ready(phase, node)))
}
