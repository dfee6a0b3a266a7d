// Hurts a cluster of the product under load, looks all the time at what must always hold, and counts at the end:
//
//     npm run chaos -- --faults 300 [--seed S] [--brokers 1|3] [--nodes N] [--minutes M] [--embedded] [--given] [--keep]
//
// It starts brokers, a mongod and three nodes for itself. Ends with 1 when anything acknowledged is lost or doubled, or anything else was
// found that must not be. The same seed gives the same faults; when they meet which request is the machine's.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { TooLong, until } from './asking.ts'
import { audit } from './audit.ts'
import { commit, heal, replaceStuck, type World } from './faults.ts'
import { Node } from './node.ts'
import { observe } from './observers.ts'
import { openPlantTopic } from './plant-topic.ts'
import { signal } from './process.ts'
import { createRandom } from './random.ts'
import { scheduleOf } from './schedule.ts'
import { startLoad } from './senders.ts'
import { startServers } from './servers.ts'
import { ADMIN, createSession } from './session.ts'
import { createWatch } from './watch.ts'

const { values: flags } = parseArgs({
  options: {
    faults: { type: 'string', default: '20' },
    seed: { type: 'string' },
    brokers: { type: 'string', default: '3' },
    nodes: { type: 'string', default: '3' },
    /** No fault begins later. */
    minutes: { type: 'string', default: '600' },
    /** One node of the embedded edition, without servers. */
    embedded: { type: 'boolean', default: false },
    /** On the servers that WINDBOX_KAFKA_BROKERS and WINDBOX_MONGODB_URL name; only nodes are hurt then. */
    given: { type: 'boolean', default: false },
    /** Milliseconds between an answer to a sender and its next request. */
    pause: { type: 'string', default: '40' },
    /** Leaves logs and data where they are. */
    keep: { type: 'boolean', default: false },
  },
})
const numbers = [flags.faults, flags.brokers, flags.nodes, flags.minutes, flags.pause].map(Number)
const [faults, brokers, nodeCount, minutes, pauseMs] = numbers as [number, number, number, number, number]
const seed = Number(flags.seed ?? Math.floor(Math.random() * 1e9))
if (![...numbers, seed].every(Number.isFinite) || ![1, 3].includes(brokers)) {
  console.error(
    'npm run chaos -- --faults N [--seed S] [--brokers 1|3] [--nodes N] [--minutes M] [--embedded] [--given] [--keep]',
  )
  process.exit(2)
}

const SESSION_S = 3
const RECOVERED_MS = 90_000
const DRAINED_MS = 120_000
const SETTLED_MS = 5_000
const AUDITS = 8
const NODES = flags.embedded ? 1 : nodeCount
/** Between two steps. */
const REST_MS = 500

console.log(`seed ${seed}`)
const began = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'windbox-chaos-'))
const elapsed = () => `${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s`
const say = (sentence: string) => console.log(`${elapsed()}  ${sentence}`)
const findings: string[] = []
const found = (sentence: string) => {
  findings.push(sentence)
  say(`!! ${sentence}`)
}

