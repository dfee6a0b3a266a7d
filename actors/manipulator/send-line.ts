import type { TcpCommand } from '../control/schema.ts'

/** Characters of an acknowledgement; what comes behind them is not read. */
const LONGEST_ANSWER = 1024
const BROKEN_OFF = 'it was broken off'

/**
 * Sends a command over a connection of its own. Resolves to the line that the manipulator answered, or to null where none is waited for:
 * then the command counts as taken when the system has it on its way and has ended the connection in order. Rejects with a sentence for people. Nothing
 * is tried twice here: who calls knows how long the command is worth anything.
 */
export function sendLine(
  order: Pick<TcpCommand, 'manipulator' | 'command'>,
  signal?: AbortSignal,
): Promise<string | null> {
  const { host, port, acknowledge, timeout_ms } = order.manipulator
  if (signal?.aborted === true) return Promise.reject(new Error(BROKEN_OFF))
  const { promise, resolve, reject } = Promise.withResolvers<string | null>()
  const bytes = new TextEncoder().encode(`${JSON.stringify(order.command)}\n`)
  const decoder = new TextDecoder()
  let written = 0
  let answer = ''
  let opened: Bun.Socket | undefined
  let failed = false

  let timer = setTimeout(() => fail(`no connection within ${timeout_ms} ms`), timeout_ms)
  const fail = (sentence: string) => {
    failed = true
    clearTimeout(timer)
    reject(new Error(sentence))
    opened?.terminate()
  }
  const done = (line: string | null) => {
    clearTimeout(timer)
    // First: to end the connection closes it, and that says that it failed.
    resolve(line)
    opened?.end()
  }
  const write = (socket: Bun.Socket) => {
    written += Math.max(0, socket.write(bytes.subarray(written)))
    if (written === bytes.length && !acknowledge) done(null)
  }

  const breakOff = () => fail(BROKEN_OFF)
  signal?.addEventListener('abort', breakOff)
  const settled = () => signal?.removeEventListener('abort', breakOff)
  promise.then(settled, settled)
  Bun.connect({
    hostname: host,
    port,
    socket: {
      open(socket) {
        // It was given up while it connected: nothing is said any more.
        if (failed) return void socket.terminate()
        opened = socket
        clearTimeout(timer)
        timer = setTimeout(
          () => fail(`no ${acknowledge ? 'answer' : 'room for the line'} within ${timeout_ms} ms`),
          timeout_ms,
        )
        write(socket)
      },
      drain: write,
      data(_, chunk) {
        if (!acknowledge) return
        answer += decoder.decode(chunk, { stream: true })
        const end = answer.indexOf('\n')
        if (end >= 0 || answer.length >= LONGEST_ANSWER) {
          done(answer.slice(0, end < 0 ? LONGEST_ANSWER : Math.min(end, LONGEST_ANSWER)).trim())
        }
      },
      error: (_, error) => fail(error.message),
      connectError: (_, error) => fail(error.message),
      close: () => fail('the connection was closed before the command was taken'),
    },
  }).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)))
  return promise
}
