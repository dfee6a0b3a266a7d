import { LocalCluster } from './actors/cluster/cluster.ts'
import { Pool } from './actors/cluster/pool.ts'
import type { Nodes } from './actors/cluster/nodes/port.ts'
import type { Cluster } from './actors/cluster/port.ts'
import { manipulators } from './actors/manipulator/manipulators.ts'
import { DeliveryLoop } from './actors/outgoing/loop.ts'
import type { TargetKind } from './actors/outgoing/target.ts'
import { keptFrom } from './actors/plant/retention.ts'
import { appendOf, Fault, putOf, type Put } from './actors/runtime/index.ts'
import type { Command } from './command-line.ts'
import { addUser, loginLink, rotateKeys } from './commands/accounts.ts'
import { backup, restore } from './commands/backup.ts'
import { check } from './commands/check.ts'
import { askPassword } from './commands/password.ts'
import { ConfigError } from './config-error.ts'
import { inCluster, readConfig, usage, type Config } from './config.ts'
import { keepPlantsApart } from './data-dir.ts'
import { openEmbedded } from './editions/embedded.ts'
import { unlistenable } from './editions/waiting-room.ts'
import { Appends } from './figures/appends.ts'
import { FarAsks } from './figures/far-asks.ts'
import { Histogram } from './figures/histogram.ts'
import { listenOptions } from './http/config.ts'
import { createServer } from './http/server.ts'
import { httpConfig, originOf } from './http-config.ts'
import packageJson from './package.json' with { type: 'json' }
import { createLogger, type Logger } from './logger.ts'
import { openSources, SourceError } from './sources.ts'
import type { Tracing } from './tracing/tracing.ts'

const RETAIN_EVERY_MS = 60_000
const SWEEP_EVERY_MS = 60_000
const REPAIR_EVERY_MS = 60_000
const EXPIRE_EVERY_MS = 3_600_000
/** A server that is started anew more often than that keeps house as well. */
const FIRST_EXPIRE_MS = 600_000
/** How long it is known what was sent where: longer than any replay reaches back. */
const DELIVERIES_KEPT_MS = 30 * 86_400_000
/**
 * Ids of actors that keep no history, or whose ids are keys of requests: longer than any retry key lives (24 h), and as long as the log may
 * be replayed by hand.
 */
const IDS_KEPT_MS = 7 * 86_400_000
/** Actors in memory, over all Workers: at 2 kB each a quarter of a gigabyte. */
const MAX_RESIDENT = 120_000
/** An orchestrator kills after 15 s. */
const SHUTDOWN_MS = 14_000

const clock = { now: () => Date.now() }

/** A running system and the way to end it. */
export interface Windbox {
  /** Where it listens, without a trailing slash. */
  readonly url: string
  readonly cluster: Cluster
  /** A link that lets the first admin in, while no admin has a password; else null. */
  firstLink(): Promise<string | null>
  stop(): Promise<void>
}

/**
 * Starts everything in order; what has been started is undone in the other order, also when a later step fails. `interrupted` ends the waiting
 * for log and store: then it rejects.
 */
