import type { Cluster } from '../actors/cluster/port.ts'
import type { RelayKind } from '../actors/relay/schema.ts'
import { putOf, type Put } from '../actors/runtime/index.ts'
import { resolveByDns } from '../actors/outgoing/destination.ts'
import { topicTarget, type TopicWriter } from '../actors/outgoing/topic.ts'
import { webhookTarget } from '../actors/outgoing/webhook.ts'
import type { Figures } from '../figures/figures.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { authPages } from '../views/pages/auth.ts'
import { createAuthority } from './auth/authority.ts'
import { pageAuthRoutes } from './auth/page-routes.ts'
import { createPageSessions } from './auth/page-sessions.ts'
import type { HashCost } from './auth/passwords.ts'
import { authRoutes } from './auth/routes.ts'
import { backupRoutes, type BackUp } from './backups.ts'
import { controlAliases } from './compat/control.ts'
import { eventAliases } from './compat/events.ts'
import { exhausterAliases } from './compat/exhausters.ts'
import { playbackAliases } from './compat/playback.ts'
import { statisticsAliases } from './compat/statistics.ts'
import type { HttpConfig } from './config.ts'
import { logStatusChanges } from './control/journal.ts'
import { createLoops } from './control/loops.ts'
import { controlRoutes } from './control/routes.ts'
import { pageOfFault } from './dashboard/problem.ts'
import { createLetterActs } from './dead-letters/acts.ts'
import { createDeadLetters } from './dead-letters/letters.ts'
import { deadLetterRoutes } from './dead-letters/routes.ts'
import { platformScreens } from './dashboard/platform/screens.ts'
import { createDashboard } from './dashboard/routes.ts'
import { dataRoutes } from './data/routes.ts'
import { readingRecords } from './data/records.ts'
import { createDeviceActs } from './devices/acts.ts'
import { createDeletions } from './devices/deletions.ts'
import { deviceRoutes } from './devices/routes.ts'
import type { DocumentedRoute } from './docs/document.ts'
import { docs } from './docs/routes.ts'
import { ACCESS_KEY } from './edge/access.ts'
import { isForeign, originOf } from './edge/address.ts'
import { createAdmission } from './edge/admission.ts'
import { createCors } from './edge/cors.ts'
import { createEdge } from './edge/edge.ts'
import { createFaultAnswers } from './edge/fault-answers.ts'
import { Outages } from './edge/outages.ts'
import { createRetries } from './edge/retries.ts'
import { RouteTable } from './edge/route-table.ts'
import { followRequests } from './edge/traced.ts'
import { KeptAnswers } from './exhausters/kept-answers.ts'
import { rotorRoutes } from './exhausters/rotor-routes.ts'
import { createRotors } from './exhausters/rotors.ts'
import { createPieces } from './events/segments.ts'
import { createTake } from './events/take.ts'
import { eventRoutes } from './events/routes.ts'
import { exhausterRoutes } from './exhausters/routes.ts'
import { trendRoutes } from './exhausters/trend-routes.ts'
import { inspectRoutes } from './inspect.ts'
import { createIngest } from './ingest/ingest.ts'
import { LiveHub } from './live/hub.ts'
import { liveRoutes } from './live/routes.ts'
import type { Log } from './log.ts'
import { playbackRoutes } from './playback/routes.ts'
import { createRelayActs } from './relays/acts.ts'
import { createRelays } from './relays/relays.ts'
import { releaseRoutes } from './release.ts'
import { relayRoutes } from './relays/routes.ts'
import { Latency } from './service/latency.ts'
import { watchLoop } from './service/loop-lag.ts'
import { createMetrics } from './service/metrics.ts'
import { plantFigures } from './service/plant.ts'
import { serviceRoutes } from './service/routes.ts'
import { DeviceIds } from './statistics/devices.ts'
import { statisticsRoutes } from './statistics/routes.ts'
import { StatisticsReader } from './statistics/statistics.ts'
import { userRoutes } from './users.ts'

export interface ServerParts {
  readonly cluster: Cluster
  readonly config: HttpConfig
  readonly clock: { now(): number }
  readonly log: Log
  /** How what comes in goes into the log; as `cluster.append` where nothing is said. */
  readonly put?: Put
  /** Follows requests; absent where there is no collector. */
  readonly tracing?: Tracing
  /** What is counted elsewhere, for `/metrics`. */
  readonly figures?: Figures
  /** The broker's topics, for relays; absent where there is no broker. */
  readonly topics?: TopicWriter
  /** Until when a target (`kind/key`) is spared, because it did not answer: epoch ms; null when it is not. Absent: nobody knows. */
  readonly restingUntil?: (target: string) => number | null
  /** Copies the data directory; absent where there is none to copy. */
  readonly backUp?: BackUp
  /** Answers what is not the API's, past all its gates: what other nodes ask. Undefined for any other request. */
  readonly besides?: (request: Request) => Promise<Response> | undefined
  /** For tests: hashes that cost nothing. */
  readonly hashCost?: HashCost
}

