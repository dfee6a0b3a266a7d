import { afterEach, expect, test } from 'bun:test'
import { startManipulator, type SimulatedManipulator } from '../../sims/manipulator/manipulator.ts'
import { manipulators } from './target.ts'

const open: SimulatedManipulator[] = []
afterEach(() => open.splice(0).forEach((one) => one.stop()))
const manipulator = (options: Partial<Parameters<typeof startManipulator>[0]>) => {
  const one = startManipulator({ now: () => 0, ...options })
  open.push(one)
  return one
}
const payload = (port: number, not_after: number) => ({
  manipulator: { host: '127.0.0.1', port, acknowledge: true, timeout_ms: 1000 },
  command: { datetime: '2026-11-22T10:00:05.000Z', status: 'up' },
  not_after,
})

test('a manipulator that comes back in time gets the command', async () => {
  const one = manipulator({ behaviour: 'drop' })
  let asked = 0
  const target = manipulators({
    now: () => {
      if (++asked === 2) one.behave('acknowledge')
      return 0
    },
  })
  const sent = await target.send({ payload: payload(one.port, 10_000) }, new AbortController().signal)
  expect(sent).toEqual({ taken: true, answer: 'ok' })
  expect(one.lines).toHaveLength(1)
})

test('a command that would come too late is given up, and the sentence says how often it was tried', async () => {
  const one = manipulator({ behaviour: 'drop' })
  let time = 0
  const target = manipulators({ now: () => (time += 100) })
  const sent = await target.send({ payload: payload(one.port, 400) }, new AbortController().signal)
  expect(sent).toMatchObject({ taken: false, error: expect.stringContaining('(2 tries)') })
})

test('a stop breaks off what hangs', async () => {
  const one = manipulator({ behaviour: 'hang' })
  const stop = new AbortController()
  const sending = manipulators({ now: () => 0 }).send({ payload: payload(one.port, 10_000) }, stop.signal)
  stop.abort()
  expect(await sending).toMatchObject({ taken: false })
})
