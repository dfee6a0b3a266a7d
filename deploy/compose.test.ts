import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { X509Certificate } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../config.ts'
import packageJson from '../package.json' with { type: 'json' }
import { compose, interpolate, read, readEnv, ROOT, services, variables, type Service } from './compose.fixture.ts'

const dir = mkdtempSync(join(tmpdir(), 'windbox-deploy-'))
let given: Record<string, string>

const run = (command: readonly string[], cwd = dir) => {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command], { cwd })
  return { exitCode, said: stdout.toString() + stderr.toString() }
}

beforeAll(() => {
  mkdirSync(join(dir, 'deploy'))
  cpSync(join(ROOT, 'deploy/make-env'), join(dir, 'deploy/make-env'))
  expect(run(['sh', 'deploy/make-env'])).toMatchObject({ exitCode: 0 })
  given = readEnv(readFileSync(join(dir, '.env'), 'utf8'))
})
afterAll(() => rmSync(dir, { recursive: true }))

const isOnce = ({ restart }: Service) => restart === 'no'
const isNode = ({ build }: Service) => build !== undefined
const nodes = services.filter(([, service]) => isNode(service))
const environmentOf = ({ environment = {} }: Service) =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, interpolate(value, given)]))
/** What the image sets, for the nodes. */
const ofImage = readEnv(
  read('Dockerfile')
    .match(/^ENV (?:.*\\\n)*.*/m)![0]
    .replace('ENV ', '')
    .replace(/ \\\n */g, '\n'),
)

describe('secrets', () => {
  test('every secret is one that has to be given, and make-env gives them all', () => {
    for (const [name, { environment = {} }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (!/PASS|SECRET|TOKEN|BOOTSTRAP_USER|URL$/.test(variable) || variable === 'WINDBOX_NODE_URL') continue
        expect(value, `${name} ${variable}`).toMatch(/\$\{\w+:\?/)
      }
    }
    expect(Object.keys(given)).toEqual(expect.arrayContaining([...variables.required]))
  })

  test('a new .env has new secrets of 256 bits that only its owner reads; one that is there stays', () => {
    const file = join(dir, '.env')
    const secrets = Object.entries(given).filter(([name]) => /PASSWORD|SECRET|TOKEN/.test(name))
    for (const [name, value] of secrets) expect(value, name).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set(secrets.map(([, value]) => value)).size).toBe(secrets.length)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const before = readFileSync(file, 'utf8')
    expect(run(['sh', 'deploy/make-env'])).toMatchObject({ exitCode: 0 })
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  test('a server beside .env, which Bun reads by itself, takes none of it for a setting', () => {
    for (const name of Object.keys(given)) expect(name).not.toMatch(/^(WINDBOX|OTEL)_/)
    expect(read('.gitignore').split('\n')).toContain('.env')
  })
})

describe('nodes', () => {
  test('there are two, and the server takes every setting that they are given', () => {
    expect(nodes).toHaveLength(2)
    for (const [name, service] of nodes) {
      const { config } = readConfig([], { ...ofImage, ...environmentOf(service) })
      const url = new URL(config.WINDBOX_NODE_URL!)
      expect([url.hostname, url.port]).toEqual([name, String(config.WINDBOX_PORT)])
      expect(config.WINDBOX_HOST).toBe('0.0.0.0')
      expect(config.WINDBOX_METRICS_TOKEN).toBe(given.METRICS_TOKEN)
      expect(service.ports!.every((port) => port.endsWith(`:${config.WINDBOX_PORT}`))).toBe(true)
    }
  })

  test('they differ in their address and in nothing else', () => {
    const [one, other] = nodes.map(([, service]) => ({ ...environmentOf(service), WINDBOX_NODE_URL: '' }))
    expect(one).toEqual(other!)
  })

  test('what they may be given besides is a setting, or how they are published', () => {
    expect([...variables.optional].sort()).toEqual(['BIND', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'PLANT', 'TRACE_SAMPLE'])
    for (const PLANT of ['off', 'synthetic'] as const) {
      const more = { ...given, PLANT, TRACE_SAMPLE: '0.5', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
      for (const [, { environment = {} }] of nodes) {
        const values = Object.entries(environment).map(([name, value]) => [name, interpolate(value, more)] as const)
        expect(readConfig([], { ...ofImage, ...Object.fromEntries(values) }).config.WINDBOX_PLANT).toBe(PLANT)
      }
    }
  })

  test('a stop has more time than the server takes for it', () => {
    for (const [, { stop_grace_period }] of nodes) expect(Number.parseInt(stop_grace_period!)).toBeGreaterThan(15)
  })

  test('the image is called by the version of the product', () => {
    for (const [, { image }] of nodes) expect(image).toBe(`windbox:${packageJson.version}`)
  })
})

describe('services', () => {
  test('each image is one and the same for ever: a whole version, never a moving tag', () => {
    for (const [name, { image }] of services) expect(image, name).toMatch(/:v?\d+\.\d+\.\d+$/)
  })

  test('what goes on running says how it is, comes back when it ends, and has bounds', () => {
    for (const [name, service] of services) {
      if (isOnce(service)) continue
      expect(service.restart, name).toBe('unless-stopped')
      expect(isNode(service) || service.healthcheck !== undefined, `${name} has a health check`).toBe(true)
      const { cpus, memory } = service.deploy!.resources.limits
      expect([typeof cpus, typeof memory], name).toEqual(['string', 'string'])
    }
  })

  test('who waits for another waits for its health, or for its end where it ends', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const wanted = isOnce(compose.services[other]!) ? 'service_completed_successfully' : 'service_healthy'
        expect(condition, `${name} waits for ${other}`).toBe(wanted)
      }
    }
  })

  test('only nodes, Grafana and Console are published, and by default to this machine alone', () => {
    const ports = services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, interpolate(port, {})]))
    expect(ports).toEqual([
      ['node-1', '127.0.0.1:3000:3000'],
      ['node-2', '127.0.0.1:3001:3000'],
      ['console', '127.0.0.1:8080:8080'],
      ['grafana', '127.0.0.1:3002:3000'],
    ])
    // It has no log-in: no variable opens it to others.
    expect(compose.services.console!.ports).toEqual(['127.0.0.1:8080:8080'])
  })

  test('every file and volume that is mounted is there, and every volume is mounted', () => {
    const used = new Set<string>()
    for (const [name, { volumes = [] }] of services) {
      for (const volume of volumes) {
        const [source] = volume.split(':')
        if (source!.startsWith('.')) expect(existsSync(join(ROOT, source!)), `${name}: ${source}`).toBe(true)
        else used.add(source!)
      }
    }
    expect([...used].sort()).toEqual(Object.keys(compose.volumes).sort())
  })
})

