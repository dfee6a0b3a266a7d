import { afterEach, expect, test } from 'bun:test'
import { startManipulator, type Behaviour, type SimulatedManipulator } from '../../sims/manipulator/manipulator.ts'
import { sendLine } from './send-line.ts'

const open: SimulatedManipulator[] = []
afterEach(() => open.splice(0).forEach((one) => one.stop()))

function manipulator(behaviour: Behaviour) {
  const one = startManipulator({ behaviour, now: () => 0 })
  open.push(one)
  return one
}
const order = (port: number, more: object = {}) => ({
  manipulator: { host: '127.0.0.1', port, acknowledge: false, timeout_ms: 2000, ...more },
  command: { datetime: '2026-11-22T10:00:05.000Z', status: 'up' } as const,
})
const LINE = '{"datetime":"2026-11-22T10:00:05.000Z","status":"up"}'

async function toldLine({ lines }: SimulatedManipulator): Promise<string> {
  const end = performance.now() + 5000
  while (lines.length === 0) {
    if (performance.now() > end) throw new Error('waited 5 s for a line')
    await new Promise<void>((done) => setImmediate(done))
  }
  return lines[0]!.line
}

test('a command is one line of compact JSON over a connection of its own', async () => {
  const one = manipulator('take')
  expect(await sendLine(order(one.port))).toBeNull()
  expect(await toldLine(one)).toBe(LINE)
  expect(await sendLine(order(one.port))).toBeNull()
})

test('an acknowledgement is waited for where it was agreed', async () => {
  const one = manipulator('acknowledge')
  expect(await sendLine(order(one.port, { acknowledge: true }))).toBe('ok')
  expect(one.lines.map(({ line }) => line)).toEqual([LINE])
})

test('a manipulator that hangs, ends the connection or is not there has not taken the command, and it says why', async () => {
  const hanging = manipulator('hang')
  await expect(sendLine(order(hanging.port, { acknowledge: true, timeout_ms: 50 }))).rejects.toThrow(
    'no answer within 50 ms',
  )
  const dropping = manipulator('drop')
  await expect(sendLine(order(dropping.port, { acknowledge: true }))).rejects.toThrow()
  const gone = manipulator('take')
  gone.stop()
  await expect(sendLine(order(gone.port))).rejects.toThrow()
})

test('an endless answer is cut', async () => {
  const server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { data: (socket) => void socket.write('x'.repeat(5000)) },
  })
  expect(await sendLine(order(server.port, { acknowledge: true }))).toHaveLength(1024)
  server.stop(true)
})
