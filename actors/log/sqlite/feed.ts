import { Fault, type AssignedPartition } from '../../runtime/index.ts'
import type { FromLog, PackedBlock, Port, ToLog } from './messages.ts'

/** Characters that may lie in the port of a reader that takes nothing out. Beyond, it reads from the file. */
const CREDIT = 4 * 1024 * 1024

/** What a Worker can ask of the log. */
export interface FeedSource {
  assigned(partitions: readonly number[]): AssignedPartition[]
  ends(): readonly number[]
  /** Answers the first offset of each block, once durable. */
  append(batch: readonly PackedBlock[]): Promise<number[]>
  commit(offsets: ReadonlyMap<number, number>): Promise<void>
}

/** The writer's side of one Worker: fresh rows go out while there is credit, appends and low watermarks come in. */
export function openFeed(port: Port, partitions: readonly number[], source: FeedSource) {
  let opened = false
  let underWay = 0
  /** Rows were left out since the reader's credit ran out. */
  let behind = false
  const send = (message: FromLog) => port.postMessage(message)

  const answer = async (call: number, work: Promise<readonly number[]>) => {
    try {
      send({ from: 'log', is: 'done', call, firsts: await work })
    } catch (error) {
      const detail = error instanceof Fault ? error.message : 'The log could not take the records.'
      send({ from: 'log', is: 'failed', call, detail })
    }
  }
  const take = ({ data }: MessageEvent<ToLog>) => {
    if (data?.to !== 'log') return
    if (data.do === 'open') {
      opened = true
      underWay = 0
      behind = false
      send({ from: 'log', is: 'opened', partitions: source.assigned(partitions) })
    } else if (data.do === 'credit') {
      underWay -= data.length
      if (behind && underWay < CREDIT / 2) {
        behind = false
        send({ from: 'log', is: 'ends', ends: source.ends() })
      }
    } else if (data.do === 'append') {
      void answer(data.call, source.append(data.batch))
    } else {
      const own = new Map([...data.offsets].filter(([partition]) => partitions.includes(partition)))
      void answer(
        data.call,
        source.commit(own).then(() => []),
      )
    }
  }
  port.addEventListener('message', take)
  port.start?.()
  return {
    push(text: string) {
      if (!opened || behind) return
      if (underWay > CREDIT) {
        behind = true
        return
      }
      underWay += text.length
      send(text)
    },
    close() {
      port.removeEventListener('message', take)
    },
  }
}
