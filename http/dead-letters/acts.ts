import type { Audit, Actor } from '../auth/audit.ts'
import { senderOf, type Identity } from '../auth/identity.ts'
import type { DeadLetters } from './letters.ts'
import type { LetterFilter } from './schema.ts'

/** Who acts: whom a replay names, and how the journal does. */
interface Doer {
  readonly identity: Identity
  readonly by: Actor
}

/** What people do with dead letters, each act in the journal. Faults: those of {@link DeadLetters}. */
export function createLetterActs({ letters, audit }: { letters: DeadLetters; audit: Audit }) {
  return {
    async replay({ identity, by }: Doer, id: string) {
      const outcome = await letters.replay(id, senderOf(identity))
      const detail = { attempt: outcome.letter.attempts, position: outcome.position }
      await audit.add(by, 'dead_letter.replayed', `dead-letter/${id}`, detail)
      return outcome
    },

    async replayAll({ identity, by }: Doer, filter: LetterFilter) {
      const outcome = await letters.replayAll(filter, senderOf(identity))
      await audit.add(by, 'dead_letters.replayed', 'dead-letters', { filter, ...outcome })
      return outcome
    },

    async drop({ by }: Doer, id: string): Promise<void> {
      const { code, address, type, position } = await letters.drop(id)
      const before = { code, address, type, position }
      await audit.add(by, 'dead_letter.dropped', `dead-letter/${id}`, {}, { before })
    },
  }
}
export type LetterActs = ReturnType<typeof createLetterActs>
