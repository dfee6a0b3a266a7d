import type { TrustedIssuer } from './auth/issuer-setting.ts'
import type { Role } from './auth/roles.ts'

/** What the HTTP side is told at its start. The configuration table of the project fills it. */
export interface HttpConfig {
  readonly host: string
  readonly port: number
  /** Version of the product, for the API document. */
  readonly version: string
  /** Origin under which people reach the server, no trailing slash. Absent: taken from each request. */
  readonly publicUrl?: string
  /** Whether `x-forwarded-for`, `-proto` and `-host` come from a proxy that can be believed. */
  readonly trustProxy: boolean
  /** Origins of other sites whose scripts may call the API. */
  readonly corsOrigins: readonly string[]
  readonly registration: 'open' | 'closed'
  /** Role of requests without a token. Absent: they get 401. */
  readonly anonymousRole?: Role
  /** Other services whose tokens are taken. */
  readonly trustedIssuers: readonly TrustedIssuer[]
  /** Whether relays may send to addresses that are not on the internet. Absent: no. */
  readonly allowPrivateRelays?: boolean
  /** Bearer token that reads `/metrics` and nothing else. Absent: only admins and this machine do. */
  readonly metricsToken?: string
  /** Requests a second of one identity. */
  readonly rateLimit: number
  /** IANA name; read by the aliases whose times carry no zone. */
  readonly timeZone: string
  /** The plant is a synthetic one: every page says so. */
  readonly demonstration: boolean
  /** Counts only while no admin exists. */
  readonly admin?: { readonly email: string; readonly password: string } | undefined
}

/** Largest body of a request that carries one JSON document or one form, bytes. */
export const SMALL_BODY_BYTES = 64 * 1024

/** What `app.listen` gets. The idle time-out outlives the comment that a stream sends every 10 s. */
export const listenOptions = (config: Pick<HttpConfig, 'host' | 'port'>) => ({
  hostname: config.host,
  port: config.port,
  reusePort: false,
  development: false,
  idleTimeout: 30,
  maxRequestBodySize: 17 * 1024 * 1024,
})
