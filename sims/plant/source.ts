/** One message of the plant, with the place to go on from after it. */
export interface Frame {
  /** As the plant sent it: JSON where it is not broken; bytes where they are no UTF-8. */
  readonly text: string | Uint8Array
  /** Opaque to everybody but the source that gave it. */
  readonly cursor: string
}

/** Where frames come from. A cursor of one `id` means nothing to another. */
export interface FrameSource {
  readonly id: string
  /** What ages are measured against: the present, or the newest moment of a recording. */
  readonly clock: 'live' | 'replay'
  /** The plant is made up. */
  readonly demonstration?: boolean
  /** Frames after the cursor (null: from the beginning). The consumer may take its time between two of them. */
  frames(after: string | null): AsyncIterable<Frame>
}

/** Resolves when the time is over or the signal says stop, whichever is first; never rejects. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

export const sleepOnTimer: Sleep = (ms, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const wake = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, ms)
    signal.addEventListener('abort', wake)
  })
