import { Fault, type NewRecord, partitionOf } from '../../runtime/index.ts'
import { MAX_RECORD_LENGTH } from '../port.ts'
import { formatLine } from './journal.ts'

/** Addresses and types whose form was checked; emptied when full. */
const REMEMBERED = 100_000
const BREAKS = /[\t\n\0]/

/** Turns records into lines of the journal, and says which partition each one goes to. */
export function recordPlacer(partitions: number) {
  const places = new Map<string, number>()
  const types = new Set<string>()

  const checkKey = (key: string): number => {
    const place = BREAKS.test(key) || !key.isWellFormed() ? -1 : partitionOf(key, partitions)
    if (places.size >= REMEMBERED) places.clear()
    const valid = Number.isInteger(place) && place >= 0 && place < partitions ? place : -1
    places.set(key, valid)
    return valid
  }
  const checkType = (type: string): boolean => {
    if (BREAKS.test(type) || !type.isWellFormed()) return false
    if (types.size >= REMEMBERED) types.clear()
    types.add(type)
    return true
  }
  return {
    /** -1 for a record that would break the form of the journal, that is too large, or that names a partition which is not there. */
    partition({ key, type, value, id, source }: NewRecord): number {
      const place = places.get(key) ?? checkKey(key)
      if (!types.has(type) && !checkType(type)) return -1
      if (id && BREAKS.test(id)) return -1
      if (source && BREAKS.test(source)) return -1
      return value.length > MAX_RECORD_LENGTH || value.includes('\n') ? -1 : place
    },
    line: ({ key, type, value, id = '', source = '' }: NewRecord): string => formatLine(type, key, id, source, value),
  }
}

/** The answer to a call none of whose records can ever be taken. */
export const refused = () =>
  new Fault(
    'MALFORMED',
    `None of the records can stand in the log: address, type, id and source hold no tab and no line end, the value is one line of at most ${MAX_RECORD_LENGTH} characters.`,
  )
