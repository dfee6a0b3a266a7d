import { code } from '../../components/code.ts'
import { topbarFragments } from '../../components/topbar.ts'
import { html, type Content } from '../../html.ts'
import type { Fragments, LivePage } from '../../layout.ts'
import { readableJson } from '../../text/foreign.ts'
import type { View } from '../../view.ts'
import { EVENTS_PATH } from './list.ts'
import type { PlantModel } from '../model.ts'
import type { EventModel } from './model.ts'
import { eventPath, lagOf } from './tail.ts'

/** A stored event never changes; only the top bar does. */
export const eventFragments = (view: View, plant: PlantModel): Fragments => new Map(topbarFragments(view, plant))

/** One event, with all its fields. */
export function eventPage(view: View, model: EventModel): LivePage {
  const { events } = view.text
  const { event, body } = model
  const { date, instant, number } = view.format
  const time = (iso: string) => `${date(Date.parse(iso))}, ${instant(Date.parse(iso))}`
  const facts: [string, Content][] = [
    [events.id, html`<span class="mono">${event.id}</span>`],
    [events.type, html`<span class="mono">${event.type ?? '—'}</span>`],
    [events.source, html`<span class="mono">${event.source ?? '—'}</span>`],
    [events.subject, html`<span class="mono">${event.subject ?? '—'}</span>`],
    [events.user, html`<span class="mono">${event.user_id ?? '—'}</span>`],
    [events.ingested, time(event.ingest_time)],
    [events.storedAt, time(event.store_time)],
    [events.lag, number(lagOf(event), 0)],
  ]
  return {
    section: 'events',
    path: eventPath(event.id),
    title: events.event,
    fragments: eventFragments(view, model.plant),
    main: html`<header class="page-head">
        <h1>${events.event}</h1>
        <p class="mono">${event.id}</p>
        <a class="btn quiet end" href="${EVENTS_PATH}">${events.back}</a>
      </header>
      <section class="card">
        <div class="body stack">
          <dl class="facts">${facts.map(([name, words]) => [html`<dt>${name}</dt>`, html`<dd>${words}</dd>`])}</dl>
          <h2>${events.payload}</h2>
          ${code(view, events.payload, readableJson(body, 2), 'wrapped')}
        </div>
      </section>`,
  }
}
