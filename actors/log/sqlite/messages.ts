/** One end of a MessageChannel, or a Worker seen from either side. */
export interface Port {
  postMessage(message: unknown): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  start?(): void
}

/** From a Worker to the thread that writes the log. */
export type ToLog =
  | { readonly to: 'log'; readonly do: 'open' }
  /** So many characters of journal text were taken out of the port. */
  | { readonly to: 'log'; readonly do: 'credit'; readonly length: number }
  | { readonly to: 'log'; readonly do: 'commit'; readonly call: number; readonly offsets: ReadonlyMap<number, number> }
  | { readonly to: 'log'; readonly do: 'append'; readonly call: number; readonly batch: readonly PackedBlock[] }

/** Records of one partition as journal lines, not yet in the log. */
export interface PackedBlock {
  readonly partition: number
  readonly count: number
  readonly lines: string
}

/** From the thread that writes the log to a Worker. A string is the text of a journal row: strings cross threads fastest. */
export type FromLog =
  | string
  | {
      readonly from: 'log'
      readonly is: 'opened'
      readonly partitions: readonly { partition: number; committed: number | null; earliest: number; end: number }[]
    }
  /** Rows were left out: the log now ends here, per partition. */
  | { readonly from: 'log'; readonly is: 'ends'; readonly ends: readonly number[] }
  | { readonly from: 'log'; readonly is: 'done'; readonly call: number; readonly firsts: readonly number[] }
  | { readonly from: 'log'; readonly is: 'failed'; readonly call: number; readonly detail: string }
