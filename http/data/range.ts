import { Fault } from '../../actors/runtime/index.ts'
import { timeOf } from '../time.ts'

/** A range of time, epoch ms: `from` inclusive, `to` exclusive; what is not given is open. Fault VALIDATION. */
export function rangeOf(query: { from?: string | undefined; to?: string | undefined }): { from: number; to: number } {
  const from = query.from === undefined ? -Infinity : timeOf(query.from, 'from')
  const to = query.to === undefined ? Infinity : timeOf(query.to, 'to')
  if (from > to) {
    throw new Fault('VALIDATION', 'from is after to.', {
      errors: [{ path: '/from', message: 'Expected a time that is not after to' }],
    })
  }
  return { from, to }
}
