import { Database } from 'bun:sqlite'
import { afterEach, expect, test } from 'bun:test'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import { startWindbox } from '../main.ts'
import { addUser, rotateKeys } from './accounts.ts'
import { check } from './check.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' }

function settings(): Record<string, string> {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-commands-'))
  undo.push(() => rmSync(dir, { recursive: true, force: true }))
  return {
    WINDBOX_DATA_DIR: join(dir, 'data'),
    WINDBOX_PLANT: 'off',
    WINDBOX_PORT: '0',
    WINDBOX_PARTITIONS: '2',
    WINDBOX_WORKERS: '1',
    WINDBOX_ADMIN_EMAIL: ADMIN.email,
    WINDBOX_ADMIN_PASSWORD: ADMIN.password,
  }
}

async function start(environment: Record<string, string>) {
  const { config } = readConfig([], environment)
  const windbox = await startWindbox(config, createLogger('error'))
  let stopped = false
  const stop = async () => {
    if (!stopped) await windbox.stop()
    stopped = true
  }
  undo.push(stop)
  return { ...windbox, config, stop }
}

/** `windbox …` as a process of its own. */
async function windbox(environment: Record<string, string>, words: readonly string[], stdin = '') {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WINDBOX_')))
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../main.ts'), ...words], {
    stdio: [Buffer.from(stdin), 'pipe', 'pipe'],
    env: { ...inherited, ...environment },
  })
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { out, err, code }
}

async function logIn(url: string, { email, password }: { email: string; password: string }) {
  const body = new URLSearchParams({ username: email, password })
  const answer = await fetch(`${url}/auth/jwt/login`, { method: 'POST', body })
  return { status: answer.status, ...((await answer.json()) as { access_token: string; refresh_token: string }) }
}

test('users add beside a running server makes an account that can log in with the password of the standard input', async () => {
  const environment = settings()
  const { url } = await start(environment)
  const password = 'a password of its own'
  const added = await windbox(environment, ['users', 'add', 'Eng@example.com', '--role', 'engineer'], `${password}\n`)
  expect(added).toEqual({ out: 'Eng@example.com can log in\n', err: '', code: 0 })
  const { status, access_token } = await logIn(url, { email: 'eng@example.com', password })
  expect(status).toBe(200)
  const me = await fetch(`${url}/users/me`, { headers: { authorization: `Bearer ${access_token}` } })
  expect(await me.json()).toMatchObject({ email: 'eng@example.com', role: 'engineer' })

  const again = await windbox(environment, ['users', 'add', 'eng@example.com', '--role', 'viewer'], `${password}\n`)
  expect(again).toEqual({ out: '', err: 'windbox: The e-mail address belongs to another user.\n', code: 1 })
})

test('without a password users add prints a link that lets the new user in, and nobody else', async () => {
  const { config, url } = await start(settings())
  const link = await addUser(config, { email: 'new@example.com', role: 'viewer', password: null })
  expect(link).toStartWith(`${url}/dashboard/link/`)
  const page = await fetch(link!)
  expect(page.status).toBe(200)
  const pressed = await fetch(link!, { method: 'POST', redirect: 'manual', headers: { origin: url } })
  expect(pressed.headers.get('location')).toEndWith('/dashboard/password')
  const cookie = pressed.headers.get('set-cookie')!.split(';')[0]!
  const asks = await fetch(`${url}/dashboard/password`, { headers: { cookie } })
  expect(await asks.text()).toContain('new@example.com')
})