export async function startWindbox(
  config: Config,
  logger: Logger,
  onFailed: (sentence: string) => void = (sentence) => {
    throw new Error(sentence)
  },
  interrupted?: AbortSignal,
): Promise<Windbox> {
  const undo: (() => unknown)[] = []
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) {
      await Promise.try(step).catch((error: unknown) => logger.error('while stopping', { error: String(error) }))
    }
  }
  try {
    const stopping = new AbortController()
    undo.push(() => stopping.abort())
    const starting = interrupted ? AbortSignal.any([stopping.signal, interrupted]) : stopping.signal
    const { log, store, topics, backend, place, backUp, announce } = inCluster(config)
      ? await (await import('./editions/cluster.ts')).openCluster(config, clock, undo, { logger, signal: starting })
      : await openEmbedded(config, clock, undo)
    await keepPlantsApart(store, config.WINDBOX_PLANT, place)
    const sources = openSources({ config, logId: log.id, clock, logger, signal: stopping.signal })

    let deliveries: DeliveryLoop | undefined
    const tracing = await openTracing(config, logger)
    if (tracing) undo.push(() => tracing.stop())
    const asks = { worker: new Histogram(), node: new FarAsks() }
    const pool = new Pool({
      workers: config.WINDBOX_WORKERS,
      partitions: log.partitions,
      backend,
      maxResident: MAX_RESIDENT,
      onChanged: (addresses, offsets, traces) => local.tell(addresses, offsets, traces),
      onTraced: tracing && ((turns) => tracing.applied(turns)),
      onOutgoing: (at) => deliveries?.wake(at),
      onOwned() {
        nodes?.ownersChanged()
        deliveries?.wake()
      },
      asks: asks.worker,
      onFailed,
      report: (level, sentence) => logger[level](sentence),
      now: () => performance.now(),
    })
    const appends = new Appends()
    const counted = watched(log.put ?? putOf(log.append), appends, logger)
    const append = tracing ? tracing.appending(appendOf(counted)) : appendOf(counted)
    const local = new LocalCluster({ append, store, partitions: log.partitions, pool })
    undo.push(() => pool.stop())
    const nodes = await joinOthers(config, local, logger, onFailed, asks.node, tracing)
    if (nodes) undo.push(() => nodes.stop())
    const cluster = nodes?.cluster ?? local
    pool.start()

    const server = await createServer({
      cluster,
      put: tracing ? putOf(append) : counted,
      config: httpConfig(config),
      clock,
      log: logger,
      figures: {
        edition: backend.edition,
        inspect: () => local.inspect(),
        asks,
        appends,
        deliveries: () => deliveries?.counts,
        spans: () => tracing?.counts ?? { exported: 0, dropped: 0 },
      },
      ...(tracing && { tracing }),
      ...(topics && { topics }),
      restingUntil: (target) => deliveries?.restingUntil(target) ?? null,
      ...(backUp && { backUp }),
      ...(nodes && { besides: nodes.handle }),
    }).catch((error: unknown) => {
      if (!(error instanceof Fault) || error.code !== 'VALIDATION') throw error
      throw new ConfigError(`WINDBOX_ADMIN_EMAIL and WINDBOX_ADMIN_PASSWORD make no account: ${error.message}`)
    })
    try {
      server.app.listen(listenOptions(httpConfig(config)))
    } catch (error) {
      throw unlistenable(config.WINDBOX_HOST, config.WINDBOX_PORT, error)
    }
    undo.push(
      () => server.app.stop(true),
      // The others hear that it leaves while it can still be heard.
      () => nodes?.stop(),
      () => server.stop(),
    )
    void ready(cluster, stopping.signal)
      .then(async (isReady) => {
        if (isReady && cluster.owned().includes(0)) await server.repair()
      })
      .catch((error: unknown) => logger.warn('settings of loops, rotors, relays', { error: String(error) }))
    deliveries = new DeliveryLoop({
      store,
      append: cluster.append,
      kinds: new Map<string, TargetKind>([
        ...Object.entries(server.targets),
        ['tcp', manipulators({ cluster, now: clock.now })],
      ]),
      ...(backend.edition === 'cluster' && { partitions: () => cluster.owned() }),
      now: clock.now,
      random: Math.random,
      report: (sentence) => logger.warn(sentence),
    })
    deliveries.wake()
    undo.push(() => deliveries?.stop())
    const url = originOf(config, server.app.server!.port!)
    undo.push(announce(url))

    const ended = sources.run(cluster, onFailed)
    undo.push(async () => {
      stopping.abort()
      await ended()
    })
    /** One node does it for all: the one that has the first partition. */
    const keepHouse = (ms: number, work: () => Promise<void>, firstMs?: number) =>
      repeat(ms, async () => void (cluster.owned().includes(0) && (await work())), logger, firstMs)
    undo.push(
      keepHouse(RETAIN_EVERY_MS, () => log.retain()),
      keepHouse(SWEEP_EVERY_MS, server.sweep),
      keepHouse(REPAIR_EVERY_MS, server.repair),
      keepHouse(
        EXPIRE_EVERY_MS,
        async () => {
          const now = clock.now()
          const before = await keptFrom(cluster, now, config.WINDBOX_HISTORY_RETENTION)
          await store.expire({
            history: before,
            effects: before,
            deliveries: now - DELIVERIES_KEPT_MS,
            ids: now - IDS_KEPT_MS,
            agedIds: ['device', 'control'],
            historyOf: { event: now - config.WINDBOX_EVENT_RETENTION },
          })
          await server.sweepReplays()
        },
        FIRST_EXPIRE_MS,
      ),
    )
    // First of all when it ends, while it answers as ever.
    undo.push(() => pool.release())
    const { links } = server.authority
    const firstLink = async () =>
      (await links.isNeeded()) ? `${config.WINDBOX_PUBLIC_URL ?? url}${await links.make()}` : null
    return { url, cluster, firstLink, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Follows requests, where there is a collector to tell of them. */
async function openTracing(config: Config, logger: Logger): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers, WINDBOX_NODE_URL: url } = config
  if (endpoint === undefined) return undefined
  const { Tracing } = await import('./tracing/tracing.ts')
  const { version } = packageJson
  const instance = url ?? crypto.randomUUID()
  return new Tracing({
    endpoint,
    headers,
    sample: config.WINDBOX_TRACE_SAMPLE,
    resource: { 'service.name': 'windbox', 'service.version': version, 'service.instance.id': instance },
    random: Math.random,
    report: (sentence) => logger.warn(sentence),
  })
}

/** This node among others, where it has an address that they know. */
async function joinOthers(
  { WINDBOX_NODE_URL: url, WINDBOX_NODE_SECRET: secret, WINDBOX_WORKERS: workers }: Config,
  local: LocalCluster,
  logger: Logger,
  onFailed: (sentence: string) => void,
  asks: FarAsks,
  tracing: Tracing | undefined,
): Promise<Nodes | undefined> {
  if (url === undefined || secret === undefined) return undefined
  const { joinNodes } = await import('./actors/cluster/nodes/nodes.ts')
  const report = (level: 'info' | 'warn' | 'error', sentence: string) => logger[level](sentence)
  const carry = tracing && { carry: () => tracing.carry() }
  return joinNodes({ local, url, secret, workers, version: packageJson.version, asks, report, onFailed, ...carry })
}

