import './unfinished-writes.ts'
import { expect, test } from 'bun:test'
import { EventEmitter } from 'node:events'
// @ts-expect-error: the driver has no types for its inner files.
import { Connection } from 'mongodb/lib/cmap/connection.js'

/** A connection whose socket takes what is written at once, or not. */
function connectionThat(takes: boolean) {
  const socket = Object.assign(new EventEmitter(), { write: () => takes, destroy() {} })
  const connection = Object.assign(Object.create(Connection.prototype), { socket, closed: false, error: null })
  EventEmitter.call(connection)
  const request = { command: { ping: 1 }, toBin: async () => [new Uint8Array(1)] }
  const write = (): Promise<void> => connection.writeCommand(request, { agreedCompressor: 'none' })
  return { socket, connection, write }
}

test('a write to a connection that closes before it is through ends with the error of the connection', async () => {
  const { connection, write } = connectionThat(false)
  const writing = write()
  await new Promise(setImmediate)
  connection.cleanup(new Error('closed by the server'))
  expect(await writing.catch(String)).toBe('Error: closed by the server')
})

test('one that drains, or goes at once, ends well', async () => {
  await connectionThat(true).write()
  const { socket, connection, write } = connectionThat(false)
  const writing = write()
  await new Promise(setImmediate)
  socket.emit('drain')
  await writing
  expect(connection.listenerCount('close')).toBe(0)
})
