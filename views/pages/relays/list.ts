import { actForm } from '../../components/act-form.ts'
import { code } from '../../components/code.ts'
import { decide, dialog, opener } from '../../components/dialog.ts'
import { since } from '../../components/since.ts'
import { icon } from '../../components/sprite.ts'
import { state } from '../../components/state.ts'
import { topbarFragments } from '../../components/topbar.ts'
import { html, type Html } from '../../html.ts'
import { place, type Fragments, type LivePage, type Reader } from '../../layout.ts'
import { isVisible } from '../../text/foreign.ts'
import type { View } from '../../view.ts'
import type { RelayRow, RelaysModel } from './model.ts'
import { filterWords, relayFields, standingPill } from './parts.ts'

export const RELAYS_PATH = '/dashboard/relays'
export const relayPath = (id: number): string => `${RELAYS_PATH}/${id}`

/** What a relay is called: its name, or its number. */
export const relayName = ({ text }: View, { id, name }: Pick<RelayRow, 'id' | 'name'>): string =>
  isVisible(name) ? name : text.relays.relay({ name: String(id) })

export function relaysFragments(view: View, model: RelaysModel): Fragments {
  return new Map([...topbarFragments(view, model.plant), ['relays', list(view, model)]])
}

/** All relays, and how each stands. A new one's secret is shown once, in the answer to the form that made it. */
export function relaysPage(view: View, model: RelaysModel, reader: Reader): LivePage {
  const fragments = relaysFragments(view, model)
  const { relays } = view.text
  const { secret } = reader.shown
  const mayCreate = reader.acts.has('create')
  return {
    section: 'relays',
    path: RELAYS_PATH,
    title: relays.title,
    fragments,
    main: html`<header class="page-head">
        <h1>${relays.title}</h1>
        <p>${relays.lead}</p>
        ${mayCreate && html`<span class="end">${opener('new-relay', 'primary', [icon('plus'), relays.add])}</span>`}
      </header>
      ${
        secret !== undefined &&
        html`<section class="card" role="status">
          <div class="body stack">
            <p><strong>${relays.newSecret}</strong> ${relays.newSecretHint}</p>
            ${code(view, relays.secret, secret, 'wrapped')}
          </div>
        </section>`
      }
      <section class="card">${place(fragments, 'relays')}</section>
      ${mayCreate && dialog('new-relay', relays.addTitle, creation(view, model, reader))}`,
  }
}

const creation = (view: View, { kinds }: RelaysModel, reader: Reader): Html =>
  actForm(
    reader,
    'create',
    html`${relayFields(view, reader, { kinds })}${decide(view, 'new-relay', 'primary', view.text.relays.create)}`,
  )

function list(view: View, { relays: all }: RelaysModel): Html {
  const { relays } = view.text
  if (all.length === 0) return html`<div id="relays">${state('relays', relays.empty, relays.emptyHint)}</div>`
  return html`<div class="table-wrap" id="relays" tabindex="0" role="group" aria-label="${relays.title}">
    <table class="table">
      <thead>
        <tr>
          <th>${relays.name}</th>
          <th>${relays.state}</th>
          <th>${relays.lastTry}</th>
          <th>${relays.filter}</th>
          <th>${relays.kind}</th>
          <th>${relays.place}</th>
        </tr>
      </thead>
      <tbody>
        ${all.map((relay) => row(view, relay))}
      </tbody>
    </table>
  </div>`
}

function row(view: View, relay: RelayRow): Html {
  const { relays } = view.text
  const { standing, tried } = relay
  return html`<tr>
    <td class="wraps wide"><a href="${relayPath(relay.id)}">${relayName(view, relay)}</a></td>
    <td>${standingPill(view, standing)}</td>
    <td>${tried === null ? '—' : since(view, tried.at, 'live', view.now)}</td>
    <td class="wraps">${filterWords(view, relay.filter)}</td>
    <td>${relays.kinds[relay.kind]}</td>
    <td class="mono clip" title="${relay.place}">${relay.place}</td>
  </tr>`
}
