import { expect, test } from 'bun:test'
import { ConfigError } from './config-error.ts'
import { SETTINGS, readConfig, usage } from './config.ts'

const read = (environment: Record<string, string>, ...argv: string[]) => readConfig(argv, environment)

test('nothing set gives the embedded edition with the synthetic plant', () => {
  const { command, config } = read({ PATH: '/bin' })
  expect(command).toEqual({ name: 'start' })
  expect(config).toMatchObject({
    WINDBOX_PORT: 3000,
    WINDBOX_PLANT: 'synthetic',
    WINDBOX_PARTITIONS: 16,
    WINDBOX_REGISTRATION: 'closed',
  })
  expect(config.WINDBOX_LOG_RETENTION).toEqual({ ageMs: 7 * 86_400_000, bytes: 2e9 })
})

test('an empty variable counts as unset', () => {
  expect(read({ WINDBOX_PORT: '' }).config.WINDBOX_PORT).toBe(3000)
})

test('a flag wins over the environment', () => {
  const { config } = read(
    { WINDBOX_PLANT: 'synthetic', WINDBOX_PLANT_SPEED: '5' },
    '--replay',
    'frames.gz',
    '--speed',
    'max',
  )
  expect(config).toMatchObject({ WINDBOX_PLANT: 'replay', WINDBOX_PLANT_FILE: 'frames.gz', WINDBOX_PLANT_SPEED: 'max' })
})

test.each([
  ['WINDBOX_PORT', 'abc'],
  ['WINDBOX_PORT', '70000'],
  ['WINDBOX_WORKERS', '-1'],
  ['WINDBOX_WORKERS', '0'],
  ['WINDBOX_PLANT', 'imaginary'],
  ['WINDBOX_PLANT_SPEED', '0'],
  ['WINDBOX_LOG_RETENTION', '7 days'],
  ['WINDBOX_LOG_RETENTION', '0d'],
  ['WINDBOX_HISTORY_RETENTION', 'ever'],
  ['WINDBOX_EVENT_RETENTION', '0d'],
  ['WINDBOX_TRUST_PROXY', 'yes'],
  ['WINDBOX_TIME_ZONE', 'Mars/Olympus'],
  ['WINDBOX_PUBLIC_URL', 'plant.example'],
  ['WINDBOX_ANONYMOUS_ROLE', 'king'],
  ['WINDBOX_CORS_ORIGINS', 'plant.example'],
  ['WINDBOX_CORS_ORIGINS', 'https://plant.example/'],
  ['WINDBOX_PLANT_BROKERS', 'broker-1'],
  ['WINDBOX_PLANT_START', 'yesterday'],
  ['WINDBOX_EVENT_SOURCES', '[{"topic": "orders"}]'],
  ['WINDBOX_METRICS_TOKEN', 'of thirty-one characters, no more'.slice(0, 31)],
  ['WINDBOX_TRACE_SAMPLE', '1.5'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'x-api-key'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'x-api-key=%zz'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'x-api-key=a%0Ab'],
  ['WINDBOX_PROT', '3000'],
  ['WINDBOX_KAFKA_BROKERS', '127.0.0.1:9092'],
])('%s=%s stops the start with a sentence that names it', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(ConfigError)
  expect(() => read({ [name]: value })).toThrow(name)
})

test('a wrong secret is not repeated', () => {
  expect(() => read({ WINDBOX_ADMIN_PASSWORD: 'hunter2 hunter2' })).toThrow(/^(?!.*hunter2)/)
})

test('settings that need each other are said together', () => {
  expect(() => read({ WINDBOX_PLANT: 'replay' })).toThrow('WINDBOX_PLANT_FILE')
  expect(() => read({ WINDBOX_PLANT: 'kafka' })).toThrow('WINDBOX_PLANT_TOPIC')
  expect(() => read({ WINDBOX_ADMIN_EMAIL: 'a@b.c' })).toThrow('WINDBOX_ADMIN_PASSWORD')
})

test('help is asked for by flag or by command, and lists every setting', () => {
  expect(read({}, '--help').command.name).toBe('help')
  expect(read({}, 'help').command.name).toBe('help')
  for (const name of Object.keys(SETTINGS)) expect(usage()).toContain(` ${name} `)
})

test('a mistyped command or flag is said', () => {
  expect(() => read({}, 'strat')).toThrow('strat')
  expect(() => read({}, '--replya', 'x')).toThrow(ConfigError)
})
