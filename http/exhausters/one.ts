import { Type } from '@sinclair/typebox'
import { exhausterOf, type Exhauster } from '../../actors/exhauster/directory.ts'
import { EXHAUSTER_IDS } from '../../actors/exhauster/schema.ts'
import { Fault } from '../../actors/runtime/index.ts'

/** The part of the path that says which of the six. */
export const ID = Type.Object({ id: Type.String({ description: EXHAUSTER_IDS.join(', ') }) })

/** Fault NOT_FOUND: there are six. */
export function known(id: string): Exhauster {
  const exhauster = exhausterOf(id)
  if (exhauster === undefined) throw new Fault('NOT_FOUND', 'There is no such exhauster.')
  return exhauster
}