/**
 * Everything that answers HTTP, on one Elysia app that is not listening yet (`app.listen(listenOptions(config))`). Opens the accounts: makes the
 * signing key and the configured first admin where there is none.
 */
export async function createServer({
  cluster,
  put = putOf(cluster.append),
  config,
  clock,
  log,
  figures,
  tracing,
  topics,
  restingUntil = () => null,
  backUp,
  besides,
  hashCost,
}: ServerParts) {
  const now = () => clock.now()
  const { store, bus } = cluster
  const authority = await createAuthority({ store, bus, config, now, ...(hashCost ? { hashCost } : {}) })
  const { credentials, audit, limits } = authority
  const stopHearing = authority.start()
  const pageSessions = createPageSessions({ credentials, config, limits, now })

  const outages = new Outages({ store, appends: figures?.appends, bus, log })
  const stopLooking = outages.start()
  const answers = new KeptAnswers(cluster, now)
  const rotors = createRotors({ cluster, now })
  const loops = createLoops({ cluster, now })
  const reach = { allowPrivate: config.allowPrivateRelays ?? false, resolve: resolveByDns }
  const relays = createRelays({ cluster, now, ...reach, topics })
  const letters = createDeadLetters({ cluster, now })
  const letterActs = createLetterActs({ letters, audit })
  const targets = {
    webhook: webhookTarget({ destination: relays.destination, isPaused: relays.isPaused, now, ...reach }),
    ...(topics && { topic: topicTarget({ destination: relays.topic, isPaused: relays.isPaused, writer: topics }) }),
  }
  const relayActs = createRelayActs({ relays, targets, audit, now })
  const pieces = createPieces(cluster)
  const hub = new LiveHub({
    cluster,
    answers,
    pieces,
    now,
    ...(tracing && { shown: tracing.shown }),
    newEpoch: () => crypto.randomUUID().slice(0, 8),
  })
  hub.start()
  const stopLog = logStatusChanges({ cluster, log })
  credentials.onForget(() => hub.recheck())
  const deletions = createDeletions({ cluster, devices: authority.devices, now })
  const deviceActs = createDeviceActs({ authority, deletions })
  const statistics = new StatisticsReader(cluster)
  const { timeZone } = config
  const dashboard = createDashboard({
    cluster,
    timeZone,
    now,
    session: pageSessions.find,
    demandOwnPage: pageSessions.demandOwnPage,
    outages,
    by: audit.by,
    originOf: (request) => originOf(request, config),
    screens: platformScreens({
      cluster,
      authority,
      acts: deviceActs,
      statistics,
      pieces,
      loops,
      letters,
      letterActs,
      relays,
      relayActs,
      relayKinds: Object.keys(targets) as RelayKind[],
      restingUntil,
      timeZone,
      now,
    }),
    countLetters: letters.count,
    ...(tracing && { shown: tracing.shown }),
    report: (error) => log.error('a page could not be rendered', { error: String(error) }),
    onSessionsEnded: (listener) => credentials.onForget(listener),
  })

  const latency = new Latency()
  const loop = watchLoop()
  const metrics = createMetrics({
    cluster,
    version: config.version,
    latency,
    ...(figures && { figures }),
    plant: plantFigures({ cluster, answers, now }),
    away: () => outages.parts,
    loopLag: loop.worst,
    liveStreams: () => hub.size + dashboard.live.streams,
    knownCredentials: () => credentials.size,
  })

  // The routes are known when all of them are there, and asked for by some of them.
  let allRoutes: readonly DocumentedRoute[] = []
  let table: RouteTable | undefined
  const routes = () => (table ??= tableOf(allRoutes))

  const cors = createCors(config.corsOrigins)
  const faultAnswers = createFaultAnswers({ log, latency, cors, routes, pageOfFault })
  const { anonymousRole } = config
  const admission = createAdmission({
    credentials,
    anonymousRole,
    isForeign: (request) => isForeign(request, config),
    limits,
    now,
    routes,
  })
  const retries = createRetries({ store: cluster.store, now })
  const ingest = createIngest({ put, retries, later: faultAnswers.later, now })
  const readings = readingRecords(authority.devices)
  const deviceIds = new DeviceIds(authority.devices, now)
  const take = createTake(cluster.partitions)
  const exhaustersOfOld = exhausterAliases({ cluster, answers })
  const { app: edge, lanes } = createEdge({
    config,
    admission,
    answers: faultAnswers,
    cors,
    outages,
    ...(besides && { besides }),
    ...(tracing && { follow: tracing.follow }),
  })
  const app = edge
    .use(serviceRoutes({ cluster, metrics, outages, metricsToken: config.metricsToken }))
    .use(authRoutes({ authority, trustProxy: config.trustProxy }))
    .use(userRoutes({ authority }))
    .use(deviceRoutes({ authority, acts: deviceActs }))
    .use(dataRoutes({ cluster, devices: authority.devices, ids: deviceIds, ingest, readings, now }))
    .use(statisticsRoutes({ cluster, ids: deviceIds, reader: statistics }))
    .use(exhausterRoutes({ cluster, answers, later: faultAnswers.later, now }))
    .use(trendRoutes({ cluster }))
    .use(rotorRoutes({ rotors, audit, now }))
    .use(controlRoutes({ cluster, loops, ingest, retries, audit, now }))
    .use(playbackRoutes({ cluster, ingest, now }))
    .use(eventRoutes({ cluster, ingest, take, pieces }))
    .use(relayRoutes({ cluster, relays, acts: relayActs, audit }))
    .use(deadLetterRoutes({ cluster, letters, acts: letterActs, audit, retries }))
    .use(releaseRoutes({ cluster, audit }))
    .use(liveRoutes({ hub, credentials, now }))
    .use(inspectRoutes({ cluster, now }))
    .use(backupRoutes({ backUp, audit }))
    .use(exhaustersOfOld.routes)
    .use(eventAliases({ cluster, ingest, take, pieces, frameEvents: exhaustersOfOld.frameEvents }))
    .use(controlAliases({ cluster, ingest, timeZone: config.timeZone, now }))
    .use(
      statisticsAliases({ cluster, authority, acts: deviceActs, ids: deviceIds, ingest, readings, reader: statistics }),
    )
    .use(playbackAliases())
    .use(pageAuthRoutes({ authority, sessions: pageSessions, pages: authPages, config }))
    .use(dashboard.routes)
    .use(docs(() => allRoutes, config.version))

  allRoutes = app.routes as unknown as readonly DocumentedRoute[]
  routes()
  if (tracing) followRequests(app, tracing, routes)
  for (const { method, path, handler, hooks } of allRoutes) {
    const work = ingest.workOf(handler)
    if (work && method === 'POST' && !path.includes(':')) lanes.open({ path, access: hooks.detail![ACCESS_KEY]!, work })
  }

  /** One that fails keeps no other from its work. */
  const allOf = (works: readonly (() => Promise<unknown>)[]) => async (): Promise<void> => {
    const outcomes = await Promise.allSettled(works.map((work) => work()))
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  return {
    app,
    authority,
    pageSessions,
    /**
     * Tells loops, exhausters and event actors what they have not heard of: when the cluster is ready, and now and then. One node does it for
     * all; should two take it for theirs for a moment, what is told twice counts once.
     */
    repair: allOf([loops.repair, rotors.repair, relays.repair]),
    /** Removes what has had its time, now and then: deleted devices, retry keys, counts of log-ins. One node for all, as `repair`. */
    sweep: allOf([deletions.sweep, retries.sweep, authority.sweep]),
    /** Sends again what exhausters have not heard of; once, when the cluster is ready. */
    repairRotors: rotors.repair,
    /** Makes the default loop and sends again what loops have not heard of; once, when the cluster is ready. */
    repairLoops: loops.repair,
    /** Tells event actors of relays that they have not heard of; when the cluster is ready, and now and then. */
    repairRelays: relays.repair,
    /** Forgets what is known of dead letters that are gone; after the store has dropped old ones. */
    sweepReplays: letters.sweep,
    /** What relays lead to, by kind: for the loop that delivers. */
    targets,
    /** Removes what is left of deleted devices; now and then. */
    sweepDevices: deletions.sweep,
    /** Removes retry keys whose time is over; now and then. */
    sweepRetries: retries.sweep,
    /** Ends the streams and hears of no more changes. Before `app.stop`. */
    stop: () => {
      stopLooking()
      stopHearing()
      stopLog()
      loop.stop()
      hub.stop()
      dashboard.live.close()
    },
  }
}

/** Every route says who may use it, or the server does not start. */
function tableOf(routes: readonly DocumentedRoute[]): RouteTable {
  return new RouteTable(
    routes.map(({ method, path, hooks }) => {
      const access = hooks.detail?.[ACCESS_KEY]
      if (access === undefined) throw new Error(`${method} ${path} does not say who may use it`)
      return { method, path, access }
    }),
  )
}
