import { Elysia, t } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { exhausterOf, type Exhauster } from '../../actors/exhauster/directory.ts'
import {
  EXHAUSTER_IDS,
  ExhausterDocument,
  ExhausterSummary,
  MachineDocument,
  STATUSES,
  StatusChange,
} from '../../actors/exhauster/schema.ts'
import { SINTER_MACHINES } from '../../actors/machine/directory.ts'
import { Fault } from '../../actors/runtime/index.ts'
import type { Audit } from '../auth/audit.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { json } from '../edge/body.ts'
import type { Exchange, FaultAnswers } from '../edge/fault-answers.ts'
import { readOptions, sayState } from '../edge/logged-read.ts'
import { DEFAULT_LIMIT, pageQuery } from '../paging.ts'
import { NoQuery, PageOf, TimeText, oneOf } from '../schema.ts'
import { timeOf } from '../time.ts'
import { KeptAnswers, bytesOf, type Answer } from './kept-answers.ts'
import { documentAt, pastOf } from './past.ts'
import type { Rotors } from './rotors.ts'
import { listStatusChanges } from './status-events.ts'
import { MOST_POINTS, STEPS, readTrend, trendCsv, trendQuery } from './trends.ts'

const tag = 'exhausters'
const ID = Type.Object({ id: Type.String({ description: EXHAUSTER_IDS.join(', ') }) })
const ADDRESSES = new Map(EXHAUSTER_IDS.map((id) => [id as string, `exhauster/${id}`]))
const JSON_TYPE = 'application/json'
/** Clocks of two machines differ a little. */
const CLOCK_MARGIN_MS = 60_000

const TrendParameters = t.Object({
  signals: t.String({ maxLength: 1024, description: 'Keys, with commas between them; at most 16' }),
  from: TimeText('Inclusive'),
  to: TimeText('Exclusive, at most 31 days later'),
  step: t.Integer({ description: `Seconds: ${STEPS.join(', ')}` }),
})

const TrendView = Type.Object({
  step: Type.Integer({ description: 'Seconds' }),
  from: Type.String(),
  to: Type.String(),
  series: Type.Array(
    Type.Object({
      signal: Type.String(),
      unit: Type.String(),
      points: Type.Array(
        Type.Array(Type.Number(), {
          minItems: 4,
          maxItems: 4,
          description: 'Start of the step (epoch ms), min, mean, max',
        }),
      ),
    }),
  ),
})

const RotorBody = Type.Object({
  number: Type.String({ minLength: 1, maxLength: 64, pattern: '\\S', description: 'From the rotor directory' }),
  installed_at: TimeText('When it was installed'),
})

/** Fault NOT_FOUND: there are six. */
function known(id: string): Exhauster {
  const exhauster = exhausterOf(id)
  if (exhauster === undefined) throw new Fault('NOT_FOUND', 'There is no such exhauster.')
  return exhauster
}

const asksFaults = [
  'NOT_FOUND',
  'RESTORING',
  'OVERLOADED',
  'ASK_TIMEOUT',
  'OFFSET_NOT_REACHED',
  'QUARANTINED',
  'VERSION_AHEAD',
] as const

const OPEN = new TextEncoder().encode('{"items":[')
const CLOSE = new TextEncoder().encode(']}')
const COMMA = new TextEncoder().encode(',')

/** `{items: […]}` of documents that are bytes already. */
function itemsOf(answers: readonly Answer[], nowMs: number): Uint8Array {
  const parts = answers.flatMap((answer, i) => (i > 0 ? [COMMA, bytesOf(answer, nowMs)] : [bytesOf(answer, nowMs)]))
  return Buffer.concat([OPEN, ...parts, CLOSE])
}

