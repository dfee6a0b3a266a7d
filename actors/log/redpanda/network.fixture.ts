import { connect, type Socket } from 'node:net'
import type { RedpandaOptions } from './client.ts'

/** Connections that can be hurt: what a test hands to kafkajs in place of its own. */
export function hurtNetwork() {
  const sockets = new Set<Socket>()
  let sent = 0
  let deaf = false
  let down = false
  const socketFactory: RedpandaOptions['socketFactory'] = ({ host, port, onConnect }) => {
    // Port 1 of the loopback refuses.
    const socket = down ? connect({ host: '127.0.0.1', port: 1 }) : connect({ host, port }, onConnect)
    const { emit, write } = socket
    socket.write = ((...given: Parameters<typeof write>) => {
      sent++
      return write.apply(socket, given)
    }) as typeof write
    socket.emit = ((event: string, ...rest: unknown[]) =>
      deaf && event === 'data' ? true : emit.call(socket, event, ...rest)) as typeof emit
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    socketFactory,
    /** How many requests. */
    sent: () => sent,
    /** What is sent arrives, and no answer comes back. */
    loseAnswers: () => void (deaf = true),
    /** Connections that are there end, and new ones are refused. */
    fail() {
      down = true
      cut()
    },
    /** Connections that are there end, and new ones are sound. */
    heal() {
      deaf = down = false
      cut()
    },
  }
}
