import { Elysia } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../actors/cluster/port.ts'
import { Fault, RELEASE } from '../actors/runtime/index.ts'
import type { Actor, Audit } from './auth/audit.ts'
import { describe } from './docs/describe.ts'
import { access } from './edge/access.ts'
import { act } from './edge/act.ts'
import { actorView } from './inspection.ts'
import { NoQuery } from './schema.ts'

/** A kind and an id as addresses have them: no tab, no line end. */
const NAME = /^[^\t\r\n]{1,512}$/
const Anything = Type.Unsafe<object>({ type: 'object', additionalProperties: true })

/** Since when, epoch ms, and what threw. */
interface Quarantine {
  readonly since: number
  readonly error: string
}
interface Inspected {
  readonly quarantine: Quarantine | null
}

/** What holds an actor's records back, if anything does. Faults: those of `Cluster.ask`. */
export async function quarantineOf(cluster: Pick<Cluster, 'ask'>, address: string): Promise<Quarantine | null> {
  return (JSON.parse((await cluster.ask(address, '$inspect')).body) as Inspected).quarantine
}

/**
 * Gives an actor its records again, as the journal says. Resolves to the actor, or to where the release stands in the log when it takes
 * longer. Faults: CONFLICT (it is not quarantined, or threw again), and those of `act`.
 */
export async function release(
  { cluster, audit }: { cluster: Cluster; audit: Audit },
  by: Actor,
  address: string,
  set: { headers: Record<string, unknown>; status?: unknown } = { headers: {} },
): Promise<Inspected | { position: string }> {
  const quarantine = await quarantineOf(cluster, address)
  if (quarantine === null) throw new Fault('CONFLICT', `${address} is not quarantined.`)
  const released = await act<Inspected>(cluster, set, {
    record: { key: address, type: RELEASE, value: JSON.stringify({ by: by.sender ?? null }) },
    question: '$inspect',
    refusal: ({ quarantine }) => (quarantine === null ? null : `${address} threw again: ${quarantine.error}`),
  })
  const { since, error } = quarantine
  await audit.add(by, 'actor.released', address, {}, { before: { quarantine: { since, error } } })
  return released
}

/** `POST /api/v1/inspect/actors/{kind}/{id}/release`: an actor that threw too often gets its records again. */
export function releaseRoutes({ cluster, audit }: { cluster: Cluster; audit: Audit }) {
  return new Elysia({ name: 'release' }).use(access).post(
    '/api/v1/inspect/actors/:kind/:id/release',
    async ({ params: { kind, id }, identity, request, server, set }) => {
      const address = `${kind}/${id}`
      if (!NAME.test(kind) || kind.includes('/') || !NAME.test(id)) {
        throw new Fault('NOT_FOUND', 'There is no such actor.')
      }
      const released = await release({ cluster, audit }, audit.by({ identity, request, server }), address, set)
      return 'position' in released ? released : actorView(JSON.stringify(released))
    },
    {
      access: 'admin',
      parse: 'none',
      params: Type.Object({ kind: Type.String(), id: Type.String() }),
      query: NoQuery,
      detail: describe({
        tag: 'inspect',
        summary: 'Release an actor from quarantine',
        description: 'Its records that came meanwhile are among the dead letters, and can be replayed.',
        answers: {
          200: { description: 'The actor as it is now', schema: Anything },
          202: { description: 'In the log; it takes longer', schema: Type.Object({ position: Type.String() }) },
        },
        faults: ['NOT_FOUND', 'CONFLICT', 'RESTORING', 'OVERLOADED', 'ASK_TIMEOUT', 'LOG_UNAVAILABLE'],
      }),
    },
  )
}
