/** A row without its sequence and time, which it gets at the commit. */
export interface PlacedRow {
  /** Partition, first offset, number of records, length of the lines; for each partition in it. */
  readonly head: readonly number[]
  /** Partition after partition. */
  readonly lines: readonly string[]
}

/**
 * Gathers the lines of the next row, in the shape that costs least per record: flat arrays in the order of arrival, sorted by partition
 * once. (A map of ropes by partition cost 0.3 µs a record more.)
 */
export function rowBuilder(partitions: number) {
  const touched: number[] = []
  const firsts = new Float64Array(partitions)
  const counts = new Float64Array(partitions)
  const lengths = new Float64Array(partitions)
  /** Pieces of text per partition; a piece may hold several records. */
  const pieces = new Float64Array(partitions)
  let texts: string[] = []
  let partitionOfText: number[] = []
  let length = 0
  const clear = () => {
    for (const partition of touched) counts[partition] = lengths[partition] = pieces[partition] = 0
    touched.length = 0
    texts = []
    partitionOfText = []
    length = 0
  }
  return {
    /** Characters so far. */
    get length() {
      return length
    },
    add(partition: number, first: number, count: number, text: string) {
      if (pieces[partition] === 0) {
        touched.push(partition)
        firsts[partition] = first
      }
      counts[partition]! += count
      lengths[partition]! += text.length
      pieces[partition]!++
      texts.push(text)
      partitionOfText.push(partition)
      length += text.length
    },
    clear,
    /** The row, and an empty builder. */
    build(): PlacedRow {
      const head: number[] = []
      const next = new Float64Array(partitions)
      let start = 0
      for (const partition of touched) {
        head.push(partition, firsts[partition]!, counts[partition]!, lengths[partition]!)
        next[partition] = start
        start += pieces[partition]!
      }
      const lines = texts.slice()
      texts.forEach((text, i) => {
        lines[next[partitionOfText[i]!]!++] = text
      })
      clear()
      return { head, lines }
    },
  }
}
