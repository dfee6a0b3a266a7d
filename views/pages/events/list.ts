import { choices, hrefOf } from '../../components/choices.ts'
import { code } from '../../components/code.ts'
import { field, textInput } from '../../components/act-form.ts'
import { dotted } from '../../components/dotted.ts'
import { pager } from '../../components/pager.ts'
import { icon } from '../../components/sprite.ts'
import { topbarFragments } from '../../components/topbar.ts'
import { html, type Html } from '../../html.ts'
import { place, type Fragments, type LivePage } from '../../layout.ts'
import type { View } from '../../view.ts'
import { EVENT_RANGES, type EventRange, type EventsModel } from './model.ts'
import { byType, keyFigures, rateChart } from './rate.ts'
import { tail } from './tail.ts'

export const EVENTS_PATH = '/dashboard/events'

/** Everything on the page that changes. */
export function eventsFragments(view: View, model: EventsModel): Fragments {
  return new Map([
    ...topbarFragments(view, model.plant),
    ['event-figures', keyFigures(view, model)],
    ['event-rate', rateChart(view, model)],
    ['event-types', byType(view, model, (type) => hrefOf(EVENTS_PATH, { ...queryOf(model), type, cursor: undefined }))],
    ['tail', tail(view, model)],
  ])
}

/** What the address says of a model. */
export const queryOf = ({
  range,
  filter,
  paused,
  cursor,
}: Pick<EventsModel, 'range' | 'filter' | 'paused' | 'cursor'>) => ({
  range: range === '15m' ? undefined : range,
  type: filter.type,
  user: filter.user,
  from: filter.from,
  to: filter.to,
  paused: paused === null ? undefined : String(paused),
  cursor,
})

/** All that happens: how fast, how late, of which types, and the newest themselves. */
export function eventsPage(view: View, model: EventsModel, origin: string): LivePage {
  const fragments = eventsFragments(view, model)
  const { events } = view.text
  const query = queryOf(model)
  const ranges = Object.keys(EVENT_RANGES) as EventRange[]
  const isEmpty = model.events?.length === 0 && model.figures?.count === 0
  return {
    section: 'events',
    path: hrefOf(EVENTS_PATH, query),
    title: events.title,
    fragments,
    main: html`<header class="page-head">
        <h1>${events.title}</h1>
        <p>${events.lead}</p>
        ${choices(
          events.range,
          ranges.map((range) => ({
            href: hrefOf(EVENTS_PATH, { ...query, range: range === '15m' ? undefined : range, cursor: undefined }),
            words: events.ranges[range],
            chosen: range === model.range,
          })),
        )}
      </header>
      ${place(fragments, 'event-figures')}
      <div class="grid main-side stretch">
        <section class="card">
          <header>
            <h2>${events.chart}</h2>
            <p class="end">${model.filter.type === undefined ? events.allTypes : dotted(model.filter.type)}</p>
          </header>
          ${place(fragments, 'event-rate')}
        </section>
        <section class="card">
          <header><h2>${events.byType}</h2></header>
          ${place(fragments, 'event-types')}
        </section>
      </div>
      <section class="card">
        <header>
          <h2>${model.paused !== null || model.cursor !== undefined ? events.pausedTail : events.tail}</h2>
          <span class="badge" data-held="tail" hidden>${view.text.acts.held}</span>${pauseSwitch(view, model)}
        </header>
        ${filterForm(view, model)}${place(fragments, 'tail')}
        ${isEmpty && html`<div class="body">${code(view, events.send, sample(origin))}</div>`}
        ${pager(events, {
          older: model.older && hrefOf(EVENTS_PATH, { ...query, cursor: model.older }),
          newest:
            model.cursor === undefined ? null : hrefOf(EVENTS_PATH, { ...query, cursor: undefined, paused: undefined }),
        })}
      </section>`,
  }
}

/** A tail that stands still can be read, and its address shared. */
function pauseSwitch({ text }: View, model: EventsModel): Html | null {
  if (model.cursor !== undefined) return null
  const { events } = text
  const href = hrefOf(EVENTS_PATH, { ...queryOf(model), paused: model.paused === null ? '1' : undefined })
  return html`<a class="btn end" href="${href}"
    >${icon(model.paused === null ? 'pause' : 'play')}${model.paused === null ? events.pause : events.resume}</a
  >`
}

function filterForm({ text }: View, { filter, range }: EventsModel): Html {
  const { events } = text
  const time = (name: 'from' | 'to') =>
    html`<input class="input" type="datetime-local" step="1" name="${name}" value="${filter[name]}" />`
  const used = Object.values(filter).some((value) => value !== undefined)
  return html`<form class="filters" method="get" role="search">
    ${range !== '15m' && html`<input type="hidden" name="range" value="${range}" />`}
    ${field(events.type, textInput('type', filter.type))}${field(events.user, textInput('user', filter.user))}
    ${field(events.from, time('from'))}${field(events.to, time('to'))}
    <button class="btn primary">${events.apply}</button>
    ${used && html`<a class="btn quiet" href="${hrefOf(EVENTS_PATH, { range: range === '15m' ? undefined : range })}">${events.clear}</a>`}
  </form>`
}

const sample = (origin: string): string => `curl -X POST \\
  ${origin}/api/v1/events \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"type": "play", "user_id": "user-8812", "subject": "track-40213"}'
`
