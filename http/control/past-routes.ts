import { Elysia, t } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { CommandView, DecisionView, StatusRun } from '../../actors/control/schema.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { ASK_FAULTS, awaitMinOffset, awaitStored } from '../edge/logged-read.ts'
import { DEFAULT_LIMIT, pageQuery } from '../paging.ts'
import { PageOf, TimeText } from '../schema.ts'
import { timeOf } from '../time.ts'
import { listCommands, listDecisions, type ListQuery } from './decisions.ts'
import { readHistory } from './history.ts'
import { addressOf, type Loops } from './loops.ts'
import { Loop, PATH, tag } from './path.ts'

const rangeQuery = { from: t.Optional(TimeText('Inclusive')), to: t.Optional(TimeText('Exclusive')), ...pageQuery }

/** The query of a list, as the store is asked. Fault VALIDATION. */
const listQuery = ({
  from,
  to,
  limit = DEFAULT_LIMIT,
  cursor,
}: {
  from?: string
  to?: string
  limit?: number
  cursor?: string
}): ListQuery => ({
  limit,
  ...(from === undefined ? {} : { from: timeOf(from, 'from') }),
  ...(to === undefined ? {} : { to: timeOf(to, 'to') }),
  ...(cursor === undefined ? {} : { cursor }),
})

/** What loops have decided and commanded. */
export function pastRoutes({ cluster, loops, now }: { cluster: Cluster; loops: Loops; now: () => number }) {
  return new Elysia({ name: 'control-past' })
    .use(access)
    .get(
      `${PATH}/history`,
      async ({ params: { loop }, query, request }) => {
        await loops.known(loop)
        const after = query.after === undefined ? undefined : timeOf(query.after, 'after')
        const before = query.before === undefined ? undefined : timeOf(query.before, 'before')
        if (after !== undefined && before !== undefined && after > before) {
          const message = 'Must not be earlier than after'
          throw new Fault('VALIDATION', `before: ${message}.`, { errors: [{ path: '/before', message }] })
        }
        await awaitMinOffset(cluster, addressOf(loop), request.headers)
        return await readHistory(cluster, loop, {
          now: now(),
          ...(after === undefined ? {} : { after }),
          ...(before === undefined ? {} : { before }),
        })
      },
      {
        access: 'viewer',
        params: Loop,
        query: t.Object({
          after: t.Optional(TimeText('Inclusive; absent: from the beginning')),
          before: t.Optional(TimeText('Exclusive; absent: now')),
        }),
        detail: describe({
          tag,
          summary: 'What was commanded: runs of one status, cut at the ends of the range',
          answers: { 200: { description: 'Ascending, without gaps', schema: Type.Array(StatusRun) } },
          faults: ['TOO_MANY_POINTS', ...ASK_FAULTS],
          waits: true,
        }),
      },
    )
    .get(
      `${PATH}/decisions`,
      async ({ params: { loop }, query, request }) => {
        const wanted = listQuery(query)
        await loops.known(loop)
        await awaitStored(cluster, request.headers)
        return await listDecisions(cluster, loop, wanted)
      },
      {
        access: 'viewer',
        params: Loop,
        query: t.Object(rangeQuery),
        detail: describe({
          tag,
          summary: 'Decisions, newest first, with what became of their commands',
          answers: { 200: { description: 'A page of them', schema: PageOf(DecisionView) } },
          faults: ASK_FAULTS,
          waits: true,
        }),
      },
    )
    .get(
      `${PATH}/commands`,
      async ({ params: { loop }, query, request }) => {
        const wanted = listQuery(query)
        await loops.known(loop)
        await awaitStored(cluster, request.headers)
        return await listCommands(cluster, loop, wanted)
      },
      {
        access: 'viewer',
        params: Loop,
        query: t.Object(rangeQuery),
        detail: describe({
          tag,
          summary: 'Commands of people and of the interlock, newest first',
          answers: { 200: { description: 'A page of them', schema: PageOf(CommandView) } },
          faults: ASK_FAULTS,
          waits: true,
        }),
      },
    )
}
