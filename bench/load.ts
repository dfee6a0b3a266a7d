/**
 * Sends requests over kept connections, the next when the answer to the last is whole: the same GET, or a POST of each next body. Fails at any
 * answer but 200 or 202. With a `rate` (requests a second) each waits for its time.
 */
export async function load(
  url: string,
  options: {
    requests: number
    connections: number
    headers?: Record<string, string>
    body?: () => string
    /** Media type of the bodies; JSON by default. */
    type?: string
    rate?: number
  },
): Promise<void> {
  const { hostname, port, pathname, search } = new URL(url)
  const headers = Object.entries({ host: `${hostname}:${port}`, ...options.headers })
  const { body, rate, type = 'application/json' } = options
  const began = performance.now()
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const start = `${body ? 'POST' : 'GET'} ${pathname}${search} HTTP/1.1\r\n${lines}`
  const request = (): string => {
    if (!body) return `${start}\r\n`
    const text = body()
    return `${start}content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  }
  let unsent = options.requests
  const connection = () =>
    new Promise<void>((done, fail) => {
      /** Bytes of the present answer that have not come yet; -1 until its head is read. */
      let left = -1
      let head = ''
      const next = (socket: Bun.Socket) => {
        if (unsent-- <= 0) {
          done()
          return void socket.end()
        }
        left = -1
        head = ''
        const due = rate === undefined ? 0 : began + ((options.requests - unsent) / rate) * 1000 - performance.now()
        if (due > 1) setTimeout(() => socket.write(request()), due)
        else socket.write(request())
      }
      void Bun.connect({
        hostname,
        port: Number(port),
        socket: {
          open: next,
          data(socket, chunk) {
            if (left < 0) {
              head += chunk.toString('latin1')
              const end = head.indexOf('\r\n\r\n')
              if (end < 0) return
              const length = /^content-length: *(\d+)/im.exec(head.slice(0, end))?.[1]
              if (!/^HTTP\/1\.1 20[02] /.test(head) || length === undefined)
                return fail(new Error(`${url}: ${head.slice(0, 40)} … ${head.slice(end).trim()}`))
              left = Number(length) - (head.length - end - 4)
            } else left -= chunk.length
            if (left === 0) next(socket)
          },
          error: (_, error) => fail(error),
          connectError: (_, error) => fail(error),
          close: () => fail(new Error(`${url}: the connection was closed`)),
        },
      })
    })
  await Promise.all(Array.from({ length: options.connections }, connection))
}
