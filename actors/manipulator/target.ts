import type { TcpCommand } from '../control/schema.ts'
import { sendLine } from './send-line.ts'

/** Pauses between two tries of one command, ms; the last one stays. */
const PAUSES_MS = [100, 200, 400, 800, 1000]

/**
 * Manipulators as a way out of the system, kind `tcp`. A command is tried until it is taken or not worth sending any more, and commands of one
 * manipulator go one after the other: an old one that is tried again never comes behind a newer one. No rest after failures: the
 * next command is another one, and a manipulator that is back must hear it.
 */
export function manipulators({ now }: { now: () => number }) {
  return {
    atOnce: 1,
    rests: false,
    async send({ payload }: { readonly payload: unknown }, signal: AbortSignal) {
      const command = payload as TcpCommand
      for (let tries = 1; ; tries++) {
        try {
          return { taken: true, answer: await sendLine(command, signal) } as const
        } catch (error) {
          const sentence = error instanceof Error ? error.message : String(error)
          const pause = PAUSES_MS[Math.min(tries, PAUSES_MS.length) - 1]!
          if (signal.aborted || now() + pause >= command.not_after) {
            return { taken: false, error: tries === 1 ? sentence : `${sentence} (${tries} tries)` } as const
          }
          await Bun.sleep(pause)
        }
      }
    },
  }
}
