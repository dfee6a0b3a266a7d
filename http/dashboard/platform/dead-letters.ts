import type { Cluster } from '../../../actors/cluster/port.ts'
import { kinds } from '../../../actors/kinds.ts'
import { FAULTS, Fault } from '../../../actors/runtime/index.ts'
import { hrefOf } from '../../../views/components/choices.ts'
import type { DeadLettersModel } from '../../../views/pages/dead-letters/model.ts'
import { DEAD_LETTERS_PATH, deadLettersFragments, deadLettersPage } from '../../../views/pages/dead-letters/page.ts'
import type { Authority } from '../../auth/authority.ts'
import type { LetterActs } from '../../dead-letters/acts.ts'
import type { DeadLetters } from '../../dead-letters/letters.ts'
import type { LetterSummary } from '../../dead-letters/schema.ts'
import { quarantineOf, release } from '../../release.ts'
import { isoTime } from '../../time.ts'
import type { Act, FindScreen, Readers } from '../screen.ts'
import { textOfQuery } from './address.ts'

const ROWS = 25
const KINDS = kinds.map(({ kind }) => kind).sort()
const CODES = Object.keys(FAULTS).sort()

const rowOf = ({ id, address, at, code, cause, position, attempts }: LetterSummary) => ({
  id,
  address,
  at,
  code,
  cause,
  position,
  attempts,
})

/** What could not be applied or delivered. */
export function deadLetterScreens(
  parts: {
    cluster: Cluster
    letters: DeadLetters
    letterActs: LetterActs
    authority: Pick<Authority, 'audit' | 'accounts'>
  },
  { plant }: Readers,
): FindScreen {
  const { cluster, letters, letterActs } = parts
  const { audit, accounts } = parts.authority

  /** null for one that is gone: somebody has dropped it, and the list is still there. */
  const find = (id: string) =>
    letters.get(id).catch((error: unknown) => {
      if (error instanceof Fault && error.code === 'NOT_FOUND') return null
      throw error
    })

  /** Who has sent it again, as people know them; what has no account keeps the name that the letter has. */
  async function replayedBy(sender: string | null): Promise<string | null> {
    const [, id] = /^user\/(\d+)$/.exec(sender ?? '') ?? []
    const user = id === undefined ? undefined : await accounts.find(Number(id))
    return user?.email ?? sender
  }

  /** null as well while the actor cannot be asked, and where there is none. */
  async function quarantine(address: string): Promise<DeadLettersModel['quarantine']> {
    try {
      const found = await quarantineOf(cluster, address)
      return found && { since: isoTime(found.since), error: found.error }
    } catch (error) {
      if (error instanceof Fault) return null
      throw error
    }
  }

  return ({ pathname, searchParams: query }) => {
    if (pathname !== DEAD_LETTERS_PATH) return null
    const [kind, code, cursor, id] = ['kind', 'code', 'cursor', 'id'].map((name) => textOfQuery(query, name))
    const filter = { ...(kind === undefined ? {} : { kind }), ...(code === undefined ? {} : { code }) }
    const place = { kind, code, cursor }

    async function read(): Promise<DeadLettersModel> {
      const [listed, chosen] = await Promise.all([
        letters.list(filter, { limit: ROWS, ...(cursor === undefined ? {} : { cursor }) }).catch((error: unknown) => {
          if (error instanceof Fault && error.code === 'VALIDATION') throw error
          return null
        }),
        id === undefined ? null : find(id),
      ])
      return {
        plant: await plant(),
        filter: { kind, code },
        kinds: KINDS,
        codes: CODES,
        letters: listed && listed.items.map(rowOf),
        older: listed && listed.next_cursor,
        cursor,
        chosen: chosen && { ...chosen, ...rowOf(chosen), replayed_by: await replayedBy(chosen.replayed_by) },
        quarantine: chosen && (await quarantine(chosen.address)),
      }
    }

    const acts: Record<string, Act> = {
      'replay-all': {
        role: 'operator',
        async run(_, doer) {
          await letterActs.replayAll(doer, filter)
          return { see: hrefOf(DEAD_LETTERS_PATH, { ...place, done: 'replayed' }) }
        },
      },
    }
    if (id !== undefined) {
      acts.replay = {
        role: 'operator',
        async run(_, doer) {
          await letterActs.replay(doer, id)
          return { see: hrefOf(DEAD_LETTERS_PATH, { ...place, id, done: 'replayed' }) }
        },
        refusal: ({ code, message }, { deadLetters }) =>
          code === 'CONFLICT' ? deadLetters.refused({ cause: message }) : undefined,
      }
      acts.release = {
        role: 'admin',
        async run(_, { by }) {
          const { address } = await letters.get(id)
          await release({ cluster, audit }, by, address)
          return { see: hrefOf(DEAD_LETTERS_PATH, { ...place, id, done: 'released' }) }
        },
        refusal: ({ code, message }, { deadLetters }) =>
          code === 'CONFLICT' ? deadLetters.notReleased({ cause: message }) : undefined,
      }
      acts.drop = {
        role: 'admin',
        async run(_, doer) {
          await letterActs.drop(doer, id)
          return { see: hrefOf(DEAD_LETTERS_PATH, { ...place, done: 'dropped' }) }
        },
      }
    }

    return {
      path: hrefOf(DEAD_LETTERS_PATH, { ...place, id }),
      audience: '',
      // Whatever happens may leave one behind.
      concerns: () => true,
      fragments: async (view) => deadLettersFragments(view, await read()),
      page: async (view, reader) => deadLettersPage(view, await read(), reader),
      acts,
    }
  }
}
