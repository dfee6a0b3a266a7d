import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from './config.ts'
import { createLogger } from './logger.ts'
import { loginLink } from './commands/accounts.ts'
import { originOf } from './http-config.ts'
import { startWindbox } from './main.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

function dataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-data-'))
  undo.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const configOf = (dir: string, plant: string, more: Record<string, string> = {}) =>
  readConfig([], {
    WINDBOX_DATA_DIR: dir,
    WINDBOX_PLANT: plant,
    WINDBOX_PORT: '0',
    WINDBOX_PARTITIONS: '2',
    WINDBOX_WORKERS: '1',
    ...more,
  }).config

async function start(...config: Parameters<typeof configOf>) {
  const windbox = await startWindbox(configOf(...config), createLogger('error'))
  undo.push(windbox.stop)
  return windbox
}

test('a log-in link beside a running server leads to that server, whatever port it was started with', async () => {
  const dir = dataDir()
  const { url } = await start(dir, 'off')
  expect(await loginLink(configOf(dir, 'off', { WINDBOX_PORT: '3000' }))).toStartWith(`${url}/dashboard/link/`)
})

test.each([
  ['127.0.0.1', 'http://127.0.0.1:3000'],
  ['::1', 'http://[::1]:3000'],
  ['0.0.0.0', 'http://localhost:3000'],
  ['::', 'http://localhost:3000'],
])('a link to a server on %s begins with %s, which a browser can open', (host, origin) => {
  expect(originOf({ WINDBOX_HOST: host }, 3000)).toBe(origin)
})

test('a log-in link where no server has ever been is refused with a sentence', async () => {
  const missing = join(dataDir(), 'missing')
  await expect(loginLink(configOf(missing, 'off'))).rejects.toThrow(`WINDBOX_DATA_DIR=${missing} holds no data yet`)
})

test('the demonstration and a plant do not mix in one folder', async () => {
  const dir = dataDir()
  await (await start(dir, 'synthetic')).stop()
  const plant = start(dir, 'kafka', { WINDBOX_PLANT_BROKERS: '127.0.0.1:9', WINDBOX_PLANT_TOPIC: 'frames' })
  await expect(plant).rejects.toThrow(`${dir} holds the data of the demonstration`)
  await (await start(dir, 'off')).stop()
  await start(dir, 'synthetic')
})

test('a first admin that cannot be is said with the names of its settings', async () => {
  const admin = { WINDBOX_ADMIN_EMAIL: 'nobody', WINDBOX_ADMIN_PASSWORD: 'long enough 1' }
  await expect(start(dataDir(), 'off', admin)).rejects.toThrow(/^WINDBOX_ADMIN_EMAIL .*Expected an e-mail address/)
})

test('a data directory that is made is for this user alone: it holds keys and hashes of passwords', async () => {
  const dir = join(dataDir(), 'new')
  await start(dir, 'off')
  expect(statSync(dir).mode & 0o777).toBe(0o700)
})
