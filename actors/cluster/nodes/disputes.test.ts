import { expect, test } from 'bun:test'
import { settleDisputes } from './disputes.ts'

const SELF = 'http://a:1'

function world({ sure = true } = {}) {
  const claims = new Map<number, { epoch: number; url: string }>()
  const claimed: string[] = []
  let announced = 0
  const store = {
    async claim(partition: number, owner: string) {
      claimed.push(`${partition} ${owner}`)
      const epoch = claims.get(partition)!.epoch + 1
      claims.set(partition, { epoch, url: SELF })
      return epoch
    },
  }
  const look = settleDisputes({
    local: { owned: () => [0, 1], isLeased: () => sure, store: store as never },
    table: { claimOf: (partition) => (claims.has(partition) ? { partition, ...claims.get(partition)! } : undefined) },
    url: SELF,
    announce: async () => void announced++,
    report: () => {},
  })
  return { claims, claimed, look, announced: () => announced }
}

test('a foreign claim that stays on what is ours is answered by a newer one, and everybody hears of it', async () => {
  const { claims, claimed, look, announced } = world()
  claims.set(0, { epoch: 4, url: SELF }).set(1, { epoch: 9, url: 'http://b:1' }).set(2, { epoch: 5, url: 'http://b:1' })
  await look()
  expect(claimed).toEqual([])
  await look()
  expect(claimed).toEqual([`1 ${SELF}#again`])
  expect(announced()).toBe(1)
  await look()
  await look()
  expect(claimed).toHaveLength(1)
})

test('a claim of ours that is under way, and a newer one of another, are waited for', async () => {
  const { claims, claimed, look } = world()
  claims.set(1, { epoch: 9, url: 'http://b:1' })
  await look()
  claims.set(1, { epoch: 10, url: 'http://c:1' })
  await look()
  claims.set(1, { epoch: 11, url: SELF })
  await look()
  expect(claimed).toEqual([])
})

test('who is not sure of what it has claims nothing', async () => {
  const { claims, claimed, look } = world({ sure: false })
  claims.set(1, { epoch: 9, url: 'http://b:1' })
  for (let i = 0; i < 4; i++) await look()
  expect(claimed).toEqual([])
})