test('keys rotate beside a running server: the next token has the new key, the old tokens stay good', async () => {
  const { config, url } = await start(settings())
  const before = await logIn(url, ADMIN)
  const kid = await rotateKeys(config)
  const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid as string
  const deadline = performance.now() + 20_000
  let token = before.access_token
  let refresh_token = before.refresh_token
  while (kidOf(token) !== kid) {
    if (performance.now() > deadline) throw new Error('waited 20 s for a token of the new key')
    await Bun.sleep(100)
    const answer = await fetch(`${url}/auth/jwt/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token }),
    })
    ;({ access_token: token, refresh_token } = (await answer.json()) as typeof before)
  }
  for (const one of [before.access_token, token]) {
    expect((await fetch(`${url}/users/me`, { headers: { authorization: `Bearer ${one}` } })).status).toBe(200)
  }
  const published = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }
  expect(published.keys.map((key) => key.kid)).toContain(kid)
  expect(published.keys).toHaveLength(2)
}, 60_000)

test('an admin backs up the running server; backup and restore do the same on the command line', async () => {
  const environment = settings()
  const { url, config, stop } = await start(environment)
  const { access_token } = await logIn(url, ADMIN)
  const authorization = `Bearer ${access_token}`
  const made = await fetch(`${url}/api/v1/backups`, { method: 'POST', headers: { authorization } })
  expect(made.status).toBe(201)
  const { folder, bytes } = (await made.json()) as { folder: string; bytes: number }
  expect(folder).toStartWith(join(config.WINDBOX_DATA_DIR, 'backups'))
  expect(bytes).toBeGreaterThan(1000)
  const audit = await fetch(`${url}/api/v1/audit`, { headers: { authorization } })
  expect(((await audit.json()) as { items: { action: string }[] }).items[0]!.action).toBe('backup.made')

  const to = join(config.WINDBOX_DATA_DIR, '../copy')
  const copied = await windbox(environment, ['backup', '--to', to])
  expect([copied.code, copied.err]).toEqual([0, ''])
  expect(readdirSync(to).sort()).toEqual(['backup.json', 'log.sqlite', 'store.sqlite'])
  const refused = await windbox(environment, ['restore', to])
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('Another process has')])
  await stop()

  const elsewhere = { ...environment, WINDBOX_DATA_DIR: join(config.WINDBOX_DATA_DIR, '../restored') }
  expect((await windbox(elsewhere, ['restore', to])).code).toBe(0)
  const restored = await start(elsewhere)
  expect((await logIn(restored.url, ADMIN)).status).toBe(200)
}, 60_000)

test.skipIf(!process.env.WINDBOX_MONGODB_URL)(
  'check of a cluster looks at its servers and changes nothing',
  async () => {
    const namespace = `windbox-check-${crypto.randomUUID().slice(0, 8)}`
    const cluster = {
      WINDBOX_KAFKA_BROKERS: process.env.WINDBOX_KAFKA_BROKERS!,
      WINDBOX_MONGODB_URL: process.env.WINDBOX_MONGODB_URL!,
      WINDBOX_NAMESPACE: namespace,
    }
    for (let twice = 0; twice < 2; twice++) {
      const { code, out } = await windbox(cluster, ['check'])
      expect([code, out]).toEqual([0, expect.stringContaining('a start makes it')])
    }
    const away = await windbox({ ...cluster, WINDBOX_KAFKA_BROKERS: '127.0.0.1:9' }, ['check'])
    expect([away.code, away.out]).toEqual([1, expect.stringContaining('wrong  the broker')])
  },
  60_000,
)

test('check looks at every page and says what is wrong with its exit code', async () => {
  const environment = settings()
  expect((await windbox(environment, ['check'])).out).toContain('a start makes it')
  const { config, stop } = await start(environment)
  expect((await check(config)).filter(({ good }) => !good)).toEqual([])
  await stop()
  const whole = await windbox(environment, ['check'])
  expect([whole.code, whole.out]).toEqual([0, expect.stringContaining('store and log belong together')])

  const file = join(config.WINDBOX_DATA_DIR, 'store.sqlite')
  expect(existsSync(file)).toBe(true)
  // What is still in the write-ahead log would stand over the damage.
  const store = new Database(file)
  store.run('PRAGMA wal_checkpoint(TRUNCATE)')
  store.close()
  const opened = openSync(file, 'r+')
  writeSync(opened, Buffer.alloc(4096, 0xff), 0, 4096, 4096)
  closeSync(opened)
  const damaged = await windbox(environment, ['check'])
  expect([damaged.code, damaged.out]).toEqual([1, expect.stringContaining('wrong  ')])
  expect(await windbox({ ...environment, WINDBOX_PORT: 'abc' }, ['check'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('WINDBOX_PORT=abc'),
  })
}, 60_000)

test('a folder of backups that cannot be used stops the start, and a backup into one says what is wrong with it', async () => {
  const environment = settings()
  const file = join(environment.WINDBOX_DATA_DIR!, '../file')
  writeFileSync(file, '')
  const refused = await windbox({ ...environment, WINDBOX_BACKUP_DIR: join(file, 'backups') }, [])
  expect([refused.code, refused.err]).toEqual([
    1,
    expect.stringContaining(`WINDBOX_BACKUP_DIR=${file}/backups cannot be used`),
  ])
  const there = join(environment.WINDBOX_DATA_DIR!, '../backups')
  const { url } = await start({ ...environment, WINDBOX_BACKUP_DIR: there })
  rmSync(there, { recursive: true })
  writeFileSync(there, '')
  const { access_token } = await logIn(url, ADMIN)
  const headers = { authorization: `Bearer ${access_token}` }
  const answer = await fetch(`${url}/api/v1/backups`, { method: 'POST', headers })
  expect([answer.status, await answer.json()]).toEqual([
    503,
    expect.objectContaining({ code: 'BACKUP_UNAVAILABLE', detail: expect.stringContaining('cannot be written') }),
  ])
})

test('check says of a restore that was cut short what a start says', async () => {
  const environment = settings()
  const dir = environment.WINDBOX_DATA_DIR!
  mkdirSync(dir)
  writeFileSync(join(dir, 'store.sqlite.part'), '')
  const checked = await windbox(environment, ['check'])
  expect([checked.code, checked.out]).toEqual([
    1,
    expect.stringContaining(`wrong  the restore of ${dir} was cut short`),
  ])
  const started = await windbox(environment, [])
  expect([started.code, started.err]).toEqual([1, expect.stringContaining(`the restore of ${dir} was cut short`)])
})

test('a command that is half said is answered with what there is', async () => {
  const read = (...words: string[]) => readConfig(words, {}).command
  expect(read('backup', '--to', 'there')).toEqual({ name: 'backup', to: 'there' })
  expect(read('restore', 'there')).toEqual({ name: 'restore', from: 'there' })
  expect(read('keys', 'rotate')).toEqual({ name: 'keys rotate' })
  expect(read('users', 'add', 'a@b.c', '--role', 'admin')).toEqual({ name: 'users add', email: 'a@b.c', role: 'admin' })
  expect(() => read('users', 'add', 'a@b.c')).toThrow('--role viewer|operator|engineer|admin')
  expect(() => read('users', 'add', 'a@b.c', '--role', 'king')).toThrow('--role')
  expect(() => read('keys')).toThrow('keys rotate')
  expect(() => read('restore')).toThrow('folder of one backup')
  expect(() => read('start', '--to', 'there')).toThrow('--to belongs to backup')
  expect(() => read('check', 'more')).toThrow('check takes no "more"')
})
