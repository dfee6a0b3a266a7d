import { actForm, field } from '../../components/act-form.ts'
import { hrefOf } from '../../components/choices.ts'
import { code } from '../../components/code.ts'
import { decide, dialog, opener } from '../../components/dialog.ts'
import { pager } from '../../components/pager.ts'
import { icon, mark } from '../../components/sprite.ts'
import { state } from '../../components/state.ts'
import { topbarFragments } from '../../components/topbar.ts'
import { html, type Content, type Html } from '../../html.ts'
import { place, type Fragments, type LivePage, type Reader } from '../../layout.ts'
import { isolated, readableJson } from '../../text/foreign.ts'
import type { View } from '../../view.ts'
import type { DeadLetterDetail, DeadLetterRow, DeadLettersModel } from './model.ts'

export const DEAD_LETTERS_PATH = '/dashboard/dead-letters'

/** Everything on the page that changes. */
export function deadLettersFragments(view: View, model: DeadLettersModel): Fragments {
  return new Map([...topbarFragments(view, model.plant), ['dead-letters', list(view, model)]])
}

const queryOf = ({ filter, cursor, chosen }: DeadLettersModel) => ({
  kind: filter.kind,
  code: filter.code,
  cursor,
  id: chosen?.id,
})

/** What could not be applied or delivered: why, what it was, and what can be done. */
export function deadLettersPage(view: View, model: DeadLettersModel, reader: Reader): LivePage {
  const fragments = deadLettersFragments(view, model)
  const { deadLetters } = view.text
  const query = queryOf(model)
  const mayReplayAll = reader.acts.has('replay-all') && (model.letters?.length ?? 0) > 0
  return {
    section: 'dead-letters',
    path: hrefOf(DEAD_LETTERS_PATH, query),
    title: deadLetters.title,
    fragments,
    main: html`<header class="page-head">
        <h1>${deadLetters.title}</h1>
        <p>${deadLetters.lead}</p>
      </header>
      ${model.chosen && model.quarantine && quarantined(view, model.chosen, model.quarantine, reader)}
      <div class="grid ${model.chosen ? 'main-side' : 'alone'}">
        <section class="card">
          ${filterForm(view, model, mayReplayAll && opener('replay-all', 'end', [icon('replay'), deadLetters.replayAll]))}
          ${place(fragments, 'dead-letters')}
          ${pager(deadLetters, {
            older: model.older && hrefOf(DEAD_LETTERS_PATH, { ...query, id: undefined, cursor: model.older }),
            newest:
              model.cursor === undefined
                ? null
                : hrefOf(DEAD_LETTERS_PATH, { ...query, id: undefined, cursor: undefined }),
          })}
        </section>
        ${model.chosen && detail(view, model, model.chosen, reader)}
      </div>
      ${mayReplayAll && dialog('replay-all', deadLetters.replayTitle, replayAll(view, model, reader))}`,
  }
}

/** Why so many letters of one actor are here, and the way out. */
function quarantined(
  view: View,
  { address }: DeadLetterDetail,
  { since, error }: NonNullable<DeadLettersModel['quarantine']>,
  reader: Reader,
): Html {
  const { deadLetters } = view.text
  const time = view.format.moment(Date.parse(since), view.now)
  return html`<section class="banner" id="quarantine" data-status="warning">
    ${mark('warning')}
    <p>
      <strong>${deadLetters.quarantined({ address: isolated(address) })}</strong>
      ${deadLetters.quarantinedSince({ time, error })} ${!reader.acts.has('release') && deadLetters.noRelease}
    </p>
    ${reader.acts.has('release') && actForm(reader, 'release', html`<button class="btn">${deadLetters.release}</button>`)}
  </section>`
}

function filterForm({ text }: View, { filter, kinds, codes }: DeadLettersModel, act: Content): Html {
  const { deadLetters } = text
  const kind = html`<select class="input" name="kind">
    <option value="">${deadLetters.allKinds}</option>
    ${kinds.map((one) => html`<option value="${one}" ${filter.kind === one && html` selected`}>${one}</option>`)}
  </select>`
  const code = html`<input
      class="input"
      name="code"
      value="${filter.code}"
      maxlength="64"
      list="codes"
      placeholder="${deadLetters.allCodes}"
    /><datalist id="codes">${codes.map((one) => html`<option value="${one}"></option>`)}</datalist>`
  const used = filter.kind !== undefined || filter.code !== undefined
  return html`<form class="filters" method="get">
    ${field(deadLetters.kind, kind)}${field(deadLetters.code, code)}
    <button class="btn">${deadLetters.apply}</button>
    ${used && html`<a class="btn quiet" href="${DEAD_LETTERS_PATH}">${deadLetters.clear}</a>`}${act}
  </form>`
}

