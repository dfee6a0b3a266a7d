import { dotted } from '../../components/dotted.ts'
import { state } from '../../components/state.ts'
import { html, type Html } from '../../html.ts'
import type { View } from '../../view.ts'
import type { EventRow, EventsModel } from './model.ts'

/** The newest events that pass the filter, newest first. */
export function tail(view: View, model: EventsModel): Html {
  const { events } = view.text
  const { events: rows, filter } = model
  if (rows === null) return html`<div id="tail">${state('off', events.unavailable, events.unavailableHint)}</div>`
  if (rows.length === 0) {
    const filtered = Object.values(filter).some((value) => value !== undefined)
    return html`<div id="tail">
      ${filtered ? state('wait', events.emptyFiltered, events.emptyFilteredHint) : state('events', events.empty, events.emptyHint)}
    </div>`
  }
  return html`<div class="table-wrap" id="tail" data-hold tabindex="0" role="group" aria-label="${events.tail}">
    <table class="table">
      <thead>
        <tr>
          <th aria-sort="descending">${events.ingested}</th>
          <th>${events.type}</th>
          <th>${events.user}</th>
          <th>${events.subject}</th>
          <th class="num">${events.lag}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => eventRow(view, row))}
      </tbody>
    </table>
  </div>`
}

export const eventPath = (id: string): string => `/dashboard/events/${encodeURIComponent(id)}`

/** How long it took from ingest to stored, ms. */
export const lagOf = ({ ingest_time, store_time }: EventRow): number =>
  Math.max(0, Date.parse(store_time) - Date.parse(ingest_time))

/** Ids of events are theirs: each row says which one it is, so that its place on the page follows it. */
function eventRow({ format, now }: View, event: EventRow): Html {
  const at = Date.parse(event.ingest_time)
  const time = format.date(at) === format.date(now) ? format.instant(at) : `${format.date(at)}, ${format.instant(at)}`
  return html`<tr>
    <td><a href="${eventPath(event.id)}">${time}</a></td>
    <td class="mono wraps wide">${dotted(event.type ?? '—')}</td>
    <td class="mono wraps">${dotted(event.user_id ?? '—')}</td>
    <td class="mono wraps">${dotted(event.subject ?? '—')}</td>
    <td class="num">${format.number(lagOf(event), 0)}</td>
  </tr>`
}
