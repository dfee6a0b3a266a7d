import type { Cluster } from '../../../actors/cluster/port.ts'
import type { StoredEvent } from '../../../actors/event/schema.ts'
import { Fault } from '../../../actors/runtime/index.ts'
import { hrefOf } from '../../../views/components/choices.ts'
import { eventFragments, eventPage } from '../../../views/pages/events/event.ts'
import { EVENTS_PATH, eventsFragments, eventsPage, queryOf } from '../../../views/pages/events/list.ts'
import {
  EVENT_RANGES,
  type EventFilter,
  type EventRange,
  type EventRow,
  type EventsModel,
} from '../../../views/pages/events/model.ts'
import { eventPath } from '../../../views/pages/events/tail.ts'
import { findEvent } from '../../events/find.ts'
import { listEvents, placeOf, type ListQuery } from '../../events/list.ts'
import type { Pieces } from '../../events/segments.ts'
import { page } from '../../paging.ts'
import type { FindScreen, Readers, Screen } from '../screen.ts'
import { timeInZone } from '../trends/zone-time.ts'
import { oneOfQuery, stepBehind, textOfQuery } from './address.ts'
import { createEventFigures } from './event-figures.ts'

const RANGES = Object.keys(EVENT_RANGES) as EventRange[]
const ROWS = 25

/** What the address of the list says. */
interface Wish {
  readonly range: EventRange
  readonly filter: EventFilter
  /** Epoch ms: the page stands still there. */
  readonly paused: number | null
  readonly cursor: string | undefined
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const rowOf = ({ id, type, source, subject, user_id, ingest_time, store_time }: StoredEvent): EventRow => ({
  id,
  type: text(type),
  source: text(source),
  subject: text(subject),
  user_id: text(user_id),
  ingest_time,
  store_time,
})

/** Events as they come, and one page an event. */
export function eventScreens(
  parts: { cluster: Cluster; pieces: Pieces; timeZone: string; now: () => number },
  { plant }: Readers,
): FindScreen {
  const { cluster, pieces, timeZone, now } = parts
  const { partitions } = cluster
  const figures = createEventFigures({ pieces, partitions })
  /** What cannot be read is shown as that; a page is more than one thing. */
  const orNull = <T>(reading: Promise<T>) => reading.catch(() => null)

  /** Fault VALIDATION for a cursor that this list did not give. */
  function listQuery({ filter, paused, cursor }: Wish): ListQuery {
    const time = (moment: string | undefined) => (moment === undefined ? NaN : timeInZone(moment, timeZone))
    const from = time(filter.from)
    const to = Math.min(Number.isNaN(time(filter.to)) ? Infinity : time(filter.to), paused ?? Infinity)
    return {
      limit: ROWS + 1,
      ...(filter.type === undefined ? {} : { type: filter.type }),
      ...(filter.user === undefined ? {} : { user: filter.user }),
      ...(Number.isNaN(from) ? {} : { from }),
      ...(to === Infinity ? {} : { to }),
      ...(cursor === undefined ? {} : { after: placeOf(cursor) }),
    }
  }

  async function read(wish: Wish): Promise<EventsModel> {
    const { range, filter, paused, cursor } = wish
    const present = now()
    const to = paused ?? present
    const query = listQuery(wish)
    const [listed, counted] = await Promise.all([
      orNull(pieces.steady(() => listEvents(pieces, partitions, query))),
      orNull(figures.of(range, filter.type, to, present)),
    ])
    const rows =
      listed &&
      page(
        listed.events,
        ROWS,
        ({ event }) => rowOf(event),
        ({ at, address, offset }) => [at, address, offset],
      )
    return {
      plant: await plant(),
      range,
      from: to - EVENT_RANGES[range],
      to,
      filter,
      paused,
      figures: counted,
      events: rows && rows.items,
      older: rows && rows.next_cursor,
      cursor,
    }
  }

  function list(query: URLSearchParams, origin: string): Screen {
    const paused = query.get('paused')
    const wish: Wish = {
      range: oneOfQuery(query, 'range', RANGES),
      filter: {
        type: textOfQuery(query, 'type'),
        user: textOfQuery(query, 'user'),
        from: textOfQuery(query, 'from'),
        to: textOfQuery(query, 'to'),
      },
      paused: paused === null ? null : Number(paused) > 1 ? Math.min(Number(paused), now()) : now(),
      cursor: textOfQuery(query, 'cursor'),
    }
    return {
      path: hrefOf(EVENTS_PATH, queryOf(wish)),
      audience: '',
      concerns: (address) => wish.paused === null && address.startsWith('event/'),
      fragments: async (view) => eventsFragments(view, await read(wish)),
      page: async (view) => eventsPage(view, await read(wish), origin),
    }
  }

  const one = (id: string): Screen => {
    async function readOne() {
      const event = await findEvent(cluster, id)
      if (event === undefined) throw new Fault('NOT_FOUND', 'There is no such event.')
      return { plant: await plant(), event: rowOf(event), body: event }
    }
    return {
      path: eventPath(id),
      audience: '',
      concerns: () => false,
      fragments: async (view) => eventFragments(view, await plant()),
      page: async (view) => eventPage(view, await readOne()),
    }
  }

  return ({ pathname, searchParams, origin }) => {
    if (pathname === EVENTS_PATH) return list(searchParams, origin)
    const id = stepBehind(EVENTS_PATH, pathname)
    return id === undefined ? null : one(id)
  }
}
