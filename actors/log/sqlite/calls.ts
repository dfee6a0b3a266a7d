import { Fault } from '../../runtime/index.ts'
import type { FromLog, Port, ToLog } from './messages.ts'

/** Numbers are of the thread, not of the port: a consumer and an appender share one. */
let calls = 0

type Call = Extract<ToLog, { call: number }>
type WithoutNumber<Message> = Message extends Call ? Omit<Message, 'to' | 'call'> : never

/** Questions to the log's thread over a port, each with its answer. */
export function openCalls(port: Port) {
  const waiting = new Map<number, { resolve(firsts: readonly number[]): void; reject(error: unknown): void }>()
  const take = ({ data }: MessageEvent<FromLog>) => {
    if (typeof data === 'string' || data?.from !== 'log' || (data.is !== 'done' && data.is !== 'failed')) return
    const call = waiting.get(data.call)
    waiting.delete(data.call)
    if (data.is === 'done') call?.resolve(data.firsts)
    else call?.reject(new Fault('LOG_UNAVAILABLE', data.detail, { retryAfterS: 1 }))
  }
  port.addEventListener('message', take)
  port.start?.()
  return {
    send(message: WithoutNumber<Call>): Promise<readonly number[]> {
      return new Promise((resolve, reject) => {
        const call = calls++
        waiting.set(call, { resolve, reject })
        port.postMessage({ to: 'log', call, ...message })
      })
    },
    /** Whoever still waits is told that the log is out of reach. */
    close() {
      port.removeEventListener('message', take)
      for (const { reject } of waiting.values()) reject(new Fault('LOG_UNAVAILABLE', 'The log is closed.'))
      waiting.clear()
    },
  }
}