/** `/api/v1/exhausters/*` and `/api/v1/machines`. */
export function exhausterRoutes(parts: {
  cluster: Cluster
  answers: KeptAnswers
  rotors: Rotors
  audit: Audit
  later: FaultAnswers['later']
  now: () => number
}) {
  const { cluster, answers, rotors, audit, later, now } = parts
  const { partitions } = cluster
  type Set = { headers: Record<string, unknown> }

  /** The whole answer; synchronous when the document is kept, which is what makes it cheap. */
  function sent(set: Set, answer: Answer): Uint8Array {
    const nowMs = now()
    set.headers['content-type'] = JSON_TYPE
    sayState(set.headers, answer, nowMs)
    return bytesOf(answer, nowMs)
  }

  function read(address: string, question: string, headers: Headers): Answer | Promise<Answer> {
    const options = readOptions(headers, partitions)
    return options === null ? answers.get(address, question) : answers.ask(address, question, options)
  }

  /** One machine's document: at once when it is kept. */
  function document(exchange: Exchange & { params: { id: string } }) {
    const { params, set, request } = exchange
    const address = ADDRESSES.get(params.id)
    if (address === undefined) throw new Fault('NOT_FOUND', 'There is no such exhauster.')
    const answer = read(address, 'document', request.headers)
    if (!(answer instanceof Promise)) return sent(set, answer)
    return later(
      exchange,
      answer.then((given) => sent(set, given)),
    )
  }

  /** Positions of all, newest state age of none: the oldest counts. */
  async function sentList(
    set: Set,
    addresses: readonly string[],
    question: string,
    headers: Headers,
  ): Promise<Uint8Array> {
    const all = await Promise.all(addresses.map((address) => read(address, question, headers)))
    set.headers['content-type'] = JSON_TYPE
    const nowMs = now()
    const at = Math.min(...all.map((answer) => answer.at || Infinity))
    const state = all.some((answer) => answer.state === 'restoring') ? 'restoring' : 'live'
    const position = all.map((answer) => answer.position).join(',')
    sayState(set.headers, { position, at: Number.isFinite(at) ? at : 0, state }, nowMs)
    return itemsOf(all, nowMs)
  }

  return new Elysia({ name: 'exhausters' })
    .use(access)
    .get(
      '/api/v1/exhausters',
      async ({ set, request }) => await sentList(set, [...ADDRESSES.values()], 'summary', request.headers),
      {
        access: 'viewer',
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'All six, without their signals',
          answers: {
            200: {
              description: 'In the order of the plant',
              schema: Type.Object({ items: Type.Array(ExhausterSummary) }),
            },
          },
          faults: asksFaults,
          reads: true,
        }),
      },
    )
    .get(
      '/api/v1/exhausters/:id',
      // The hot path. Elysia reads the source of a handler, and awaits one that returns a call: 4 of 21 µs. A bound function has no source.
      document.bind(null),
      {
        access: 'viewer',
        params: ID,
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'One machine with all its signals',
          answers: { 200: { description: 'Its document', schema: ExhausterDocument } },
          faults: asksFaults,
          reads: true,
        }),
      },
    )
    .get(
      '/api/v1/exhausters/:id/events',
      async ({ params, query: { from, to, status, limit = DEFAULT_LIMIT, cursor } }) =>
        await listStatusChanges(cluster.store, known(params.id).id, {
          limit,
          ...(from === undefined ? {} : { from: timeOf(from, 'from') }),
          ...(to === undefined ? {} : { to: timeOf(to, 'to') }),
          ...(status === undefined ? {} : { status }),
          ...(cursor === undefined ? {} : { cursor }),
        }),
      {
        access: 'viewer',
        params: ID,
        query: t.Object({
          from: t.Optional(TimeText('Inclusive')),
          to: t.Optional(TimeText('Exclusive')),
          status: t.Optional(oneOf(STATUSES, 'Changes to this status only')),
          ...pageQuery,
        }),
        detail: describe({
          tag,
          summary: 'Changes of status with their cause, newest first',
          answers: { 200: { description: 'A page of them', schema: PageOf(StatusChange) } },
          faults: ['NOT_FOUND'],
        }),
      },
    )
    .get(
      '/api/v1/exhausters/:id/frames',
      async ({ params, query, set }) => {
        const { id } = known(params.id)
        const at = timeOf(query.at, 'at')
        const document = await documentAt(cluster, id, at, await pastOf(cluster, id))
        set.headers['content-type'] = JSON_TYPE
        return JSON.stringify(document)
      },
      {
        access: 'viewer',
        params: ID,
        query: t.Object({ at: TimeText('The moment') }),
        detail: describe({
          tag,
          summary: 'The machine as it was at a moment',
          answers: { 200: { description: 'The document of that moment', schema: ExhausterDocument } },
          faults: asksFaults,
        }),
      },
    )
    .get(
      '/api/v1/exhausters/:id/trends',
      async ({ params, query }) => {
        const exhauster = known(params.id)
        return await readTrend(cluster, exhauster, trendQuery(query))
      },
      {
        access: 'viewer',
        params: ID,
        query: TrendParameters,
        detail: describe({
          tag,
          summary: 'Signals over time: least, mean and greatest of each step',
          description: `A gap is a gap: a step without values is not there. More than ${MOST_POINTS} possible points are refused.`,
          answers: { 200: { description: 'The series', schema: TrendView } },
          faults: ['NOT_FOUND', 'TOO_MANY_POINTS'],
        }),
      },
    )
    .get(
      '/api/v1/exhausters/:id/trends.csv',
      async ({ params, query, set }) => {
        const exhauster = known(params.id)
        const trend = await readTrend(cluster, exhauster, trendQuery(query))
        set.headers['content-type'] = 'text/csv; charset=utf-8; header=present'
        set.headers['content-disposition'] = `attachment; filename="${exhauster.id}-${trend.from.slice(0, 10)}.csv"`
        return trendCsv(trend)
      },
      {
        access: 'viewer',
        params: ID,
        query: TrendParameters,
        detail: describe({
          tag,
          summary: 'The same as a table for a spreadsheet',
          answers: { 200: { description: 'RFC 4180', schema: Type.String(), type: 'text/csv' } },
          faults: ['NOT_FOUND', 'TOO_MANY_POINTS'],
        }),
      },
    )
    .post(
      '/api/v1/exhausters/:id/rotor',
      async ({ params, body, identity, set }) => {
        const { id } = known(params.id)
        const installedAt = timeOf(body.installed_at, 'installed_at')
        if (installedAt > now() + CLOCK_MARGIN_MS) {
          const message = 'Must not lie in the future'
          throw new Fault('VALIDATION', `installed_at: ${message}.`, { errors: [{ path: '/installed_at', message }] })
        }
        const number = body.number.trim()
        const { installation, position } = await rotors.install(id, { number, installedAt, by: identity.user })
        const { version, installed_at } = installation
        await audit.add({ id: identity.user, email: identity.email }, 'rotor.installed', `exhauster/${id}`, {
          version,
          number,
          installed_at,
        })
        set.status = 202
        set.headers['x-position'] = position
        return { version, number, installed_at, position }
      },
      {
        access: 'engineer',
        parse: json,
        params: ID,
        query: NoQuery,
        body: RotorBody,
        detail: describe({
          tag,
          summary: 'A rotor was installed',
          answers: {
            202: {
              description: 'Noted; `position` says where',
              schema: Type.Object({
                version: Type.Integer(),
                number: Type.String(),
                installed_at: Type.String(),
                position: Type.String(),
              }),
            },
          },
          faults: ['NOT_FOUND', 'CONFLICT', 'LOG_UNAVAILABLE'],
        }),
      },
    )
    .get(
      '/api/v1/machines',
      async ({ set, request }) => {
        const addresses = SINTER_MACHINES.map(({ id }) => `machine/${id}`)
        return await sentList(set, addresses, 'document', request.headers)
      },
      {
        access: 'viewer',
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'The sinter machines',
          answers: { 200: { description: 'All three', schema: Type.Object({ items: Type.Array(MachineDocument) }) } },
          faults: asksFaults,
          reads: true,
        }),
      },
    )
}
