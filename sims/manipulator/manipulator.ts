/** What a manipulator does with a line. `acknowledge`: answers `ok`; `hang`: takes it and never says anything; `drop`: ends the connection unread. */
export type Behaviour = 'take' | 'acknowledge' | 'hang' | 'drop'

/** A line as it came. */
export interface TakenLine {
  /** Epoch ms. */
  readonly at: number
  readonly line: string
}

/** A manipulator that listens on 127.0.0.1 and remembers what it was told. */
export interface SimulatedManipulator {
  readonly port: number
  readonly lines: readonly TakenLine[]
  /** What it does from now on. */
  behave(behaviour: Behaviour): void
  stop(): void
}

export function startManipulator(options: {
  port?: number
  behaviour?: Behaviour
  now: () => number
  onLine?: (taken: TakenLine) => void
}): SimulatedManipulator {
  const { now, onLine = () => {} } = options
  let behaviour = options.behaviour ?? 'take'
  const lines: TakenLine[] = []
  const server = Bun.listen<{ rest: string }>({
    hostname: '127.0.0.1',
    port: options.port ?? 0,
    socket: {
      open(socket) {
        socket.data = { rest: '' }
        if (behaviour === 'drop') socket.end()
      },
      data(socket, chunk) {
        if (behaviour === 'drop') return
        const parts = (socket.data.rest + chunk.toString()).split('\n')
        socket.data.rest = parts.pop()!
        for (const line of parts) {
          const taken = { at: now(), line }
          lines.push(taken)
          onLine(taken)
          if (behaviour === 'acknowledge') socket.write('ok\n')
        }
      },
      end(socket) {
        if (behaviour !== 'hang') socket.end()
      },
      error() {},
    },
  })
  return {
    port: server.port,
    lines,
    behave: (next) => void (behaviour = next),
    stop: () => server.stop(true),
  }
}