describe('broker', () => {
  const broker = Bun.YAML.parse(read('deploy/redpanda/redpanda.yaml')) as {
    redpanda: {
      kafka_api: { name: string; port: number; authentication_method: string }[]
      advertised_kafka_api: { address: string; port: number }[]
      kafka_api_tls: { name: string; enabled: boolean; cert_file: string; key_file: string }[]
    }
  }

  test('its only door wants TLS and a log-in, and is where the nodes look for it', () => {
    const { kafka_api, advertised_kafka_api, kafka_api_tls } = broker.redpanda
    expect(kafka_api).toMatchObject([{ authentication_method: 'sasl' }])
    expect(kafka_api_tls).toMatchObject([{ name: kafka_api[0]!.name, enabled: true }])
    const addresses = advertised_kafka_api.map(({ address, port }) => `${address}:${port}`)
    for (const [, service] of nodes) expect(environmentOf(service).WINDBOX_KAFKA_BROKERS).toBe(addresses.join())
    const bootstrap = Bun.YAML.parse(read('deploy/redpanda/bootstrap.yaml'))
    expect(bootstrap).toMatchObject({
      enable_sasl: true,
      kafka_enable_authorization: true,
      admin_api_require_auth: true,
    })
  })

  test('what it acknowledges is on its disk', () => {
    expect(Bun.YAML.parse(read('deploy/redpanda/bootstrap.yaml'))).toMatchObject({ write_caching_default: 'disabled' })
    const start = read('deploy/redpanda/start').replace(/^#.*$/gm, '')
    expect(start).not.toMatch(/dev-container|unsafe|developer/)
  })

  test('the users that are made are the ones that log in, and Console may only read', () => {
    const users = read('deploy/redpanda/users')
    expect(users).toContain('user windbox "$BROKER_PASSWORD"')
    for (const [, service] of nodes) {
      expect(environmentOf(service)).toMatchObject({
        WINDBOX_KAFKA_USERNAME: 'windbox',
        WINDBOX_KAFKA_PASSWORD: given.BROKER_PASSWORD,
      })
    }
    expect(environmentOf(compose.services.console!)).toMatchObject({
      KAFKA_SASL_USERNAME: 'console',
      KAFKA_SASL_PASSWORD: given.CONSOLE_PASSWORD,
    })
    const operations = [...users.matchAll(/User:console --operation (\S+)/g)].flatMap(([, list]) => list!.split(','))
    expect(new Set(operations)).toEqual(new Set(['read', 'describe', 'describe_configs']))
    const { WINDBOX_NAMESPACE } = environmentOf(nodes[0]![1])
    expect(users).toContain(
      `--topic ${WINDBOX_NAMESPACE} --group ${WINDBOX_NAMESPACE} --resource-pattern-type prefixed`,
    )
  })
})

describe('database', () => {
  test('it is a replica set of the name that the nodes look for, with a user of their own', () => {
    const { command = [] } = compose.services.mongo!
    const replicaSet = command[command.indexOf('--replSet') + 1]
    expect(read('deploy/mongo/ready.js')).toContain(`_id: '${replicaSet}'`)
    const users = read('deploy/mongo/users.js')
    for (const [, service] of nodes) {
      const { WINDBOX_MONGODB_URL, WINDBOX_NAMESPACE: namespace } = environmentOf(service)
      const url = new URL(WINDBOX_MONGODB_URL!)
      expect(url.searchParams.get('replicaSet')).toBe(replicaSet!)
      expect(read('deploy/mongo/ready.js')).toContain(`host: '${url.host}'`)
      expect([url.username, url.password]).toEqual(['windbox', given.DATABASE_PASSWORD!])
      expect(url.searchParams.get('authSource')).toBe(namespace!)
      expect(users).toContain(`db.getSiblingDB('${namespace}').createUser`)
    }
    expect(command).toContain('--keyFile')
  })
})

test.skipIf(!Bun.which('openssl'))('the keys that are made fit together, once and for all', () => {
  const folders = ['authority', 'broker', 'database'].map((name) => join(dir, name))
  for (const folder of folders) mkdirSync(folder)
  const make = ['sh', join(ROOT, 'deploy/make-keys'), ...folders]
  expect(run(make)).toMatchObject({ exitCode: 0 })
  const [authority, broker, database] = folders as [string, string, string]
  const files = () => folders.map((folder) => [...new Bun.Glob('*').scanSync(folder)].sort())
  // The authority's own key is gone: nobody can make a second certificate.
  expect(files()).toEqual([['ca.pem'], ['broker.crt', 'broker.key'], ['keyfile']])
  const ca = new X509Certificate(readFileSync(join(authority, 'ca.pem')))
  const certificate = new X509Certificate(readFileSync(join(broker, 'broker.crt')))
  expect(certificate.verify(ca.publicKey)).toBe(true)
  const { WINDBOX_KAFKA_BROKERS = '', WINDBOX_KAFKA_CA } = environmentOf(nodes[0]![1])
  expect(certificate.checkHost(WINDBOX_KAFKA_BROKERS.split(':')[0]!)).toBeTruthy()
  expect(WINDBOX_KAFKA_CA).toBe('/authority/ca.pem')
  expect(statSync(join(authority, 'ca.pem')).mode & 0o777).toBe(0o644)
  expect(statSync(join(broker, 'broker.key')).mode & 0o777).toBe(0o600)
  // MongoDB takes 6 to 1024 characters of base64, in a file that its owner alone may read.
  expect(statSync(join(database, 'keyfile')).mode & 0o777).toBe(0o400)
  expect(readFileSync(join(database, 'keyfile'), 'utf8').replace(/\s/g, '').length).toBeLessThanOrEqual(1024)
  const before = folders.map((folder) => statSync(folder).mtimeMs)
  expect(run(make)).toMatchObject({ exitCode: 0 })
  expect(folders.map((folder) => statSync(folder).mtimeMs)).toEqual(before)
})

const CHECKER = Bun.which('docker-compose') ? ['docker-compose'] : null
test.skipIf(CHECKER === null)(
  'Compose takes the file with a made .env, and not without',
  () => {
    const copy = join(dir, 'copy')
    mkdirSync(copy)
    cpSync(join(ROOT, 'deploy'), join(copy, 'deploy'), { recursive: true })
    for (const file of ['docker-compose.yml', 'Dockerfile']) cpSync(join(ROOT, file), join(copy, file))
    expect(run([...CHECKER!, 'config'], copy).said).toContain('run deploy/make-env first')
    cpSync(join(dir, '.env'), join(copy, '.env'))
    expect(run([...CHECKER!, 'config', '-q'], copy)).toEqual({ exitCode: 0, said: '' })
  },
  60_000,
)
