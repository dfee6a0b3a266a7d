import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' }
/** Kernel ticks a second: `/proc` counts CPU time in these. */
const TICKS = 100

export interface Product {
  readonly url: string
  readonly pid: number
  readonly folder: string
  /** A token of the first admin. */
  readonly token: string
  readonly startedInMs: number
  get(path: string): Promise<Response>
  /** SIGTERM, and the end that it makes of itself; the data stays. */
  stop(): Promise<void>
  /** Ends it and removes its data. */
  remove(): Promise<void>
}

/** Starts the product as a process of its own, on a free port and its own data, and waits until it is ready. */
export async function startProduct(
  options: {
    env?: Record<string, string> | ((url: string) => Record<string, string>)
    folder?: string
    command?: readonly string[]
    withinMs?: number
  } = {},
): Promise<Product> {
  const { env = {}, command = [process.execPath, 'main.ts'], withinMs = 120_000 } = options
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'windbox-bench-'))
  const port = freePort()
  const url = `http://127.0.0.1:${port}`
  const started = performance.now()
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WINDBOX_')))
  const child = Bun.spawn([...command], {
    stdio: ['ignore', Bun.file(join(folder, 'output')), Bun.file(join(folder, 'errors'))],
    env: {
      ...inherited,
      WINDBOX_PORT: String(port),
      WINDBOX_DATA_DIR: join(folder, 'data'),
      WINDBOX_PLANT: 'off',
      WINDBOX_RATE_LIMIT: '1000000',
      WINDBOX_ADMIN_EMAIL: ADMIN.email,
      WINDBOX_ADMIN_PASSWORD: ADMIN.password,
      ...(typeof env === 'function' ? env(url) : env),
    },
  })
  const kill = async () => {
    for (const pid of tree(child.pid)) kill9(pid)
    await child.exited
  }
  process.on('exit', () => tree(child.pid).forEach(kill9))
  try {
    await until('the product to be ready', withinMs, 20, async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`)
      return (await fetch(`${url}/health/ready`).catch(() => undefined))?.status === 200
    })
    const startedInMs = performance.now() - started
    const token = await logIn(url)
    return {
      url,
      pid: child.pid,
      folder,
      token,
      startedInMs,
      get: (path) => fetch(url + path, { headers: { authorization: `Bearer ${token}` } }),
      async stop() {
        child.kill('SIGTERM')
        if ((await child.exited) !== 0) throw new Error(`it ended with ${child.exitCode} after SIGTERM`)
      },
      async remove() {
        await kill()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await kill()
    const said = ['output', 'errors'].map((name) => readFileSync(join(folder, name), 'utf8').slice(-2000)).join('')
    throw new Error(`${error instanceof Error ? error.message : error}\n${said}`)
  }
}

async function logIn(url: string): Promise<string> {
  const form = new URLSearchParams({ username: ADMIN.email, password: ADMIN.password })
  const answer = await fetch(`${url}/auth/jwt/login`, { method: 'POST', body: form })
  if (!answer.ok) throw new Error(`log-in: ${answer.status} ${await answer.text()}`)
  return ((await answer.json()) as { access_token: string }).access_token
}

function freePort(): number {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const port = server.port!
  void server.stop(true)
  return port
}

/** CPU time of a process so far, user and system, all its threads; microseconds, in steps of 10,000. */
export function cpuUs(pid: number): number {
  const fields = statOf(pid)
  return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6
}

/** Fields of `/proc/PID/stat` behind the name, which may hold anything: 0 is the state, 1 the parent, 11 user time, 12 system time. */
const statOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')

/** Bytes resident, of a process and everything that it started; `pss` counts what they share once. `names`: who has how much. */
export function residentBytes(pid: number): { rss: number; pss: number; names: string } {
  const each = tree(pid).map((one) => {
    const rollup = readFileSync(`/proc/${one}/smaps_rollup`, 'utf8')
    const bytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(rollup)![1]) * 1024
    return { name: readFileSync(`/proc/${one}/comm`, 'utf8').trim(), rss: bytes('Rss'), pss: bytes('Pss') }
  })
  return {
    rss: each.reduce((sum, { rss }) => sum + rss, 0),
    pss: each.reduce((sum, { pss }) => sum + pss, 0),
    names: each.map(({ name, rss }) => `${name} ${Math.round(rss / 1e6)}`).join(', '),
  }
}

/** A process and all its descendants that still run. */
function tree(root: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const [state, parent] = statOf(Number(name))
      if (state !== 'Z' && state !== 'X') parents.set(Number(name), Number(parent))
    } catch {
      // It ended between the listing and the reading.
    }
  }
  const found = parents.has(root) ? [root] : []
  for (const one of found) for (const [pid, parent] of parents) if (parent === one) found.push(pid)
  return found
}

function kill9(pid: number) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

/** Asks until the answer is yes; what was waited for stands in the failure. */
export async function until(
  what: string,
  withinMs: number,
  everyMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms for ${what}`)
    await Bun.sleep(everyMs)
  }
}
