import { afterEach, expect, test } from 'bun:test'
import { Fault } from '../../runtime/index.ts'
import { RoutingTable } from './table.ts'
import { until } from './waiting.fixture.ts'

const undo: (() => unknown)[] = []

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

type Owner = { partition: number; epoch: number; owner: string }

async function tableOf(read: () => Promise<Owner[]>, refreshMs = 1_000_000) {
  const alive = new Set(['http://a:1', 'http://b:1'])
  const seen = new Set(alive)
  const reports: string[] = []
  let looks = 0
  const table = new RoutingTable({
    store: { owners: read },
    nodes: {
      isAlive: (url) => alive.has(url),
      isSeen: (url) => seen.has(url),
      isListed: (url) => alive.has(url),
      look: async () => void looks++,
    },
    report: (_, sentence) => reports.push(sentence),
    refreshMs,
  })
  undo.push(() => table.stop())
  await table.start()
  return { table, alive, seen, reports, looks: () => looks }
}

test('the node that claimed a partition last has it, while the node lives', async () => {
  const { table, alive, seen } = await tableOf(async () => [
    { partition: 0, epoch: 4, owner: 'http://a:1#0' },
    { partition: 1, epoch: 9, owner: 'http://b:1#3' },
  ])
  expect(table.ownerOf(0)).toEqual({ partition: 0, epoch: 4, url: 'http://a:1' })
  expect(table.ownerOf(1)).toMatchObject({ url: 'http://b:1' })
  expect(table.ownerOf(2)).toBeUndefined()
  seen.delete('http://b:1')
  expect([table.isServed(0), table.isServed(1), table.isServed(2)]).toEqual([true, false, false])
  expect(table.ownerOf(1)).toBeDefined()
  alive.delete('http://b:1')
  expect(table.ownerOf(1)).toBeUndefined()
  expect(table.claimOf(1)).toMatchObject({ url: 'http://b:1', epoch: 9 })
})

test('an older epoch that is read later changes nothing', async () => {
  const owners: Owner[] = [{ partition: 0, epoch: 5, owner: 'http://b:1#0' }]
  const { table } = await tableOf(async () => [...owners])
  owners[0] = { partition: 0, epoch: 4, owner: 'http://a:1#0' }
  await table.refresh()
  expect(table.ownerOf(0)).toMatchObject({ epoch: 5, url: 'http://b:1' })
  owners[0] = { partition: 0, epoch: 6, owner: 'http://a:1#0' }
  await table.refresh()
  expect(table.ownerOf(0)).toMatchObject({ epoch: 6, url: 'http://a:1' })
})

test('many who ask at once cost one reading, and who asks while it is under way gets the next', async () => {
  let reads = 0
  const gates: (() => void)[] = []
  let gated = false
  const { table } = await tableOf(async () => {
    reads++
    if (gated) await new Promise<void>((resolve) => gates.push(resolve))
    return []
  })
  gated = true
  const before = reads
  const first = table.refresh()
  const later = Array.from({ length: 50 }, () => table.refresh())
  gates.shift()!()
  await first
  await until('the second reading begins', () => gates.length === 1)
  gates.shift()!()
  await Promise.all(later)
  expect(reads - before).toBe(2)
})

test('it is read again and again; while the store is away what is known stays, and that is said once', async () => {
  const owners: Owner[] = [{ partition: 0, epoch: 1, owner: 'http://a:1#0' }]
  let away = false
  let reads = 0
  const { table, reports } = await tableOf(async () => {
    reads++
    if (away) throw new Fault('STORE_UNAVAILABLE', 'away')
    return [...owners]
  }, 5)
  away = true
  const from = reads
  await until('it has tried several times', () => reads > from + 3)
  expect(table.ownerOf(0)).toMatchObject({ epoch: 1 })
  expect(reports).toHaveLength(1)
  owners[0] = { partition: 0, epoch: 2, owner: 'http://b:1#0' }
  away = false
  await until('the new owner is known', () => table.ownerOf(0)?.epoch === 2)
})

test('an owner whom nobody knows is looked for among the nodes', async () => {
  const { looks } = await tableOf(async () => [{ partition: 0, epoch: 1, owner: 'http://new:1#0' }])
  expect(looks()).toBeGreaterThan(0)
})
