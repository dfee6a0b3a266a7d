import { expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

test('a SIGTERM while it starts ends it as one later does', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-main-'))
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WINDBOX_')))
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'main.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...inherited,
      WINDBOX_PORT: '0',
      WINDBOX_DATA_DIR: dir,
      WINDBOX_PLANT: 'off',
      // The first admin's password is hashed while it starts: that takes a while.
      WINDBOX_ADMIN_EMAIL: 'admin@example.com',
      WINDBOX_ADMIN_PASSWORD: 'correct horse battery staple',
    },
  })
  try {
    while (!existsSync(join(dir, 'store.sqlite')) && child.exitCode === null) await Bun.sleep(1)
    child.kill('SIGTERM')
    expect(await new Response(child.stderr).text()).not.toContain('Error')
    expect(await child.exited).toBe(0)
  } finally {
    child.kill('SIGKILL')
    await child.exited
    rmSync(dir, { recursive: true, force: true })
  }
})

test('a SIGTERM while it waits for servers that are away ends it at once', async () => {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WINDBOX_')))
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'main.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...inherited,
      WINDBOX_PORT: '0',
      WINDBOX_PLANT: 'off',
      // Nobody answers there: TEST-NET-1.
      WINDBOX_KAFKA_BROKERS: '192.0.2.1:9092',
      WINDBOX_MONGODB_URL: 'mongodb://127.0.0.1:9/?replicaSet=none',
    },
  })
  try {
    const output = { text: '' }
    const reading = (async () => {
      for await (const chunk of child.stderr) output.text += new TextDecoder().decode(chunk)
    })()
    while (!output.text.includes('waiting for the database') && child.exitCode === null) await Bun.sleep(5)
    child.kill('SIGTERM')
    // One that goes on waiting is ended by its own deadline, and says 1.
    expect(await child.exited).toBe(0)
    await reading
  } finally {
    child.kill('SIGKILL')
    await child.exited
  }
}, 30_000)
