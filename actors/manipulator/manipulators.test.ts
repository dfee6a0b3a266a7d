import { afterEach, expect, test } from 'bun:test'
import type { TcpCommand } from '../control/schema.ts'
import { startManipulator, type SimulatedManipulator } from '../../sims/manipulator/manipulator.ts'
import type { Message } from '../outgoing/target.ts'
import { manipulators } from './manipulators.ts'

const open: SimulatedManipulator[] = []
afterEach(() => open.splice(0).forEach((one) => one.stop()))
const manipulator = (options: Partial<Parameters<typeof startManipulator>[0]>) => {
  const one = startManipulator({ now: () => 0, ...options })
  open.push(one)
  return one
}
const message = (port: number, not_after: number): Message => ({
  id: '2-10-1',
  key: 'mixer',
  payload: {
    loop: 'control/mixer',
    manipulator: { host: '127.0.0.1', port, acknowledge: true, timeout_ms: 1000 },
    command: { datetime: '2026-11-22T10:00:05.000Z', status: 'up' },
    not_after,
  } satisfies TcpCommand,
})
/** How it goes to send the message, with a loop that answers whether the command is superseded. */
function sending(
  message: Message,
  more: { now?: () => number; superseded?: () => boolean; signal?: AbortSignal } = {},
) {
  const { now = () => 0, superseded = () => false, signal = new AbortController().signal } = more
  const ask = async () => ({ body: JSON.stringify(superseded()), offset: 10, at: 0, state: 'live' as const })
  return manipulators({ cluster: { ask }, now }).send(message, signal)
}

test('a manipulator that comes back in time gets the command', async () => {
  const one = manipulator({ behaviour: 'drop' })
  let asked = 0
  const now = () => {
    if (++asked === 2) one.behave('acknowledge')
    return 0
  }
  expect(await sending(message(one.port, 10_000), { now })).toEqual({ taken: true, answer: 'ok' })
  expect(one.lines).toHaveLength(1)
})

test('a command that would come too late is given up, and the sentence says how often it was tried', async () => {
  const one = manipulator({ behaviour: 'drop' })
  let time = 0
  const now = () => (time += 100)
  expect(await sending(message(one.port, 400), { now })).toMatchObject({
    taken: false,
    error: expect.stringContaining('(2 tries)'),
  })
})

test('a stop breaks off what hangs', async () => {
  const one = manipulator({ behaviour: 'hang' })
  const stop = new AbortController()
  const sent = sending(message(one.port, 10_000), { signal: stop.signal })
  stop.abort()
  expect(await sent).toMatchObject({ taken: false, error: expect.stringContaining('broken off') })
})

test('what its loop has superseded is not sent', async () => {
  const one = manipulator({ behaviour: 'acknowledge' })
  const attempt = await sending(message(one.port, 10_000), { superseded: () => true })
  expect(attempt).toMatchObject({ taken: false, expired: true, tried: false })
  expect(one.lines).toEqual([])
})

test('what is superseded while it is tried is broken off and not tried again', async () => {
  for (const behaviour of ['hang', 'drop'] as const) {
    const one = manipulator({ behaviour })
    let looks = 0
    const attempt = await sending(message(one.port, Infinity), { superseded: () => ++looks > 1 })
    expect(attempt).toMatchObject({ taken: false, expired: true, tried: true })
    expect(one.lines.length).toBeLessThan(2)
  }
})

test('a loop that does not answer is not gone past', async () => {
  const one = manipulator({ behaviour: 'acknowledge' })
  const superseded = () => {
    throw new Error('it is being restored')
  }
  let time = 0
  const now = () => (time += 100)
  const attempt = await sending(message(one.port, 400), { superseded, now })
  expect(attempt).toEqual({ taken: false, error: 'it is being restored' })
  expect(one.lines).toEqual([])
})
