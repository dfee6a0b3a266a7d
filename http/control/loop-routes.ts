import { Elysia, t } from 'elysia'
import type { Cluster } from '../../actors/cluster/port.ts'
import { LoopDocument } from '../../actors/control/schema.ts'
import { partitionOf } from '../../actors/runtime/index.ts'
import type { Audit } from '../auth/audit.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { json } from '../edge/body.ts'
import { ASK_FAULTS, readOptions, sayState } from '../edge/logged-read.ts'
import { DEFAULT_LIMIT, fromCursor, pageQuery, toCursor } from '../paging.ts'
import { NoQuery, PageOf } from '../schema.ts'
import { addressOf, type Loops } from './loops.ts'
import { Loop, PATH, tag } from './path.ts'
import { documentAfter, putLoop } from './put.ts'
import { LoopBody, settingsOf } from './settings.ts'

/** Loops and their settings. */
export function loopRoutes(parts: { cluster: Cluster; loops: Loops; audit: Audit; now: () => number }) {
  const { cluster, loops, audit, now } = parts

  /** The document of a loop that is known, with the headers of a read. */
  async function documentOf(
    loop: string,
    headers: Headers,
    set: { headers: Record<string, unknown> },
  ): Promise<string> {
    const options = readOptions(headers, cluster.partitions) ?? {}
    const { body, offset, at, state } = await cluster.ask(addressOf(loop), 'document', {}, options)
    const position = `${partitionOf(addressOf(loop), cluster.partitions)}-${offset}`
    sayState(set.headers, { position, at, state }, now())
    return body
  }

  return new Elysia({ name: 'control-loops' })
    .use(access)
    .get(
      '/api/v1/control/loops',
      async ({ query: { limit = DEFAULT_LIMIT, cursor }, request }) => {
        const after = cursor === undefined ? undefined : (fromCursor(cursor, ['string'])[0] as string)
        const names = await loops.names(after, limit + 1)
        const shown = names.slice(0, limit)
        const options = readOptions(request.headers, cluster.partitions) ?? {}
        const answers = await Promise.all(shown.map((loop) => cluster.ask(addressOf(loop), 'document', {}, options)))
        return {
          items: answers.map(({ body }) => JSON.parse(body) as LoopDocument),
          next_cursor: names.length > limit ? toCursor([shown.at(-1)!]) : null,
        }
      },
      {
        access: 'viewer',
        query: t.Object(pageQuery),
        detail: describe({
          tag,
          summary: 'All loops',
          answers: { 200: { description: 'By name', schema: PageOf(LoopDocument) } },
          faults: ASK_FAULTS,
          waits: true,
        }),
      },
    )
    .get(
      PATH,
      async ({ params: { loop }, request, set }) => {
        await loops.known(loop)
        const body = await documentOf(loop, request.headers, set)
        set.headers['content-type'] = 'application/json'
        return body
      },
      {
        access: 'viewer',
        params: Loop,
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'A loop: its settings, its status, its window so far',
          answers: { 200: { description: 'The loop', schema: LoopDocument } },
          faults: ASK_FAULTS,
          reads: true,
        }),
      },
    )
    .put(
      PATH,
      async ({ params: { loop }, body, identity, request, server, set }) => {
        const settings = settingsOf(body)
        const who = { by: audit.by({ identity, request, server }), user: identity.user }
        const { position, isNew } = await putLoop(parts, who, loop, settings)
        set.headers['x-position'] = position
        const document = await documentAfter(cluster, loop, position)
        set.status = isNew ? 201 : 200
        return document
      },
      {
        access: 'engineer',
        parse: json,
        params: Loop,
        query: NoQuery,
        body: LoopBody,
        detail: describe({
          tag,
          summary: 'Makes a loop, or changes its settings',
          description:
            'The whole of the settings; what is left out gets its default. A loop is never deleted. A host on a private network is taken: whoever may put loops ' +
            'decides where commands go, and nothing but one line of JSON is ever sent there.',
          answers: {
            200: { description: 'The loop with these settings', schema: LoopDocument },
            201: { description: 'It was made', schema: LoopDocument },
          },
          faults: ['CONFLICT', 'LOG_UNAVAILABLE', ...ASK_FAULTS.filter((code) => code !== 'NOT_FOUND')],
        }),
      },
    )
}
