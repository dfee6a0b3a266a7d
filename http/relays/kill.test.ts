import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../running.fixture.ts'

const KILLS = 3
const ADMIN = { username: 'admin@example.com', password: 'correct horse battery staple' }

test('of every event that was accepted the receiver hears, under one id, whatever is killed in between', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-relay-'))
  const refused = new Set<string>()
  const heard = new Map<string, Set<string>>()
  const receiver = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { id } = ((await request.json()) as { data: { id: string } }).data
      // Each seventh is refused once.
      if (Number(id) % 7 === 0 && !refused.has(id)) {
        refused.add(id)
        return new Response(null, { status: 500 })
      }
      heard.set(id, (heard.get(id) ?? new Set()).add(request.headers.get('webhook-id')!))
      return new Response()
    },
  })
  let product = await start(dir)
  try {
    const relay = { name: 'a', kind: 'webhook', url: receiver.url.href, filter: { type: 'relayed' } }
    expect((await product.post('/api/v1/relays', relay)).status).toBe(201)
    const accepted: string[] = []
    let next = 0
    for (let kill = 0; kill < KILLS; kill++) {
      let killed = false
      const enough = accepted.length + 200
      const sending = (async () => {
        while (!killed) {
          const ids = Array.from({ length: 20 }, () => String(next++))
          const events = ids.map((id) => ({ id, type: 'relayed' }))
          const answer = await product.post('/api/v1/events', events).catch(() => undefined)
          if (answer?.status === 202) accepted.push(...ids)
        }
      })()
      await until(`${enough} are accepted`, () => accepted.length >= enough)
      await product.kill()
      killed = true
      await sending
      product = await start(dir)
    }
    await until('all are heard', () => accepted.every((id) => heard.has(id)), 40_000)
    expect([...heard.values()].filter((ids) => ids.size !== 1)).toEqual([])
  } finally {
    await product.kill()
    await receiver.stop(true)
    rmSync(dir, { recursive: true, force: true })
  }
}, 90_000)

/** The product as people start it, ready and logged in to. */
async function start(dir: string) {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WINDBOX_')))
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../../main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...inherited,
      WINDBOX_PORT: '0',
      WINDBOX_DATA_DIR: dir,
      WINDBOX_PLANT: 'off',
      WINDBOX_ADMIN_EMAIL: ADMIN.username,
      WINDBOX_ADMIN_PASSWORD: ADMIN.password,
      WINDBOX_ALLOW_PRIVATE_RELAYS: 'true',
    },
  })
  const kill = async () => {
    child.kill('SIGKILL')
    await child.exited
  }
  let said = ''
  void (async () => {
    for await (const chunk of child.stdout) said += Buffer.from(chunk).toString()
  })()
  const listens = /listening on (\S+)/
  await until('it listens', () => listens.test(said) || child.exitCode !== null)
  const base = listens.exec(said)?.[1]
  if (base === undefined) throw new Error(`it did not start: ${said}`)
  await until('it is ready', async () => (await fetch(`${base}/health/ready`)).ok)
  const login = await fetch(`${base}/auth/jwt/login`, { method: 'POST', body: new URLSearchParams(ADMIN) })
  const { access_token: token } = (await login.json()) as { access_token: string }
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return {
    kill,
    post: (path: string, body: unknown) => fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) }),
  }
}
