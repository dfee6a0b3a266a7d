/**
 * The texts of a segment's rows, in their order: UTF-8 with a line end between two. A text is one line, '' stands for none.
 * They lie beside the columns and not among them: who sums up numbers never reads them.
 */
export const encodeTexts = (texts: readonly string[]): Uint8Array => encoder.encode(texts.join('\n'))

/** Undoes {@link encodeTexts}. */
export const decodeTexts = (bytes: Uint8Array): string[] => decoder.decode(bytes).split('\n')

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
