import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { readEventSources, readStart } from './actors/gateway/source-setting.ts'
import { COMMANDS, readCommandLine, type Command } from './command-line.ts'
import { ConfigError } from './config-error.ts'
import { readIssuers } from './http/auth/issuer-setting.ts'

/** One setting: how its text becomes a value. `read` throws a sentence that completes "NAME …". */
interface Setting<T> {
  readonly read: (text: string) => T
  /** What stands when it is not set; a function where it depends on others. */
  readonly default: NoInfer<T>
  /** The default as documentation shows it, where the value itself does not say it. */
  readonly shown?: string
  readonly description: string
  readonly secret?: true
}

const setting = <T>(one: Setting<T>): Setting<T> => one

function integer(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) throw `must be a whole number from ${min} to ${max}`
    return value
  }
}

function oneOf<const T extends string>(...values: T[]) {
  return (text: string): T => {
    const value = values.find((one) => one === text)
    if (value === undefined) throw `must be one of ${values.join(', ')}`
    return value
  }
}

function list(text: string): readonly string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

function anyText(text: string): string {
  return text
}

function flag(text: string): boolean {
  return oneOf('true', 'false')(text) === 'true'
}

function webAddress(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw 'must be an address that begins with http:// or https://'
  return text.replace(/\/+$/, '')
}

const AGE: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const SIZE: Record<string, number> = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

function age(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? []
  if (count === undefined || Number(count) === 0) throw 'must be an age like 12h or 7d'
  return Number(count) * AGE[unit!]!
}

/** Age and size of what is kept: the first limit that is passed lets go. */
export interface Retention {
  readonly ageMs: number
  readonly bytes: number
}

function retention(text: string): Retention {
  let ageMs = Infinity
  let bytes = Infinity
  for (const one of list(text)) {
    const [, count, unit] = /^(\d+)(kB|MB|GB|TB)$/.exec(one) ?? []
    if (count !== undefined && Number(count) > 0) bytes = Number(count) * SIZE[unit!]!
    else if (/^[1-9]\d*[smhd]$/.test(one)) ageMs = age(one)
    else throw 'must be an age, a size, or both, like 7d,2GB'
  }
  if (ageMs === Infinity && bytes === Infinity) throw 'must be an age, a size, or both, like 7d,2GB'
  return { ageMs, bytes }
}

function speed(text: string): number | 'max' {
  if (text === 'max') return 'max'
  const value = Number(text)
  if (!(value > 0 && value < Infinity)) throw 'must be a number above 0, or max'
  return value
}

function timeZone(text: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
  } catch {
    throw 'must be the name of a time zone, like Asia/Novokuznetsk'
  }
  return text
}

function origins(text: string): readonly string[] {
  return list(text).map((one) => {
    if (!URL.canParse(one) || new URL(one).origin !== one)
      throw 'must be origins like https://plant.example, with commas between'
    return one
  })
}

function brokers(text: string): readonly string[] {
  return list(text).map((one) => {
    if (!/^[^\s/]+:\d{1,5}$/.test(one)) throw 'must be like broker-1:9092,broker-2:9092'
    return one
  })
}

function mongoAddress(text: string): string {
  if (!/^mongodb(\+srv)?:\/\/[^\s/]/.test(text)) throw 'must be an address that begins with mongodb://'
  return text
}

function namespace(text: string): string {
  if (!/^[a-z][a-z0-9_-]{0,37}$/.test(text))
    throw 'must be at most 38 small letters, digits, - and _, and begin with a letter'
  return text
}

function longSecret(text: string): string {
  if (text.length < 32) throw 'must have 32 characters or more'
  return text
}

function sessionTimeout(text: string): number {
  const ms = age(text)
  if (ms < 2000 || ms > 300_000) throw 'must be from 2s to 5m'
  return ms
}

