import { Elysia, t } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
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
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import type { Exchange, FaultAnswers } from '../edge/fault-answers.ts'
import { ASK_FAULTS, awaitMinOffset, awaitStored, readOptions, sayState } from '../edge/logged-read.ts'
import { DEFAULT_LIMIT, pageQuery } from '../paging.ts'
import { NoQuery, PageOf, TimeText, oneOf } from '../schema.ts'
import { timeOf } from '../time.ts'
import { KeptAnswers, bytesOf, type Answer } from './kept-answers.ts'
import { ID, known } from './one.ts'
import { documentAt, pastOf } from './past.ts'
import { listStatusChanges } from './status-events.ts'

const tag = 'exhausters'
const ADDRESSES = new Map(EXHAUSTER_IDS.map((id) => [id as string, `exhauster/${id}`]))
const JSON_TYPE = 'application/json'

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
  later: FaultAnswers['later']
  now: () => number
}) {
  const { cluster, answers, later, now } = parts
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
          faults: ASK_FAULTS,
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
          faults: ASK_FAULTS,
          reads: true,
        }),
      },
    )
    .get(
      '/api/v1/exhausters/:id/events',
      async ({ params, query: { from, to, status, limit = DEFAULT_LIMIT, cursor }, request }) => {
        const { id } = known(params.id)
        const wanted = {
          limit,
          ...(from === undefined ? {} : { from: timeOf(from, 'from') }),
          ...(to === undefined ? {} : { to: timeOf(to, 'to') }),
          ...(status === undefined ? {} : { status }),
          ...(cursor === undefined ? {} : { cursor }),
        }
        await awaitStored(cluster, request.headers)
        return await listStatusChanges(cluster.store, id, wanted)
      },
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
          faults: ASK_FAULTS,
          waits: true,
        }),
      },
    )
    .get(
      '/api/v1/exhausters/:id/frames',
      async ({ params, query, request, set }) => {
        const { id } = known(params.id)
        const at = timeOf(query.at, 'at')
        await awaitMinOffset(cluster, `exhauster/${id}`, request.headers)
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
          faults: ASK_FAULTS,
          waits: true,
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
          faults: ASK_FAULTS,
          reads: true,
        }),
      },
    )
}
