import { actForm } from '../../components/act-form.ts'
import { hrefOf } from '../../components/choices.ts'
import { decide, dialog, opener } from '../../components/dialog.ts'
import { pager } from '../../components/pager.ts'
import { icon } from '../../components/sprite.ts'
import { state } from '../../components/state.ts'
import { topbarFragments } from '../../components/topbar.ts'
import { html, type Content, type Html } from '../../html.ts'
import { place, type Fragments, type LivePage, type Reader } from '../../layout.ts'
import { isolated } from '../../text/foreign.ts'
import type { View } from '../../view.ts'
import { relayName, relayPath, RELAYS_PATH } from './list.ts'
import type { DeliveryRow, RelayModel, RelayRow } from './model.ts'
import { filterWords, relayFields, standingPill } from './parts.ts'

/** Everything on a relay's page that changes. */
export function relayFragments(view: View, model: RelayModel): Fragments {
  const { standing } = model.relay
  return new Map([
    ...topbarFragments(view, model.plant),
    ['relay-pill', html`<span id="relay-pill">${standingPill(view, standing)}</span>`],
    ['relay-facts', facts(view, model)],
    ['deliveries', deliveryTable(view, model)],
  ])
}

/** One relay: how it stands, what was sent and what waits, and what can be done with it. */
export function relayPage(view: View, model: RelayModel, reader: Reader): LivePage {
  const fragments = relayFragments(view, model)
  const { relays } = view.text
  const { relay } = model
  const path = relayPath(relay.id)
  return {
    section: 'relays',
    path: hrefOf(path, { cursor: model.cursor }),
    title: relayName(view, relay),
    fragments,
    main: html`<header class="page-head">
        <h1>${relayName(view, relay)}</h1>
        ${place(fragments, 'relay-pill')}
        <a class="btn quiet end" href="${RELAYS_PATH}">${relays.title}</a>
      </header>
      <div class="grid main-side">
        <section class="card">
          <header>
            <h2>${relays.deliveries}</h2>
            <p>${relays.deliveriesHint}</p>
            <span class="badge" data-held="deliveries" hidden>${view.text.acts.held}</span>
          </header>
          ${place(fragments, 'deliveries')}
          ${pager(relays, {
            older: model.older && hrefOf(path, { cursor: model.older }),
            newest: model.cursor === undefined ? null : path,
          })}
        </section>
        <section class="card">
          <div class="body stack">
            ${place(fragments, 'relay-facts')}
            <div class="row">${buttons(view, model, reader)}</div>
            <p class="muted small">${relays.testHint}</p>
          </div>
        </section>
      </div>
      ${dialog('change-relay', relays.changeTitle, changing(view, model, reader))}
      ${dialog('remove-relay', relays.removeTitle({ name: isolated(relayName(view, relay)) }), removal(view, reader))}`,
  }
}

function buttons({ text }: View, { relay }: RelayModel, reader: Reader): Content {
  const { relays } = text
  const simple = (act: string, look: string, words: Content) =>
    reader.acts.has(act) && actForm(reader, act, html`<button class="btn ${look}">${words}</button>`)
  return [
    simple('test', 'primary', relays.test),
    relay.active ? simple('pause', '', relays.pause) : simple('resume', '', relays.resume),
    reader.acts.has('change') && opener('change-relay', '', relays.change),
    reader.acts.has('remove') && opener('remove-relay', 'danger', [icon('trash'), relays.remove]),
  ]
}

const changing = (view: View, { relay }: RelayModel, reader: Reader): Html =>
  actForm(
    reader,
    'change',
    html`${relayFields(view, reader, { relay, kinds: [relay.kind] })}
    ${decide(view, 'change-relay', 'primary', view.text.relays.save)}`,
  )

const removal = (view: View, reader: Reader): Html =>
  actForm(
    reader,
    'remove',
    html`<p>${view.text.relays.removeHint}</p>
      ${decide(view, 'remove-relay', 'danger', view.text.relays.removeConfirm)}`,
  )

function facts(view: View, { relay }: RelayModel): Html {
  const { relays } = view.text
  const { moment, clock } = view.format
  const { standing, tried } = relay
  const rows: [string, Content][] = [
    [relays.kind, relays.kinds[relay.kind]],
    [relays.place, html`<span class="mono">${relay.place}</span>`],
    [relays.filter, filterWords(view, relay.filter)],
    [relays.made, moment(Date.parse(relay.created_at), view.now)],
  ]
  if (relay.updated_at !== relay.created_at) rows.push([relays.changed, moment(Date.parse(relay.updated_at), view.now)])
  if (tried !== null) {
    const time = moment(Date.parse(tried.at), view.now)
    rows.push([relays.lastTry, tried.error === null ? time : `${time}, ${tried.error}`])
  }
  if (standing.kind === 'resting')
    rows.push([relays.state, relays.resting({ time: clock(Date.parse(standing.until)) })])
  return html`<dl class="facts" id="relay-facts">
    ${rows.map(([name, words]) => [html`<dt>${name}</dt>`, html`<dd>${words}</dd>`])}
  </dl>`
}

function deliveryTable(view: View, { deliveries, relay }: RelayModel): Html {
  const { relays } = view.text
  const { columns } = relays
  if (deliveries.length === 0) {
    return html`<div id="deliveries">${state('relays', relays.deliveriesEmpty, relays.deliveriesEmptyHint)}</div>`
  }
  return html`<div
    class="table-wrap"
    id="deliveries"
    data-hold
    tabindex="0"
    role="group"
    aria-label="${relays.deliveries}"
  >
    <table class="table">
      <thead>
        <tr>
          <th>${columns.time}</th>
          <th>${columns.status}</th>
          <th class="num">${columns.attempts}</th>
          <th>${columns.tried}</th>
          <th>${columns.next}</th>
          <th>${columns.said}</th>
        </tr>
      </thead>
      <tbody>
        ${deliveries.map((delivery) => row(view, delivery, relay))}
      </tbody>
    </table>
  </div>`
}

function row(view: View, delivery: DeliveryRow, relay: RelayRow): Html {
  const { at, status, attempts, tried_at, error, answer } = delivery
  const said = error ?? answer
  const isBad = status === 'dead' || status === 'expired' || error !== null
  return html`<tr>
    <td>${when(view, at)}</td>
    <td><span class="${isBad ? 'quality' : 'muted'}">${view.text.relays.status[status]}</span></td>
    <td class="num">${attempts}</td>
    <td>${when(view, tried_at)}</td>
    <td>${next(view, delivery, relay)}</td>
    <td class="clip" title="${said}">${said ?? '—'}</td>
  </tr>`
}

/** A target that is spared gets nothing before the next attempt; what is due goes as soon as its turn comes. */
function next(view: View, { next_at }: DeliveryRow, { standing }: RelayRow): string {
  if (next_at === null) return '—'
  const first = standing.kind === 'resting' && standing.until > next_at ? standing.until : next_at
  return Date.parse(first) > view.now ? when(view, first) : view.text.relays.due
}

function when({ format, now }: View, iso: string | null): string {
  if (iso === null) return '—'
  const at = Date.parse(iso)
  return format.date(at) === format.date(now) ? format.clock(at) : format.stamp(at)
}
