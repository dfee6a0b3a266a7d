/** A row without its sequence and time, which it gets at the commit. */
export interface PlacedRow {
  readonly head: string
  readonly lines: string
  /** Offset after its last record, of each partition in it. */
  readonly ends: readonly (readonly [partition: number, end: number])[]
}

/**
 * Gathers the lines of the next row by partition: as ropes, which SQLite's binding makes flat once. (A map of objects cost 0.2 µs a
 * record more, arrays of lines joined at the end 0.1 µs.)
 */
export function rowBuilder(partitions: number) {
  /** Those that have a record in the row, in the order of their first. */
  const touched: number[] = []
  const firsts: number[] = Array(partitions).fill(0)
  const counts: number[] = Array(partitions).fill(0)
  const texts: string[] = Array(partitions).fill('')
  let length = 0
  const clear = () => {
    for (const partition of touched) {
      counts[partition] = 0
      texts[partition] = ''
    }
    touched.length = 0
    length = 0
  }
  return {
    /** Characters so far. */
    get length() {
      return length
    },
    add(partition: number, first: number, count: number, lines: string) {
      if (counts[partition] === 0) {
        touched.push(partition)
        firsts[partition] = first
        texts[partition] = lines
      } else texts[partition] += lines
      counts[partition]! += count
      length += lines.length
    },
    clear,
    /** The row, and an empty builder. */
    build(): PlacedRow {
      let head = ''
      let lines = ''
      const ends: [number, number][] = []
      for (const partition of touched) {
        const text = texts[partition]!
        head += `${head === '' ? '' : ','}${partition},${firsts[partition]},${counts[partition]},${text.length}`
        lines += text
        ends.push([partition, firsts[partition]! + counts[partition]!])
      }
      clear()
      return { head, lines, ends }
    },
  }
}
