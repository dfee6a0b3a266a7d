import { Type, type Static } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import type { Commanded } from '../../actors/control/actor.ts'
import { POSITIONS } from '../../actors/control/schema.ts'
import { act } from '../edge/act.ts'
import { oneOf } from '../schema.ts'
import { addressOf } from './loops.ts'

/** What a person asks a manipulator for. */
export const CommandRequest = Type.Object({
  status: oneOf(POSITIONS, 'The position'),
  reason: Type.String({
    minLength: 1,
    maxLength: 500,
    pattern: '^[^\\x00-\\x08\\x0b-\\x1f\\x7f]*$',
    description: 'For the record',
  }),
})

/**
 * Moves the manipulator of a loop by hand, and waits what comes of it: the loop, or only where the command stands in the log. `id` is the
 * command's own: the same again is one command. Faults: CONFLICT (an interlock holds), and those of `act`.
 */
export function command(
  cluster: Pick<Cluster, 'append' | 'ask'>,
  set: { headers: Record<string, unknown>; status?: unknown },
  loop: string,
  { status, reason }: Static<typeof CommandRequest>,
  by: { readonly id: number | null; readonly email: string | null },
  id: string,
): Promise<Commanded | { position: string }> {
  return act<Commanded>(cluster, set, {
    record: { key: addressOf(loop), type: 'command', value: JSON.stringify({ status, reason, by }), id },
    question: 'commanded',
    query: { id },
    refusal: ({ refused }) => refused,
  })
}
