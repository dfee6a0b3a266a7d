import packageJson from './package.json' with { type: 'json' }
import type { Config } from './config.ts'

/** The settings as the HTTP side wants to hear them. */
export function httpConfig(config: Config) {
  const { WINDBOX_ADMIN_EMAIL: email, WINDBOX_ADMIN_PASSWORD: password } = config
  return {
    host: config.WINDBOX_HOST,
    port: config.WINDBOX_PORT,
    version: packageJson.version,
    trustProxy: config.WINDBOX_TRUST_PROXY,
    allowPrivateRelays: config.WINDBOX_ALLOW_PRIVATE_RELAYS,
    corsOrigins: config.WINDBOX_CORS_ORIGINS,
    registration: config.WINDBOX_REGISTRATION,
    trustedIssuers: config.WINDBOX_TRUSTED_ISSUERS,
    rateLimit: config.WINDBOX_RATE_LIMIT,
    timeZone: config.WINDBOX_TIME_ZONE,
    demonstration: config.WINDBOX_PLANT === 'synthetic',
    ...(config.WINDBOX_PUBLIC_URL ? { publicUrl: config.WINDBOX_PUBLIC_URL } : {}),
    ...(config.WINDBOX_ANONYMOUS_ROLE ? { anonymousRole: config.WINDBOX_ANONYMOUS_ROLE } : {}),
    ...(config.WINDBOX_METRICS_TOKEN ? { metricsToken: config.WINDBOX_METRICS_TOKEN } : {}),
    ...(email && password ? { admin: { email, password } } : {}),
  }
}

/** Names that stand for every address of the machine: none that a browser can go to. */
const EVERYWHERE = ['0.0.0.0', '::']

/** Where a browser on this machine finds the server. */
export function originOf({ WINDBOX_HOST: host }: Pick<Config, 'WINDBOX_HOST'>, port: number): string {
  if (EVERYWHERE.includes(host)) return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
