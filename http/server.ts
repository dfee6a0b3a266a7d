import type { Cluster } from '../actors/cluster/port.ts'
import type { StateStore } from '../actors/store/port.ts'
import { createAuthority } from './auth/authority.ts'
import type { HashCost } from './auth/passwords.ts'
import { authRoutes } from './auth/routes.ts'
import type { HttpConfig } from './config.ts'
import type { DocumentedRoute } from './docs/document.ts'
import { docs } from './docs/routes.ts'
import { ACCESS_KEY } from './edge/access.ts'
import { createEdge } from './edge/edge.ts'
import { RouteTable } from './edge/route-table.ts'
import type { Log } from './log.ts'
import { Latency } from './service/latency.ts'
import { createMetrics } from './service/metrics.ts'
import { serviceRoutes } from './service/routes.ts'
import { userRoutes } from './users.ts'

export interface ServerParts {
  readonly cluster: Cluster
  readonly store: StateStore
  readonly config: HttpConfig
  readonly clock: { now(): number }
  readonly log: Log
  /** For tests: hashes that cost nothing. */
  readonly hashCost?: HashCost
}

export async function createServer({ cluster, store, config, clock, log, hashCost }: ServerParts) {
  const now = () => clock.now()
  const authority = await createAuthority({ store, config, now, ...(hashCost ? { hashCost } : {}) })
  const { credentials } = authority
  const latency = new Latency()
  const metrics = createMetrics({ cluster, latency, liveStreams: () => 0, knownCredentials: () => credentials.size })

  let allRoutes: readonly DocumentedRoute[] = []
  let table: RouteTable | undefined
  const routes = () => (table ??= tableOf(allRoutes))

  const app = createEdge({ config, credentials, latency, now, log, routes })
    .use(serviceRoutes({ cluster, metrics }))
    .use(authRoutes({ authority, trustProxy: config.trustProxy }))
    .use(userRoutes({ authority }))
    .use(docs(() => allRoutes, config.version))

  allRoutes = app.routes as unknown as readonly DocumentedRoute[]
  routes()
  return { app, authority }
}

function tableOf(routes: readonly DocumentedRoute[]): RouteTable {
  return new RouteTable(
    routes.map(({ method, path, hooks }) => {
      const access = hooks.detail?.[ACCESS_KEY]
      if (access === undefined) throw new Error(`${method} ${path} does not say who may use it`)
      return { method, path, access }
    }),
  )
}