/** As OpenTelemetry writes them: names and percent-encoded values. */
function headers(text: string): Readonly<Record<string, string>> {
  const pairs = list(text).map((one) => {
    const [, name, value] = /^([\w.-]+)=(.*)$/.exec(one) ?? []
    const decoded = name === undefined ? undefined : percentDecoded(value!)
    if (decoded === undefined || !/^[\x20-\x7e]*$/.test(decoded)) throw 'must be like name=value,name=value'
    return [name!, decoded] as const
  })
  return Object.fromEntries(pairs)
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function share(text: string): number {
  const value = Number(text)
  if (!(value >= 0 && value <= 1)) throw 'must be a share from 0 to 1'
  return value
}

/** For settings that may stay unset. */
function optional<T>(read: (text: string) => T) {
  return (text: string): T | undefined => read(text)
}

/** Every setting, in the order of the documentation. The README's table is held against this one by a test. */
export const SETTINGS = {
  WINDBOX_HOST: setting({ read: anyText, default: '127.0.0.1', description: 'address to listen on' }),
  WINDBOX_PORT: setting({
    read: integer(0, 65_535),
    default: 3000,
    description: 'port to listen on; 0 takes a free one',
  }),
  WINDBOX_DATA_DIR: setting({
    read: (text) => resolve(text),
    default: resolve('data'),
    shown: './data',
    description: 'where log and store lie',
  }),
  WINDBOX_BACKUP_DIR: setting({
    read: optional((text: string) => resolve(text)),
    default: undefined,
    shown: '`backups` there',
    description: 'where backups are laid',
  }),
  WINDBOX_WORKERS: setting({
    read: integer(0, 64),
    default: Math.max(1, availableParallelism() - 1),
    shown: 'cores − 1',
    description: 'threads that hold the actors; 0: a node of a cluster that only answers',
  }),
  WINDBOX_PARTITIONS: setting({
    read: integer(1, 1024),
    default: 16,
    shown: '16, in a cluster 64',
    description: 'fixed when the log is made',
  }),
  WINDBOX_KAFKA_BROKERS: setting({
    read: brokers,
    default: [],
    shown: 'none',
    description: 'the log of the cluster edition: Redpanda or Kafka, host:port,…',
  }),
  WINDBOX_KAFKA_USERNAME: setting({
    read: optional(anyText),
    default: undefined,
    shown: 'none',
    description: 'SCRAM-SHA-512 user',
  }),
  WINDBOX_KAFKA_PASSWORD: setting({
    read: optional(anyText),
    default: undefined,
    shown: 'none',
    secret: true,
    description: 'its password',
  }),
  WINDBOX_KAFKA_TLS: setting({ read: flag, default: false, description: 'speak TLS with the brokers' }),
  WINDBOX_KAFKA_CA: setting({
    read: optional(anyText),
    default: undefined,
    shown: 'none',
    description: 'PEM file of the authority that signs the brokers; with it, TLS',
  }),
  WINDBOX_MONGODB_URL: setting({
    read: optional(mongoAddress),
    default: undefined,
    shown: 'none',
    secret: true,
    description: 'the store of the cluster edition: a replica set',
  }),
  WINDBOX_NAMESPACE: setting({
    read: namespace,
    default: 'windbox',
    description: 'prefix of topics, name of consumer group and database',
  }),
  WINDBOX_NODE_URL: setting({
    read: optional(webAddress),
    default: undefined,
    shown: 'none: the only node',
    description: 'how other nodes reach this one',
  }),
  WINDBOX_NODE_SECRET: setting({
    read: optional(longSecret),
    default: undefined,
    shown: 'none',
    secret: true,
    description: 'what nodes know each other by, the same for all',
  }),
  WINDBOX_SESSION_TIMEOUT: setting({
    read: sessionTimeout,
    default: 10_000,
    shown: '10s',
    description: 'a node that is silent for so long loses its actors to the others',
  }),
  WINDBOX_ADMIN_EMAIL: setting({
    read: optional(anyText),
    default: undefined,
    shown: 'none',
    description: 'first admin, counts only while there is none',
  }),
  WINDBOX_ADMIN_PASSWORD: setting({
    read: optional(anyText),
    default: undefined,
    shown: 'none',
    secret: true,
    description: 'its password',
  }),
  WINDBOX_REGISTRATION: setting({
    read: oneOf('closed', 'open'),
    default: 'closed',
    description: 'whether strangers may register',
  }),
  WINDBOX_ANONYMOUS_ROLE: setting({
    read: optional(oneOf('viewer', 'operator', 'engineer', 'admin')),
    default: undefined,
    shown: 'none',
    description: 'role of a request without a token, for closed networks',
  }),
  WINDBOX_TRUSTED_ISSUERS: setting({
    read: readIssuers,
    default: [],
    shown: 'none',
    secret: true,
    description: 'other services whose tokens are taken, as a JSON list',
  }),
  WINDBOX_PLANT: setting({
    read: oneOf('synthetic', 'replay', 'kafka', 'off'),
    default: 'synthetic',
    description: 'where the plant frames come from',
  }),
  WINDBOX_PLANT_FILE: setting({
    read: optional(anyText),
    default: undefined,
    shown: 'none',
    description: 'recorded frames to replay',
  }),
  WINDBOX_PLANT_SPEED: setting({ read: speed, default: 1, description: 'times real time, or max' }),
  WINDBOX_PLANT_BROKERS: setting({
    read: brokers,
    default: [],
    shown: 'none',
    description: "the plant's Kafka, host:port,…",
  }),
  WINDBOX_PLANT_TOPIC: setting({
    read: optional(anyText),
    default: undefined,
    shown: 'none',
    description: "the plant's topic",
  }),
  WINDBOX_PLANT_USERNAME: setting({
    read: optional(anyText),
    default: undefined,
    shown: 'none',
    description: 'SCRAM-SHA-512 user',
  }),
  WINDBOX_PLANT_PASSWORD: setting({
    read: optional(anyText),
    default: undefined,
    shown: 'none',
    secret: true,
    description: 'its password',
  }),
  WINDBOX_PLANT_CA: setting({
    read: optional(anyText),
    default: undefined,
    shown: 'none',
    description: 'PEM file of the authority that signs the broker',
  }),
  WINDBOX_PLANT_START: setting({
    read: readStart,
    default: 'earliest',
    description: "where the plant's topic begins, the first time: earliest, latest or a time",
  }),
  WINDBOX_EVENT_SOURCES: setting({
    read: readEventSources,
    default: [],
    shown: 'none',
    secret: true,
    description: 'Kafka topics whose messages are events, as a JSON list',
  }),
  WINDBOX_PUBLIC_URL: setting({
    read: optional(webAddress),
    default: undefined,
    shown: 'from the request',
    description: 'how people reach this server',
  }),
  WINDBOX_TRUST_PROXY: setting({
    read: flag,
    default: false,
    description: 'believe X-Forwarded-For and X-Forwarded-Proto',
  }),
  WINDBOX_CORS_ORIGINS: setting({
    read: origins,
    default: [],
    shown: 'none',
    description: 'origins that may call the API from a page',
  }),
  WINDBOX_LOG_RETENTION: setting({
    read: retention,
    default: retention('7d,2GB'),
    shown: '7d,2GB',
    description: 'how much of the log is kept',
  }),
  WINDBOX_HISTORY_RETENTION: setting({
    read: age,
    default: age('400d'),
    shown: '400d',
    description: 'how long history is kept',
  }),
  WINDBOX_EVENT_RETENTION: setting({
    read: age,
    default: age('90d'),
    shown: '90d',
    description: 'how long events are kept, and with them their ids',
  }),
  WINDBOX_ALLOW_PRIVATE_RELAYS: setting({
    read: flag,
    default: false,
    description: 'let relays send to addresses that are not on the internet',
  }),
  WINDBOX_RATE_LIMIT: setting({
    read: integer(1, 1_000_000),
    default: 5000,
    description: 'requests a second an identity',
  }),
  WINDBOX_TIME_ZONE: setting({ read: timeZone, default: 'UTC', description: 'time zone of the pages' }),
  WINDBOX_METRICS_TOKEN: setting({
    read: optional(longSecret),
    default: undefined,
    shown: 'none',
    secret: true,
    description: 'bearer token with which a scraper elsewhere reads `/metrics`',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting({
    read: optional(webAddress),
    default: undefined,
    shown: 'none',
    description: 'collector that traces go to, as OTLP over HTTP',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: setting({
    read: headers,
    default: {},
    shown: 'none',
    secret: true,
    description: 'what the collector wants to see, like `x-api-key=…,x-tenant=…`',
  }),
  WINDBOX_TRACE_SAMPLE: setting({
    read: share,
    default: 0.01,
    description: 'share of the requests that begin a trace, where there is a collector',
  }),
  WINDBOX_LOG: setting({
    read: oneOf('error', 'warn', 'info', 'debug'),
    default: 'info',
    description: 'how much is written to the terminal',
  }),
} satisfies Record<string, Setting<unknown>>

export type Config = { readonly [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name]['default'] }

const CLUSTER_PARTITIONS = 64

/** Whether log and store are servers. */
export const inCluster = (config: Pick<Config, 'WINDBOX_KAFKA_BROKERS'>): boolean =>
  config.WINDBOX_KAFKA_BROKERS.length > 0

/** What the command line asked for, and every setting. A flag wins over the environment. Throws {@link ConfigError}. */
export function readConfig(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): { command: Command; config: Config } {
  const { command, settings } = readCommandLine(argv)
  const given: Record<string, string | undefined> = { ...environment, ...settings }
  refuseUnknown(given)
  const config = Object.fromEntries(
    Object.entries(SETTINGS).map(([name, one]) => [name, readSetting(name, one, given[name])]),
  ) as Config
  checkTogether(config)
  const partitions = inCluster(config) && !given.WINDBOX_PARTITIONS ? CLUSTER_PARTITIONS : config.WINDBOX_PARTITIONS
  return { command, config: { ...config, WINDBOX_PARTITIONS: partitions } }
}

/** What `--help` prints. */
export function usage(): string {
  const settings = Object.entries(SETTINGS).map(([name, one]) => {
    const { shown, default: value, description } = one as Setting<unknown>
    return `  ${name.padEnd(28)} ${description} (${shown ?? String(value)})`
  })
  return `${COMMANDS}
Environment variables, with their defaults:
${settings.join('\n')}
`
}

function refuseUnknown(given: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(given)) {
    if (!name.startsWith('WINDBOX_') || Object.hasOwn(SETTINGS, name) || !given[name]) continue
    throw new ConfigError(`${name} is not a setting of Windbox`)
  }
}

function readSetting(name: string, one: Setting<unknown>, text: string | undefined): unknown {
  if (text === undefined || text === '') return one.default
  try {
    return one.read(text)
  } catch (sentence) {
    throw new ConfigError(`${name}${one.secret ? '' : `=${text}`} ${String(sentence)}`)
  }
}

function checkTogether(config: Config): void {
  if (inCluster(config) !== (config.WINDBOX_MONGODB_URL !== undefined)) {
    throw new ConfigError(
      'WINDBOX_KAFKA_BROKERS and WINDBOX_MONGODB_URL go together: both make a cluster, none is embedded',
    )
  }
  if ((config.WINDBOX_NODE_URL === undefined) !== (config.WINDBOX_NODE_SECRET === undefined)) {
    throw new ConfigError('WINDBOX_NODE_URL and WINDBOX_NODE_SECRET go together: set both or neither')
  }
  if (!inCluster(config) && config.WINDBOX_NODE_URL !== undefined) {
    throw new ConfigError(
      'WINDBOX_NODE_URL is for a cluster: WINDBOX_KAFKA_BROKERS and WINDBOX_MONGODB_URL are not set',
    )
  }
  if (config.WINDBOX_WORKERS === 0 && config.WINDBOX_NODE_URL === undefined) {
    throw new ConfigError('WINDBOX_WORKERS=0 is for a node of a cluster: WINDBOX_NODE_URL is not set')
  }
  if ((config.WINDBOX_KAFKA_USERNAME === undefined) !== (config.WINDBOX_KAFKA_PASSWORD === undefined)) {
    throw new ConfigError('WINDBOX_KAFKA_USERNAME and WINDBOX_KAFKA_PASSWORD go together: set both or neither')
  }
  if (config.WINDBOX_PLANT === 'replay' && !config.WINDBOX_PLANT_FILE) {
    throw new ConfigError('WINDBOX_PLANT_FILE must name the recorded frames when WINDBOX_PLANT=replay')
  }
  if (config.WINDBOX_PLANT === 'kafka' && (config.WINDBOX_PLANT_BROKERS.length === 0 || !config.WINDBOX_PLANT_TOPIC)) {
    throw new ConfigError('WINDBOX_PLANT_BROKERS and WINDBOX_PLANT_TOPIC must be set when WINDBOX_PLANT=kafka')
  }
  if ((config.WINDBOX_ADMIN_EMAIL === undefined) !== (config.WINDBOX_ADMIN_PASSWORD === undefined)) {
    throw new ConfigError('WINDBOX_ADMIN_EMAIL and WINDBOX_ADMIN_PASSWORD go together: set both or neither')
  }
}
