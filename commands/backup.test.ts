import { afterEach, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { startProduct, type Product } from '../bench/product.ts'
import { readConfig } from '../config.ts'
import { restore } from './backup.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

const SENDERS = 4

interface Sent {
  readonly partition: number
  readonly offset: number
  readonly x: number
}

async function start(folder?: string): Promise<Product> {
  const product = await startProduct({ env: { WINDBOX_PARTITIONS: '4' }, ...(folder === undefined ? {} : { folder }) })
  undo.push(() => product.remove())
  return product
}

async function call<Answer>({ url, token }: Product, method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Answer
}

/** Sends readings, several at once, until the server is gone; answers what was acknowledged. */
function load(product: Product, devices: readonly number[]): { sent: Sent[]; ended: Promise<unknown> } {
  const sent: Sent[] = []
  let x = 0
  const sender = async () => {
    for (;;) {
      const reading = { device_id: devices[x % devices.length], x: x++, y: 0, z: 0 }
      const answer = await call<{ positions: string[] }>(product, 'POST', '/api/v1/data', reading).catch(() => null)
      if (answer === null) return
      const [partition, offset] = answer.positions[0]!.split('-').map(Number)
      sent.push({ partition: partition!, offset: offset!, x: reading.x })
    }
  }
  return { sent, ended: Promise.all(Array.from({ length: SENDERS }, sender)) }
}

interface Made {
  readonly folder: string
  readonly positions: readonly string[]
}

test('a server that is killed in a backup leaves the ones before it good: readings and statistics are those up to their position', async () => {
  const product = await start()
  const devices: number[] = []
  for (let n = 0; n < 3; n++) devices.push((await call<{ id: number }>(product, 'POST', '/api/v1/devices', {})).id)
  const { sent, ended } = load(product, devices)
  while (sent.length < 500) await Bun.sleep(1)
  const made = await call<Made>(product, 'POST', '/api/v1/backups')
  const backups = join(made.folder, '..')
  const unfinished = call<Made>(product, 'POST', '/api/v1/backups').catch(() => null)
  while (readdirSync(backups).length < 2) await Bun.sleep(1)
  process.kill(product.pid, 'SIGKILL')
  await Promise.all([ended, unfinished])

  // Whatever of the second one is there: it is whole, or it says that it is not.
  const second = readdirSync(backups).find((name) => !made.folder.endsWith(name))!
  const elsewhere = (folder: string) =>
    readConfig([], { WINDBOX_DATA_DIR: join(product.folder, folder, 'data') }).config
  if (!readdirSync(join(backups, second)).includes('backup.json')) {
    await expect(restore(elsewhere('second'), join(backups, second))).rejects.toThrow('no finished backup')
  }

  await restore(elsewhere('first'), made.folder)
  const restored = await start(join(product.folder, 'first'))
  const ends = new Map(made.positions.map((position) => position.split('-').map(Number) as [number, number]))
  const kept = sent.filter(({ partition, offset }) => offset <= (ends.get(partition) ?? -1)).map(({ x }) => x)
  expect(kept.length).toBeGreaterThanOrEqual(500)
  let count = 0
  const listed: number[] = []
  for (const device of devices) {
    const path = `/api/v1/data?device_id=${device}&limit=1000`
    for (let cursor = ''; ;) {
      const page = await call<{ items: { values: { x: number } }[]; next_cursor: string | null }>(
        restored,
        'GET',
        path + cursor,
      )
      listed.push(...page.items.map(({ values }) => values.x))
      if (page.next_cursor === null) break
      cursor = `&cursor=${page.next_cursor}`
    }
    const statistics = await call<{ count: number }>(restored, 'GET', `/api/v1/statistics?attr=x&device_id=${device}`)
    count += statistics.count
  }
  const ascending = (a: number, b: number) => a - b
  expect(listed.sort(ascending)).toEqual(kept.sort(ascending))
  expect(count).toBe(kept.length)
}, 120_000)
