import { expect, test } from 'bun:test'
import { Tracing } from './tracing.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const tracing = (sample: number, random = () => 0.5) =>
  new Tracing({ endpoint: 'http://127.0.0.1:9', resource: {}, report: () => {}, sample, random })
const isFollowed = (one: Tracing, path: string, traceparent?: string) =>
  one.follow(new Request(`http://x${path}`, { headers: traceparent ? { traceparent } : {} }), path) !== undefined

test('a request without a trace begins one by chance, one with a trace does as that says', () => {
  expect(isFollowed(tracing(0.6), '/users')).toBe(true)
  expect(isFollowed(tracing(0.4), '/users')).toBe(false)
  expect(isFollowed(tracing(1), '/users', `00-${TRACE}-b7ad6b7169203331-00`)).toBe(false)
  expect(isFollowed(tracing(0), '/users', `00-${TRACE}-b7ad6b7169203331-01`)).toBe(true)
  // A header that is none counts as none.
  expect(isFollowed(tracing(1), '/users', 'nonsense')).toBe(true)
})

test('what machines ask every few seconds is not followed, what nodes ask each other only as a part of something', () => {
  for (const path of ['/ping', '/metrics', '/health/ready']) expect(isFollowed(tracing(1), path), path).toBe(false)
  expect(isFollowed(tracing(1), '/.node/ask')).toBe(false)
  expect(isFollowed(tracing(0), '/.node/ask', `00-${TRACE}-b7ad6b7169203331-01`)).toBe(true)
})

test('whoever asks to be followed, it is a hundred requests a second at most', () => {
  const one = tracing(0)
  const followed = Array.from({ length: 1000 }, () => isFollowed(one, '/users', `00-${TRACE}-b7ad6b7169203331-01`))
  // The second may pass once meanwhile.
  expect(followed.filter(Boolean).length).toBeLessThanOrEqual(200)
  expect(followed.slice(0, 100).every(Boolean)).toBe(true)
})

test('what belongs to no followed request is appended as it is, and asked without a trace', async () => {
  const one = tracing(1)
  const seen: unknown[] = []
  const append = one.appending((records) => Promise.resolve(records.map((record) => (seen.push(record), null))))
  const record = { key: 'device/1', type: 'reading', value: '{}' }
  await append([record])
  expect(seen[0]).toBe(record)
  expect(one.carry()).toEqual({})
})

test('of a batch the first records carry the trace on, not thousands', async () => {
  const one = tracing(1)
  const carried: (string | undefined)[] = []
  const append = one.appending((records) => Promise.resolve(records.map(({ trace }) => (carried.push(trace), null))))
  const request = new Request('http://x/api/v1/data', { method: 'POST' })
  const answer = one.follow(request, '/api/v1/data')!
  await answer(
    async () => {
      await append(Array.from({ length: 50 }, () => ({ key: 'device/1', type: 'reading', value: '{}' })))
      expect(one.carry().traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
      return new Response()
    },
    () => '/api/v1/data',
  )
  expect(carried.filter(Boolean)).toHaveLength(4)
  expect(new Set(carried.filter(Boolean)).size).toBe(1)
})
