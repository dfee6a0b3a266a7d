import type { Cluster } from '../../actors/cluster/port.ts'
import {
  COMMANDS,
  DECISIONS,
  outgoingOf,
  type CommandBody,
  type CommandView,
  type DecisionBody,
  type DecisionView,
  type DeliveryView,
} from '../../actors/control/schema.ts'
import type { StateStore } from '../../actors/store/port.ts'
import { fromCursor, page } from '../paging.ts'
import { deliveryOf } from './deliveries.ts'
import { addressOf } from './loops.ts'

const NOTHING_SENT: DeliveryView = { status: 'none', attempts: 0, at: null, error: null, answer: null }

export interface ListQuery {
  /** Epoch ms; `from` inclusive, `to` exclusive. */
  readonly from?: number
  readonly to?: number
  readonly limit: number
  readonly cursor?: string
}

/** Effects of a loop, newest first, each with what became of its command. Fault VALIDATION (cursor). */
async function list<Body extends object>(
  store: StateStore,
  loop: string,
  collection: string,
  { cursor, limit, ...range }: ListQuery,
  wasSent: (body: Body) => boolean,
): Promise<{ items: (Body & { id: string; delivery: DeliveryView })[]; next_cursor: string | null }> {
  const place = cursor === undefined ? undefined : (fromCursor(cursor, ['number', 'string']) as [number, string])
  const effects = await store.listEffects({
    collection,
    address: addressOf(loop),
    ...range,
    ...(place ? { after: { at: place[0], id: place[1] } } : {}),
    limit: limit + 1,
  })
  const { items, next_cursor } = page(
    effects,
    limit,
    ({ id, body }) => ({ id, body: JSON.parse(body) as Body }),
    ({ at, id }) => [at, id],
  )
  const deliveries = await Promise.all(
    items.map(({ id, body }) => (wasSent(body) ? deliveryOf(store, outgoingOf(id)) : NOTHING_SENT)),
  )
  return { items: items.map(({ id, body }, i) => ({ id, ...body, delivery: deliveries[i]! })), next_cursor }
}

export const listDecisions = (
  { store }: Pick<Cluster, 'store'>,
  loop: string,
  query: ListQuery,
): Promise<{ items: DecisionView[]; next_cursor: string | null }> =>
  list<DecisionBody>(store, loop, DECISIONS, query, ({ dry_run }) => !dry_run)

/** Commands that no decision made: of people, and of an interlock that was engaged. */
export const listCommands = (
  { store }: Pick<Cluster, 'store'>,
  loop: string,
  query: ListQuery,
): Promise<{ items: CommandView[]; next_cursor: string | null }> =>
  list<CommandBody>(store, loop, COMMANDS, query, ({ dry_run, refused }) => !dry_run && refused === null)
