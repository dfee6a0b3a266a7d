import { SUPERSEDED, type LoopDocument } from '../../actors/control/schema.ts'
import type { Text } from '../text/catalogue.ts'

/**
 * How often a command was tried and why it did not reach the manipulator, in words of the page; what only the system knows stays as the
 * system says it. `tries` is null where the error does not count them.
 */
export function failureOf({ control }: Text, error: string): { tries: number | null; cause: string } {
  const { causes } = control
  const [, sentence = '', tries] = /^(?:[A-Z_]+: )?([^]*?)(?: \((\d+) tries\))?$/.exec(error) ?? []
  const [, late, ms = ''] = /^no (connection|answer|room for the line) within (\d+) ms$/.exec(sentence) ?? []
  const words = () => {
    if (late === 'connection') return causes.noConnection({ ms })
    if (late === 'answer') return causes.noAnswer({ ms })
    if (late !== undefined) return causes.notTaken({ ms })
    if (sentence === 'Failed to connect') return causes.refused
    if (sentence.includes('ENOTFOUND')) return causes.noSuchHost
    if (sentence.startsWith(SUPERSEDED)) return causes.superseded
    return sentence.startsWith('the connection was closed') ? causes.closed : sentence
  }
  return { tries: tries === undefined ? null : Number(tries), cause: words() }
}

/** The newest command of a loop that has ended, if it did not arrive: unless a newer one took its place. */
export function undelivered({ dry_run, last_delivery: last }: LoopDocument): LoopDocument['last_delivery'] {
  return dry_run || last?.status === 'delivered' || last?.error?.startsWith(SUPERSEDED) ? null : last
}
