import { expect, test } from 'bun:test'
import { FarAsks } from '../../../figures/far-asks.ts'
import { Fault } from '../../runtime/index.ts'
import { problemOf } from './fault-wire.ts'
import { Peers } from './peers.ts'

test('a question that the wrong node gets is counted as such, and timed as any other', async () => {
  const faults = [
    new Fault('NOT_OWNER', 'another node has it'),
    new Fault('OVERLOADED', 'too much', { retryAfterS: 1 }),
  ]
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => problemOf(faults.shift()!) })
  const asks = new FarAsks()
  const peers = new Peers({ secret: 's'.repeat(32), asks, report: () => {}, now: Date.now })
  const put = () => peers.put(`http://127.0.0.1:${server.port}`, '/.node/ask', {}, 5000)
  await expect(put()).rejects.toThrow('another node has it')
  await expect(put()).rejects.toThrow('too much')
  expect([asks.misdirected, asks.count]).toEqual([1, 2])
  await server.stop(true)
})
