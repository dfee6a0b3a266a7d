import type { TargetKind } from './target.ts'

/** Sends one payload over a connection of its own; resolves to the line that came back, or null where none is asked for. */
export type SendLine<Payload> = (payload: Payload, signal: AbortSignal) => Promise<string | null>

/** Targets that take a line of text over TCP: one at a time, so that the lines keep their order, and each line on its own. */
export function tcpTarget<Payload>(sendLine: SendLine<Payload>): TargetKind {
  return {
    atOnce: 1,
    restless: true,
    send: async ({ payload }, signal) => ({ taken: true, answer: await sendLine(payload as Payload, signal) }),
  }
}
