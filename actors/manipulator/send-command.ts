import type { TcpCommand } from '../control/schema.ts'
import { sendLine } from './send-line.ts'

/** Pauses between two tries of one command, ms; the last one stays. */
const PAUSES_MS = [100, 200, 400, 800, 1000]

/**
 * Tells a manipulator a command: tries until it is taken or not worth sending any more. Who sends the commands of one manipulator one after the
 * other keeps their order by that: an old one that is tried again never comes behind a newer one. Resolves to the manipulator's answer, or to
 * null where none is waited for; rejects with why the last try failed.
 */
export const commandSender =
  ({ now }: { now: () => number }) =>
  async (command: TcpCommand, signal: AbortSignal): Promise<string | null> => {
    for (let tries = 1; ; tries++) {
      try {
        return await sendLine(command, signal)
      } catch (error) {
        const sentence = error instanceof Error ? error.message : String(error)
        const pause = PAUSES_MS[Math.min(tries, PAUSES_MS.length) - 1]!
        if (signal.aborted || now() + pause >= command.not_after) {
          throw new Error(tries === 1 ? sentence : `${sentence} (${tries} tries)`)
        }
        await Bun.sleep(pause)
      }
    }
  }
