import { Fault } from '../../runtime/index.ts'
import type { SqliteFile } from '../../sqlite/open.ts'
import type { Intake } from './intake.ts'
import { parseRow } from './journal.ts'

/** A read takes as many rows as make about this many characters, between 1 and 1024 rows. */
const READ_LENGTH = 1024 * 1024
const MOST_ROWS = 1024

/** Reads from the file, in bounded pieces, what the live feed did not bring. */
export function journalReader(sqlite: SqliteFile) {
  const rowsFrom = sqlite.prepare<{ seq: number; text: string }, [number, number]>(
    'SELECT seq, text FROM journal WHERE seq >= ? ORDER BY seq LIMIT ?',
  )
  const marks = sqlite.prepare<{ seq: number; ends: string }, []>('SELECT seq, ends FROM marks ORDER BY seq DESC')
  let rowsAtOnce = 16

  /** Finds, for those that were sought anew, the last mark that is not past their offset. */
  const locate = (intakes: readonly Intake[]) => {
    const lost = new Set(intakes.filter(({ row }) => row === undefined))
    if (lost.size === 0) return
    for (const { seq, ends } of marks.all()) {
      const before = ends.split(',')
      for (const intake of lost) {
        if (Number(before[intake.partition]) > intake.next!) continue
        intake.row = seq
        lost.delete(intake)
      }
      if (lost.size === 0) break
    }
    for (const intake of lost) throw outOfRange(intake)
  }

  return {
    /** Offers the next piece of the journal to those who want it. Faults: LOG_OFFSET_OUT_OF_RANGE. */
    read(intakes: readonly Intake[]) {
      const rows = sqlite.read(() => {
        locate(intakes)
        return rowsFrom.all(Math.min(...intakes.map(({ row }) => row!)), rowsAtOnce)
      })
      const taking = new Map(intakes.map((intake) => [intake.partition, intake]))
      let length = 0
      for (const { seq, text } of rows) {
        length += text.length
        const row = parseRow(text)
        if (!row) throw new Fault('DATA_CORRUPT', `Row ${seq} of the log's journal cannot be read.`)
        for (const block of row.blocks) {
          const intake = taking.get(block.partition)
          const outcome = intake?.offer(block, seq)
          if (outcome === 'gap') throw outOfRange(intake!)
          // It must come back to this row later: the rows behind it are not for it now.
          if (outcome === 'full') taking.delete(block.partition)
        }
      }
      const last = rows.at(-1)?.seq
      for (const intake of taking.values()) {
        if (last !== undefined) intake.row = Math.max(intake.row!, last + 1)
        else if (intake.wants) throw outOfRange(intake)
      }
      if (length < READ_LENGTH / 2) rowsAtOnce = Math.min(MOST_ROWS, rowsAtOnce * 2)
      else if (length > READ_LENGTH * 2) rowsAtOnce = Math.max(1, rowsAtOnce >> 1)
    },
  }
}

const outOfRange = ({ partition, next }: Intake) =>
  new Fault('LOG_OFFSET_OUT_OF_RANGE', `Partition ${partition} of the log no longer holds offset ${next}.`)