function list(view: View, model: DeadLettersModel): Html {
  const { deadLetters } = view.text
  const { letters, filter } = model
  if (letters === null) {
    return html`<div id="dead-letters">${state('off', deadLetters.unavailable, deadLetters.unavailableHint)}</div>`
  }
  if (letters.length === 0) {
    const filtered = filter.kind !== undefined || filter.code !== undefined
    return html`<div id="dead-letters">
      ${filtered ? state('wait', deadLetters.emptyFiltered, deadLetters.emptyFilteredHint) : state('dead', deadLetters.empty, deadLetters.emptyHint)}
    </div>`
  }
  return html`<div
    class="table-wrap"
    id="dead-letters"
    data-hold
    tabindex="0"
    role="group"
    aria-label="${deadLetters.title}"
  >
    <table class="table">
      <thead>
        <tr>
          <th aria-sort="descending">${deadLetters.time}</th>
          <th>${deadLetters.actor}</th>
          <th>${deadLetters.code}</th>
          <th>${deadLetters.cause}</th>
          <th>${deadLetters.position}</th>
          <th class="num">${deadLetters.attempts}</th>
        </tr>
      </thead>
      <tbody>
        ${letters.map((letter) => row(view, model, letter))}
      </tbody>
    </table>
  </div>`
}

function row({ format, now }: View, model: DeadLettersModel, letter: DeadLetterRow): Html {
  const href = `${hrefOf(DEAD_LETTERS_PATH, { ...queryOf(model), id: letter.id })}#chosen`
  const at = Date.parse(letter.at)
  const chosen = letter.id === model.chosen?.id
  return html`<tr ${chosen && html` aria-current="true"`}>
    <td>${format.date(at) === format.date(now) ? format.clock(at) : format.stamp(at)}</td>
    <td class="mono"><a href="${href}">${letter.address}</a></td>
    <td class="mono">${letter.code}</td>
    <td class="clip" title="${letter.cause}">${letter.cause}</td>
    <td class="mono">${letter.position}</td>
    <td class="num">${letter.attempts}</td>
  </tr>`
}

function detail(view: View, model: DeadLettersModel, letter: DeadLetterDetail, reader: Reader): Html {
  const { deadLetters } = view.text
  const facts: [string, Content][] = [
    [deadLetters.actor, html`<span class="mono">${letter.address}</span>, ${letter.type}`],
    [deadLetters.code, html`<span class="mono">${letter.code}</span>`],
    [deadLetters.cause, letter.cause],
    [deadLetters.time, view.format.stamp(Date.parse(letter.at))],
    [deadLetters.position, html`<span class="mono">${letter.position}</span>`],
    [deadLetters.attempts, letter.attempts],
  ]
  const { replayed_at: at, replayed_by: by, replay_position: position } = letter
  if (at !== null) {
    const time = view.format.moment(Date.parse(at), view.now)
    facts.push([deadLetters.replayed, deadLetters.replayedBy({ time, by: by ?? '—', position: position ?? '—' })])
  }
  const name = letter.position
  const none = !reader.acts.has('replay') && !reader.acts.has('drop')
  return html`<aside class="card" id="chosen" aria-label="${name}">
    <header>
      <h2>${name}</h2>
      <a
        class="btn quiet square end"
        href="${hrefOf(DEAD_LETTERS_PATH, { ...queryOf(model), id: undefined })}"
        title="${deadLetters.close}"
        >${icon('close')}<span class="hidden">${deadLetters.close}</span></a
      >
    </header>
    <div class="body stack">
      <dl class="facts">${facts.map(([title, words]) => [html`<dt>${title}</dt>`, html`<dd>${words}</dd>`])}</dl>
      <h3>${deadLetters.payload}</h3>
      ${code(view, deadLetters.payload, readable(letter.payload), 'wrapped')}
      ${
        letter.stack !== null &&
        html`<details>
          <summary>${deadLetters.stack}</summary>
          ${code(view, deadLetters.stack, letter.stack)}
        </details>`
      }
      <div class="row">
        ${reader.acts.has('replay') && actForm(reader, 'replay', html`<button class="btn primary">${icon('replay')}${deadLetters.replay}</button>`)}${reader.acts.has('drop') && opener('drop', 'danger', [icon('trash'), deadLetters.drop])}
      </div>
      <p class="muted small">${none ? deadLetters.noActs : deadLetters.replayHint}</p>
    </div>
    ${reader.acts.has('drop') && dialog('drop', deadLetters.dropTitle({ id: name }), dropping(view, reader))}
  </aside>`
}

/** With line breaks, if that changes nothing else: what could not be read must be seen as it came. */
function readable(payload: string): string {
  try {
    const value: unknown = JSON.parse(payload)
    return JSON.stringify(value) === payload ? readableJson(value, 2) : payload
  } catch {
    return payload
  }
}

const dropping = (view: View, reader: Reader): Html =>
  actForm(
    reader,
    'drop',
    html`<p>${view.text.deadLetters.dropHint}</p>
      ${decide(view, 'drop', 'danger', view.text.deadLetters.dropConfirm)}`,
  )

function replayAll(view: View, { filter }: DeadLettersModel, reader: Reader): Html {
  const { deadLetters } = view.text
  const said = [filter.kind, filter.code].filter((one) => one !== undefined).join(', ') || deadLetters.everything
  return actForm(
    reader,
    'replay-all',
    html`<p>${deadLetters.replayAllOf({ filter: said })}</p>
      ${decide(view, 'replay-all', 'primary', deadLetters.replayConfirm)}`,
  )
}
