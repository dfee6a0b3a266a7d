import { Elysia, t } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { CommandView, DecisionView, LoopDocument, StatusRun } from '../../actors/control/schema.ts'
import { Fault, partitionOf } from '../../actors/runtime/index.ts'
import type { Audit } from '../auth/audit.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { json } from '../edge/body.ts'
import { awaitMinOffset, readOptions, sayState } from '../edge/logged-read.ts'
import type { Retries } from '../edge/retries.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { DEFAULT_LIMIT, fromCursor, pageQuery, toCursor } from '../paging.ts'
import { NoQuery, PageOf, TimeText } from '../schema.ts'
import { timeOf } from '../time.ts'
import { CommandRequest, command } from './command.ts'
import { listCommands, listDecisions, type ListQuery } from './decisions.ts'
import { readHistory } from './history.ts'
import { addressOf, type Loops } from './loops.ts'
import { Payload, readingResource } from './readings.ts'
import { LoopBody, settingsOf } from './settings.ts'

const tag = 'control'
const PATH = '/api/v1/control/loops/:loop'
const Loop = Type.Object({
  loop: Type.String({ pattern: '^[a-z0-9][a-z0-9_.-]{0,63}$', description: '`default`, or a name that was put' }),
})
const asks = [
  'NOT_FOUND',
  'RESTORING',
  'OVERLOADED',
  'ASK_TIMEOUT',
  'OFFSET_NOT_REACHED',
  'QUARANTINED',
  'VERSION_AHEAD',
] as const

const Reading = Type.Object(
  {
    datetime: TimeText('When it was measured'),
    payload: Payload,
    sensor: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
)
const Batch = Type.Object({
  accepted: Type.Integer(),
  rejected: Type.Integer(),
  positions: Type.Array(Type.String()),
  errors: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String(), message: Type.String() })),
})
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

/** `/api/v1/control`: loops, what they are told, what they decided, what they commanded. */
export function controlRoutes(parts: {
  cluster: Cluster
  loops: Loops
  ingest: Ingest
  retries: Retries
  audit: Audit
  now: () => number
}) {
  const { cluster, loops, ingest, retries, audit, now } = parts

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

  return new Elysia({ name: 'control' })
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
          faults: asks,
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
          faults: asks,
          reads: true,
        }),
      },
    )
    .put(
      PATH,
      async ({ params: { loop }, body, identity, set }) => {
        const settings = settingsOf(body)
        const { before, version, position } = await loops.put(loop, settings, identity.user)
        await audit.add({ id: identity.user, email: identity.email }, 'loop.changed', addressOf(loop), {
          version,
          before,
          after: settings,
        })
        set.headers['x-position'] = position
        const [partition, offset] = position.split('-').map(Number) as [number, number]
        const { body: document } = await cluster.ask(
          addressOf(loop),
          'document',
          {},
          {
            minOffsets: new Map([[partition, offset]]),
          },
        )
        set.status = before === null ? 201 : 200
        return JSON.parse(document) as LoopDocument
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
          faults: ['CONFLICT', 'LOG_UNAVAILABLE', ...asks.filter((code) => code !== 'NOT_FOUND')],
        }),
      },
    )
    .post(`${PATH}/readings`, ingest(readingResource(loops)), {
      access: 'ingest',
      parse: 'none',
      params: Loop,
      query: NoQuery,
      detail: describe({
        tag,
        summary: 'Readings of its sensors: one, an array, or lines of JSON',
        description:
          'A batch is one record of the log. A reading counts in the window that is open when the log takes it; one whose `datetime` is before the last decision ' +
          'is counted as outdated and not used. A `datetime` more than a minute ahead of the clock here is refused.',
        body: {
          'application/json': Type.Union([Reading, Type.Array(Reading, { maxItems: 10_000 })]),
          'application/x-ndjson': Type.String({ description: 'A reading a line' }),
        },
        answers: { 202: { description: 'Taken, durably', schema: Batch } },
        faults: [
          'NOT_FOUND',
          'MALFORMED',
          'TOO_LARGE',
          'UNSUPPORTED_MEDIA_TYPE',
          'LOG_UNAVAILABLE',
          'OVERLOADED',
          'IDEMPOTENCY_MISMATCH',
        ],
        writes: true,
      }),
    })
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
          faults: ['TOO_MANY_POINTS', ...asks],
          waits: true,
        }),
      },
    )
    .get(
      `${PATH}/decisions`,
      async ({ params: { loop }, query }) => {
        await loops.known(loop)
        return await listDecisions(cluster, loop, listQuery(query))
      },
      {
        access: 'viewer',
        params: Loop,
        query: t.Object(rangeQuery),
        detail: describe({
          tag,
          summary: 'Decisions, newest first, with what became of their commands',
          answers: { 200: { description: 'A page of them', schema: PageOf(DecisionView) } },
          faults: ['NOT_FOUND'],
        }),
      },
    )
    .get(
      `${PATH}/commands`,
      async ({ params: { loop }, query }) => {
        await loops.known(loop)
        return await listCommands(cluster, loop, listQuery(query))
      },
      {
        access: 'viewer',
        params: Loop,
        query: t.Object(rangeQuery),
        detail: describe({
          tag,
          summary: 'Commands of people and of the interlock, newest first',
          answers: { 200: { description: 'A page of them', schema: PageOf(CommandView) } },
          faults: ['NOT_FOUND'],
        }),
      },
    )
    .post(
      `${PATH}/commands`,
      async ({ params: { loop }, body, identity, request, set }) => {
        await loops.known(loop)
        const parts = [request.method, loop, JSON.stringify(body)]
        const {
          status,
          body: text,
          position,
        } = await retries.once(identity, request.headers, parts, async (idOf) => {
          const id = idOf?.(0) ?? crypto.randomUUID()
          const by = { id: identity.user, email: identity.email }
          const done: { headers: Record<string, unknown>; status?: unknown } = { headers: {} }
          const outcome = await command(cluster, done, loop, body, by, id)
          return {
            status: Number(done.status),
            body: JSON.stringify('loop' in outcome ? outcome.loop : outcome),
            position: String(done.headers['x-position']),
          }
        })
        set.status = status
        set.headers['content-type'] = 'application/json'
        if (position !== undefined) set.headers['x-position'] = position
        return text
      },
      {
        access: 'operator',
        parse: json,
        params: Loop,
        query: NoQuery,
        body: CommandRequest,
        detail: describe({
          tag,
          summary: 'Moves the manipulator by hand',
          description:
            'The command goes out at once. The next rejected test toggles from there. An interlock that holds refuses the unsafe position.',
          answers: {
            200: { description: 'Done: the loop', schema: LoopDocument },
            202: { description: 'Noted, and not done yet', schema: Type.Object({ position: Type.String() }) },
          },
          faults: ['NOT_FOUND', 'CONFLICT', 'LOG_UNAVAILABLE', 'QUARANTINED', 'VERSION_AHEAD', 'IDEMPOTENCY_MISMATCH'],
          writes: true,
        }),
      },
    )
}
