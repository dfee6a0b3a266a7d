import { MongoNetworkError } from 'mongodb'
// @ts-expect-error: the driver has no types for its inner files.
import { Connection } from 'mongodb/lib/cmap/connection.js'

interface InnerConnection {
  readonly closed: boolean
  readonly error: Error | null
  once(event: 'close', listener: () => void): void
  off(event: 'close', listener: () => void): void
}

type Write = (this: InnerConnection, ...args: unknown[]) => Promise<void>

const { writeCommand } = Connection.prototype as { writeCommand: Write }

const gone = ({ error }: InnerConnection) => error ?? new MongoNetworkError('the connection was closed')

/**
 * A write that the socket does not take at once waits for its `drain`. When the connection closes meanwhile, the driver (7.9.0) tells only
 * who reads from it, and under Bun neither `drain` nor an error comes: the operation would never end, no time-out of the
 * driver covers it, and its place in the pool is lost. So the end of the connection ends the write as well.
 */
Connection.prototype.writeCommand = async function (...args) {
  const closed = Promise.withResolvers<never>()
  const onClose = () => closed.reject(gone(this))
  this.once('close', onClose)
  try {
    await Promise.race([writeCommand.apply(this, args), closed.promise])
  } finally {
    this.off('close', onClose)
  }
  if (this.closed) throw gone(this)
} satisfies Write
