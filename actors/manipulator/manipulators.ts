import type { Cluster } from '../cluster/port.ts'
import { SUPERSEDED, type TcpCommand } from '../control/schema.ts'
import type { Message, TargetKind } from '../outgoing/target.ts'
import { sendLine } from './send-line.ts'

/** Pauses between two tries of one command, ms; the last one stays. */
const PAUSES_MS = [100, 200, 400, 800, 1000]
/** How often it is asked, while a manipulator keeps us waiting, whether the loop has changed its mind. */
const LOOK_EVERY_MS = 200

interface ManipulatorParts {
  readonly cluster: Pick<Cluster, 'ask'>
  /** Epoch ms. */
  readonly now: () => number
}

/** The loop has said something newer, or that nothing is to be sent. */
class Superseded extends Error {}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Manipulators: one line over a connection of its own, tried until it is taken or not worth sending any more. The commands of a loop go one
 * after the other, and one that the loop has superseded is never sent, nor tried again: an old one never comes behind a newer one, and
 * the safe position of an interlock waits for nothing. Who moves a manipulator by two loops has the order of neither.
 */
export function manipulators({ cluster, now }: ManipulatorParts): TargetKind {
  async function demandNewest({ id, payload }: Message): Promise<void> {
    const { loop } = payload as TcpCommand
    if (loop === undefined) return
    const [partition, offset] = id.split('-').map(Number) as [number, number]
    const { body } = await cluster.ask(loop, 'superseded', { id }, { minOffsets: new Map([[partition, offset]]) })
    if (JSON.parse(body) === true) throw new Superseded(SUPERSEDED)
  }

  /** Sends the line, and breaks that off as soon as it is superseded. */
  async function tell(message: Message, signal: AbortSignal): Promise<string | null> {
    const newer = new AbortController()
    const looking = setInterval(() => {
      demandNewest(message).catch((error: unknown) => error instanceof Superseded && newer.abort(error))
    }, LOOK_EVERY_MS)
    try {
      return await sendLine(message.payload as TcpCommand, AbortSignal.any([signal, newer.signal]))
    } catch (error) {
      throw newer.signal.aborted ? newer.signal.reason : error
    } finally {
      clearInterval(looking)
    }
  }

  return {
    atOnce: 1,
    restless: true,
    async send(message, signal) {
      const { not_after } = message.payload as TcpCommand
      let tries = 0
      let last = ''
      for (let looks = 0; ; looks++) {
        try {
          await demandNewest(message)
          tries++
          return { taken: true, answer: await tell(message, signal) }
        } catch (error) {
          if (error instanceof Superseded) {
            const before = last === '' ? '' : `; before that: ${last}`
            return { taken: false, error: error.message + before, expired: true, tried: tries > 0 }
          }
          last = sentenceOf(error)
          const pause = PAUSES_MS[Math.min(looks, PAUSES_MS.length - 1)]!
          if (signal.aborted || now() + pause >= not_after) {
            return { taken: false, error: tries < 2 ? last : `${last} (${tries} tries)` }
          }
          await Bun.sleep(pause)
        }
      }
    },
  }
}
