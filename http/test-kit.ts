import { ALONE, type Cluster } from '../actors/cluster/port.ts'
import type { TopicWriter } from '../actors/outgoing/topic.ts'
import { Fault } from '../actors/runtime/index.ts'
import type { StateStore } from '../actors/store/port.ts'
import type { Figures } from '../figures/figures.ts'
import type { HttpConfig } from './config.ts'
import { createServer } from './server.ts'

/** A cluster without actors, for tests of what is not about them. */
export const emptyCluster = (store: StateStore): Cluster => ({
  store,
  partitions: 4,
  bus: ALONE,
  owned: () => [0, 1, 2, 3],
  append: (records) => Promise.resolve(records.map(() => ({ partition: 0, offset: 0 }))),
  ask: (address) => Promise.reject(new Fault('NOT_FOUND', `${address} is not there`)),
  version: () => 0,
  history: (_, { names }) =>
    Promise.resolve({ names, times: new Float64Array(), columns: names.map(() => new Float64Array()) }),
  tail: () => Promise.resolve(undefined),
  tails: () => Promise.resolve(new Map()),
  reach: () => Promise.resolve(),
  onChange: () => () => {},
  readiness: () => ({ ready: true, restoring: 0, partitions: 4, replayed: 0, toReplay: 0 }),
  inspect: () => Promise.resolve({}),
})

export const ADMIN = { email: 'admin@example.com', password: 'correct horse battery' }

const CONFIG: HttpConfig = {
  host: '127.0.0.1',
  port: 0,
  version: '0.0.0',
  trustProxy: false,
  corsOrigins: [],
  registration: 'open',
  trustedIssuers: [],
  rateLimit: 100_000,
  timeZone: 'UTC',
  demonstration: false,
  admin: ADMIN,
}

interface Ask {
  token?: string
  body?: unknown
  form?: Record<string, string>
  text?: string | Uint8Array<ArrayBuffer>
  headers?: Record<string, string>
}

/** The whole server, not listening, with hashes that cost nothing, and the ways to ask it. */
export async function serve(
  cluster: Cluster,
  more: {
    config?: Partial<HttpConfig>
    clock?: { now(): number }
    log?: (message: string, fields: unknown) => void
    topics?: TopicWriter
    figures?: Figures
  } = {},
) {
  const say = (message: string, fields?: unknown) => more.log?.(message, fields)
  const server = await createServer({
    cluster,
    config: { ...CONFIG, ...more.config },
    clock: more.clock ?? Date,
    log: { info: say, warn: say, error: say },
    ...(more.topics && { topics: more.topics }),
    ...(more.figures && { figures: more.figures }),
    hashCost: { memoryCost: 8, timeCost: 1 },
  })

  async function raw(
    method: string,
    path: string,
    { token, body, form, text, headers = {} }: Ask = {},
  ): Promise<Response> {
    return await server.app.handle(
      new Request(`http://localhost${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
        ...(text === undefined ? {} : { body: text }),
      }),
    )
  }

  async function call(method: string, path: string, ask?: Ask) {
    const response = await raw(method, path, ask)
    const content = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      text: content,
      json: (isJson && content !== '' ? JSON.parse(content) : {}) as Record<string, unknown>,
    }
  }

  async function logIn(user: { email: string; password: string } = ADMIN) {
    const { status, json } = await call('POST', '/auth/jwt/login', {
      form: { username: user.email, password: user.password },
    })
    if (status !== 200) throw new Error(`log-in of ${user.email}: ${status}`)
    return json as { access_token: string; refresh_token: string; expires_in: number }
  }

  return { ...server, raw, call, logIn }
}
export type Served = Awaited<ReturnType<typeof serve>>
