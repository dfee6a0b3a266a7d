import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { deliveryWorld, leaving, until } from './loop.fixture.ts'
import { newSecret } from './signature.ts'

const COUNT = 300
const KILLS = 6

test('killed at any moment, each delivery reaches its receiver, under one id, and never again once that is recorded', async () => {
  const world = deliveryWorld()
  const recorded = new Set<string>()
  const received = new Map<string, number>()
  const again: string[] = []
  const receiver = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const id = request.headers.get('webhook-id')!.slice('wb-'.length)
      if (recorded.has(id)) again.push(id)
      received.set(id, (received.get(id) ?? 0) + 1)
      return new Response()
    },
  })
  const spawn = () =>
    Bun.spawn(
      [process.execPath, join(import.meta.dir, 'kill.fixture.ts'), world.file, receiver.url.href, newSecret()],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
  /** What the store calls delivered, noted for the receiver. */
  const note = async () => {
    for (const { id, status } of await world.store.listDeliveries({ target: 'webhook/a', limit: COUNT })) {
      if (status === 'delivered') recorded.add(id)
    }
  }
  let child = spawn()
  try {
    await world.store.putEffects(
      Array.from({ length: COUNT }, (_, n) => leaving(n, { target: { kind: 'webhook', key: 'a' } })),
    )
    for (let kill = 1; kill <= KILLS; kill++) {
      const enough = Math.floor((COUNT * kill) / (KILLS + 1))
      await until(`${enough} have arrived`, () => received.size >= enough)
      child.kill('SIGKILL')
      await child.exited
      await note()
      child = spawn()
    }
    await until('all are recorded', async () => {
      await note()
      return recorded.size === COUNT
    })
  } finally {
    child.kill('SIGKILL')
    await child.exited
    await receiver.stop(true)
    await world.close()
  }
  expect(received.size).toBe(COUNT)
  expect(again).toEqual([])
  // Only what was under way at a kill came twice: four of one target at most.
  expect([...received.values()].filter((times) => times > 1).length).toBeLessThanOrEqual(KILLS * 4)
}, 60_000)
