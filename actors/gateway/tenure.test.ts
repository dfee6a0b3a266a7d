import { expect, test } from 'bun:test'
import { until } from '../../http/running.fixture.ts'
import { whileOurs } from './tenure.ts'

/** Work that waits until it is told to stop, and counts. */
function working() {
  const seen = { begun: 0, ended: 0 }
  const work = (signal: AbortSignal) => {
    seen.begun++
    return new Promise<void>((resolve) => signal.addEventListener('abort', () => (seen.ended++, resolve())))
  }
  return { seen, work }
}

test('work begins when it is ours, ends when it is not, and begins again', async () => {
  const { seen, work } = working()
  const stopping = new AbortController()
  let ours = false
  const done = whileOurs(() => ours, stopping.signal, work)
  expect(seen).toEqual({ begun: 0, ended: 0 })
  ours = true
  await until('it begins', () => seen.begun === 1)
  ours = false
  await until('it ends', () => seen.ended === 1)
  ours = true
  await until('it begins again', () => seen.begun === 2)
  stopping.abort()
  await done
  expect(seen).toEqual({ begun: 2, ended: 2 })
})

test('work that has ended by itself is not begun again, and what broke it is told', async () => {
  const { signal } = new AbortController()
  let times = 0
  await whileOurs(
    () => true,
    signal,
    async () => void times++,
  )
  expect(times).toBe(1)
  const broken = whileOurs(
    () => true,
    signal,
    () => Promise.reject(new Error('no such file')),
  )
  expect(broken).rejects.toThrow('no such file')
})
