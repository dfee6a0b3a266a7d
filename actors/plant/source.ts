export interface SourceMessage {
  /** One plant message as it came. */
  readonly text: string | Uint8Array
  /** Where the source continues after this message: a line, an offset. Opaque, different for each message. */
  readonly cursor: string
}

/** Where plant messages come from: a recorded file, the plant's topic, the synthetic plant. */
export interface FrameSource {
  /** Stable name; the cursors belong to it. No `/`. */
  readonly id: string
  /** Whether moments are of now, or of a recording whose clock stands at its newest frame. */
  readonly clock: 'live' | 'replay'
  /** Nobody's real plant: every page says so. */
  readonly demonstration?: boolean
  /** The messages behind this cursor, from the first on for null, in order. Ends when there will be no more; throws when it broke. */
  frames(after: string | null): AsyncIterable<SourceMessage>
}
