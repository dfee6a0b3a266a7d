import type { Append } from '../../runtime/index.ts'
import { placeOf, refused } from '../placing.ts'
import { openCalls } from './calls.ts'
import { lineOf } from './journal.ts'
import type { PackedBlock, Port } from './messages.ts'

/**
 * `append` for a Worker, over its end of the channel that `SqliteLog.serve` has the other end of. The records cross as lines of the
 * journal, so the log's thread does no work per record. `partitions` is the log's number. Faults as of the log's own append.
 */
export function openRemoteAppend(port: Port, partitions: number): Append {
  const calls = openCalls(port)
  return async (records) => {
    const blocks = new Map<number, { partition: number; count: number; lines: string; index: number }>()
    const places = records.map((record) => {
      const partition = placeOf(record, partitions)
      if (partition < 0) return null
      let block = blocks.get(partition)
      if (!block) blocks.set(partition, (block = { partition, count: 0, lines: '', index: blocks.size }))
      block.lines += lineOf(record)
      return { block, nth: block.count++ }
    })
    if (records.length === 0) return []
    if (blocks.size === 0) throw refused()
    const batch: PackedBlock[] = [...blocks.values()].map(({ partition, count, lines }) => ({
      partition,
      count,
      lines,
    }))
    const firsts = await calls.send({ do: 'append', batch })
    return places.map(
      (place) => place && { partition: place.block.partition, offset: firsts[place.block.index]! + place.nth },
    )
  }
}