const servers = flags.embedded || flags.given ? null : startServers(join(folder, 'servers'), brokers)
const nodes: Node[] = []
// However it ends, nothing that it started outlives it.
process.on('exit', () => {
  for (const node of nodes) signal(node.pid, 'SIGKILL')
  servers?.stop()
  if (flags.keep || findings.length > 0) console.error(`logs of the nodes: ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
})
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(130))

const namespace = `chaos-${seed}-${process.pid}`
const { WINDBOX_KAFKA_BROKERS = '', WINDBOX_MONGODB_URL = '' } = servers?.env ?? (flags.given ? process.env : {})
const secret = crypto.randomUUID()
const clusterEnv = (url: string) => ({
  WINDBOX_KAFKA_BROKERS,
  WINDBOX_MONGODB_URL,
  WINDBOX_NAMESPACE: namespace,
  ...(NODES > 1 && { WINDBOX_NODE_URL: url, WINDBOX_NODE_SECRET: secret }),
  WINDBOX_SESSION_TIMEOUT: `${SESSION_S}s`,
  WINDBOX_PLANT: 'kafka',
  WINDBOX_PLANT_BROKERS: WINDBOX_KAFKA_BROKERS,
  WINDBOX_PLANT_TOPIC: `${namespace}.plant`,
})
for (let i = 1; i <= NODES; i++) {
  const env = (url: string) => ({
    WINDBOX_PLANT: 'off',
    WINDBOX_RATE_LIMIT: '1000000',
    WINDBOX_ADMIN_EMAIL: ADMIN.email,
    WINDBOX_ADMIN_PASSWORD: ADMIN.password,
    WINDBOX_WORKERS: flags.embedded ? '2' : '1',
    WINDBOX_PARTITIONS: '16',
    ...(flags.embedded ? {} : clusterEnv(url)),
  })
  nodes.push(new Node({ name: `node-${i}`, folder, onEnded: found, env }))
}

const world: World = { nodes, servers, topic: `${namespace}.log`, sessionMs: SESSION_S * 1000, found }
const session = createSession(nodes)
const watch = createWatch(found)
const random = (purpose: string) => createRandom(seed, purpose)

const plant = flags.embedded ? null : await openPlantTopic(WINDBOX_KAFKA_BROKERS.split(','), `${namespace}.plant`)
await heal('start', world)
say(`${NODES} nodes are ready`)
const load = await startLoad({ nodes, session, watch, random: random('load'), plant, pauseMs })
const stopObserving = observe({
  nodes,
  session,
  watch,
  random: random('observers'),
  devices: load.devices,
  database: flags.embedded ? null : { url: WINDBOX_MONGODB_URL, name: namespace },
  onFault: found,
})

/** Everybody is ready, and whoever sends has been answered since. */
async function recovered(phase: string): Promise<void> {
  await heal(phase, world)
  const before = new Map(load.all.map((sender) => [sender, sender.acknowledged]))
  await until(phase, 'senders', 'an acknowledgement for each since all nodes are ready', RECOVERED_MS, () => {
    const waiting = load.all.filter((sender) => sender.acknowledged === before.get(sender))
    return waiting.length === 0 ? null : `none for ${waiting.map(({ name }) => name).join(', ')}`
  })
}

const rest = random('rests')
const counts = new Map<string, number>()
let done = 0
try {
  for (const step of scheduleOf(faults, seed, { servers: servers !== null, brokers, disks: flags.embedded })) {
    if (performance.now() - began > minutes * 60_000) {
      say(`${minutes} minutes are over`)
      break
    }
    const names = step.map(({ verb }) => verb).join(' + ')
    const stepBegan = performance.now()
    await Promise.all(step.map((fault) => commit(world, fault)))
    const undone = performance.now()
    done += step.length
    try {
      await recovered(`after fault ${done} (${names})`)
    } catch (error) {
      if (!(error instanceof TooLong)) throw error
      // A finding, and not the end: what was acknowledged is still to be counted.
      found(error.message)
      for (const node of nodes)
        writeFileSync(join(folder, `${node.name}.${done}.inspect`), (await session.ask(node, '/api/v1/inspect')).text)
      await replaceStuck(world)
      await recovered(`after fault ${done} (${names}), with the nodes that were not ready started anew`)
    }
    for (const { verb } of step) counts.set(verb, (counts.get(verb) ?? 0) + 1)
    const [held, well] = [undone - stepBegan, performance.now() - undone].map((ms) => (ms / 1000).toFixed(1))
    say(`${String(done).padStart(4)}  ${names}: held ${held} s, well after ${well} s`)
    await Bun.sleep(rest.next() * REST_MS)
  }
} catch (error) {
  found(error instanceof Error ? error.message : String(error))
}

let lost = NaN
let doubled = NaN
try {
  await heal('at the end', world)
  await servers?.settled()
  let stopped = false
  const stopping = load.stop().then(() => (stopped = true))
  await until('at the end', 'senders', 'an answer to everything sent', DRAINED_MS, () =>
    stopped ? null : 'still sending',
  )
  await stopping
  await stopObserving()
  for (let left = AUDITS; ; left--) {
    const verdict = await audit({ load, nodes, session, plant })
    ;({ lost, doubled } = verdict)
    if (verdict.sentences.length > 0 && left > 1) await Bun.sleep(SETTLED_MS)
    else {
      verdict.sentences.forEach(found)
      break
    }
  }
} catch (error) {
  found(error instanceof Error ? error.message : String(error))
}
for (const sentence of load.refusals) found(sentence)

const sum = (senders: readonly { acknowledged: number }[]) => senders.reduce((all, one) => all + one.acknowledged, 0)
say([...counts].map(([verb, count]) => `${verb} ${count}`).join(' · '))
say(
  `acknowledged: readings ${sum(load.devices)}, events ${sum(load.events)}, loop readings ${load.loop.acknowledged}, rotors ${load.rotor.acknowledged}, frames ${load.frames?.acknowledged ?? 0}; ` +
    `sent again ${load.again()}; looked at: reads ${watch.counts.reads}, claims ${watch.counts.claims}`,
)
console.log(
  `seed ${seed} · faults ${done} lost ${lost} doubled ${doubled} stale ${watch.counts.stale} owners ${watch.counts.owners} ` +
    `findings ${findings.length} · ${((performance.now() - began) / 60_000).toFixed(1)} min`,
)
process.exit(findings.length > 0 ? 1 : 0)
