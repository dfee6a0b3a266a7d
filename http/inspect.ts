import { Elysia } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../actors/cluster/port.ts'
import { Fault, partitionOf } from '../actors/runtime/index.ts'
import { describe } from './docs/describe.ts'
import { access } from './edge/access.ts'
import { readOptions, sayState } from './edge/logged-read.ts'
import { actorView, systemView } from './inspection.ts'
import { NoQuery } from './schema.ts'

const tag = 'inspect'
const Anything = Type.Unsafe<object>({ type: 'object', additionalProperties: true })
/** A kind and an id as addresses have them: no tab, no line end. */
const NAME = /^[^\t\r\n]{1,512}$/

/** `/api/v1/inspect`: what the system knows of itself. */
export function inspectRoutes({ cluster, now }: { cluster: Cluster; now: () => number }) {
  return new Elysia({ name: 'inspect' })
    .use(access)
    .get('/api/v1/inspect', async () => systemView(await cluster.inspect()), {
      access: 'viewer',
      query: NoQuery,
      detail: describe({
        tag,
        summary: 'Nodes, Workers, partitions',
        answers: { 200: { description: 'For people; fields may come and go', schema: Anything } },
      }),
    })
    .get(
      '/api/v1/inspect/actors/:kind/:id',
      async ({ params: { kind, id }, request, set }) => {
        const address = `${kind}/${id}`
        if (!NAME.test(kind) || !NAME.test(id)) throw new Fault('NOT_FOUND', 'There is no such actor.')
        const options = readOptions(request.headers, cluster.partitions) ?? {}
        const { body, offset, at, state } = await cluster.ask(address, '$inspect', {}, options)
        sayState(set.headers, { position: `${partitionOf(address, cluster.partitions)}-${offset}`, at, state }, now())
        return actorView(body)
      },
      {
        access: 'viewer',
        params: Type.Object({ kind: Type.String(), id: Type.String() }),
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'One actor: state, offsets, quarantine',
          answers: { 200: { description: 'For people; fields may come and go', schema: Anything } },
          reads: true,
          faults: ['NOT_FOUND', 'RESTORING', 'OVERLOADED', 'ASK_TIMEOUT', 'OFFSET_NOT_REACHED', 'VERSION_AHEAD'],
        }),
      },
    )
}
