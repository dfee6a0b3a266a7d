import { afterEach, expect, test } from 'bun:test'
import type { TcpCommand } from '../control/schema.ts'
import { startManipulator, type SimulatedManipulator } from '../../sims/manipulator/manipulator.ts'
import { commandSender } from './send-command.ts'

const open: SimulatedManipulator[] = []
afterEach(() => open.splice(0).forEach((one) => one.stop()))
const manipulator = (options: Partial<Parameters<typeof startManipulator>[0]>) => {
  const one = startManipulator({ now: () => 0, ...options })
  open.push(one)
  return one
}
const command = (port: number, not_after: number): TcpCommand => ({
  manipulator: { host: '127.0.0.1', port, acknowledge: true, timeout_ms: 1000 },
  command: { datetime: '2026-11-22T10:00:05.000Z', status: 'up' },
  not_after,
})

test('a manipulator that comes back in time gets the command', async () => {
  const one = manipulator({ behaviour: 'drop' })
  let asked = 0
  const now = () => {
    if (++asked === 2) one.behave('acknowledge')
    return 0
  }
  expect(await commandSender({ now })(command(one.port, 10_000), new AbortController().signal)).toBe('ok')
  expect(one.lines).toHaveLength(1)
})

test('a command that would come too late is given up, and the sentence says how often it was tried', async () => {
  const one = manipulator({ behaviour: 'drop' })
  let time = 0
  const send = commandSender({ now: () => (time += 100) })
  await expect(send(command(one.port, 400), new AbortController().signal)).rejects.toThrow('(2 tries)')
})

test('a stop breaks off what hangs', async () => {
  const one = manipulator({ behaviour: 'hang' })
  const stop = new AbortController()
  const sending = commandSender({ now: () => 0 })(command(one.port, 10_000), stop.signal)
  stop.abort()
  await expect(sending).rejects.toThrow('broken off')
})
