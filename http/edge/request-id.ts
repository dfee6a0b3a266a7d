/** Answers of one process are told apart by a number, those of two by what stands before it. */
const process = crypto.getRandomValues(Buffer.alloc(6)).toString('hex')
/** From here on it has six digits. */
let count = 0x100000

export const newRequestId = (): string => process + (count++).toString(16)

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/

/** W3C Trace Context: the trace goes on with a span of ours. undefined when the header is none. */
export function continueTrace(traceparent: string): string | undefined {
  const match = TRACEPARENT.exec(traceparent)
  if (match === null || traceparent.startsWith('ff') || /^0+$/.test(match[1]!)) return undefined
  return `00-${match[1]}-${crypto.getRandomValues(Buffer.alloc(8)).toString('hex')}-${match[2]}`
}