/** The log's way to take records, counted, with a word to the operator when it begins to refuse and when that is over. */
function watched(put: Put, appends: Appends, logger: Logger): Put {
  const taken = () => {
    if (appends.isAway) logger.info('the log takes records again')
    appends.isAway = false
  }
  const refused = (error: unknown, calls: number) => {
    appends.refused += calls
    if (!(error instanceof Fault) || error.code !== 'LOG_UNAVAILABLE' || appends.isAway) return
    appends.isAway = true
    logger.warn('the log takes no records', { cause: error.message })
  }
  /** The latest calls that share a promise: they are heard of once, together. */
  let group: { readonly done: Promise<void>; calls: number } | undefined
  return (records, places) => {
    const began = appends.begin(records.length) ? performance.now() : undefined
    const done = put(records, places)
    if (done !== group?.done) {
      const these = (group = { done, calls: 0 })
      void done.then(taken, (error: unknown) => refused(error, these.calls))
    }
    group.calls++
    if (began !== undefined) {
      const taking = () => appends.times.observe((performance.now() - began) / 1000)
      void done.then(taking, () => {})
    }
    return done
  }
}

/** False when it stops before. */
async function ready(cluster: Cluster, stopping: AbortSignal): Promise<boolean> {
  while (!stopping.aborted && !cluster.readiness().ready) await Bun.sleep(50)
  return !stopping.aborted
}

/** Housekeeping that may fail and is tried again, and never meets itself. Returns the way to stop. */
function repeat(ms: number, work: () => Promise<void>, logger: Logger, firstMs = ms): () => void {
  let running = false
  const once = async () => {
    if (running) return
    running = true
    await work().catch((error: unknown) => logger.warn('housekeeping failed', { error: String(error) }))
    running = false
  }
  const first = firstMs < ms ? setTimeout(once, firstMs) : undefined
  const timer = setInterval(once, ms)
  return () => {
    clearTimeout(first)
    clearInterval(timer)
  }
}

/** What a command does besides `start`: prints, and ends. */
async function run(command: Exclude<Command, { name: 'start' }>, config: Config): Promise<void> {
  const say = (sentence: string) => process.stdout.write(`${sentence}\n`)
  switch (command.name) {
    case 'help':
      return void process.stdout.write(usage())
    case 'login-link':
      return void say(await loginLink(config))
    case 'users add': {
      const { email, role } = command
      const link = await addUser(config, { email, role, password: await askPassword(email) })
      return void say(link === null ? `${email} can log in` : `Good once, for 10 minutes: ${link}`)
    }
    case 'keys rotate':
      return void say(`key ${await rotateKeys(config)} signs from now on`)
    case 'backup': {
      const { folder, manifest } = await backup(config, command.to)
      return void say(`${folder}: all that was there at ${manifest.made_at}, verified`)
    }
    case 'restore': {
      const { made_at } = await restore(config, command.from)
      return void say(`${config.WINDBOX_DATA_DIR} is as it was at ${made_at}`)
    }
    case 'check': {
      const findings = await check(config)
      for (const { good, sentence } of findings) say(`${good ? 'good ' : 'wrong'}  ${sentence}`)
      process.exitCode = findings.every(({ good }) => good) ? 0 : 1
    }
  }
}

async function main(): Promise<void> {
  // What is written holds keys and hashes, also in a folder that others may look into.
  process.umask(0o077)
  const { command, config } = readConfig(process.argv.slice(2), process.env)
  if (command.name !== 'start') return await run(command, config)
  const logger = createLogger(config.WINDBOX_LOG)
  let starting: Promise<Windbox> | null = null
  let ending: Promise<void> | null = null
  const interruption = new AbortController()
  const end = (code: number, sentence: string) => {
    ending ??= (async () => {
      logger[code === 0 ? 'info' : 'error'](sentence)
      const late = setTimeout(() => process.exit(1), SHUTDOWN_MS)
      // A start that is under way is waited for, unless it waits itself: only then it is known what there is to undo.
      interruption.abort()
      const windbox = await starting?.catch(() => null)
      await windbox?.stop()
      clearTimeout(late)
      process.exit(code)
    })()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0, `stopping: ${signal}`))
  starting = startWindbox(config, logger, (sentence) => end(1, sentence), interruption.signal)
  const windbox = await starting.catch((error: unknown) => {
    if (!ending) throw error
  })
  if (ending || !windbox) return
  logger.info(`listening on ${windbox.url}`)
  const link = await windbox.firstLink()
  if (link) process.stdout.write(`\n  Log in as the first admin, within 10 minutes: ${link}\n\n`)
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    const expected = error instanceof ConfigError || error instanceof Fault || error instanceof SourceError
    process.stderr.write(`windbox: ${expected ? error.message : Bun.inspect(error)}\n`)
    process.exit(1)
  })
}
