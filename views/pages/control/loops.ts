import { actForm, field, textInput } from '../../components/act-form.ts'
import { decide, dialog, opener } from '../../components/dialog.ts'
import { pill } from '../../components/loop-state.ts'
import { icon } from '../../components/sprite.ts'
import { topbarFragments } from '../../components/topbar.ts'
import { html, type Html } from '../../html.ts'
import { place, type Fragments, type LivePage, type Reader } from '../../layout.ts'
import type { Reading } from '../model.ts'
import type { LoopDocument } from '../../../actors/control/schema.ts'
import { documentOf } from '../../plant/machine.ts'
import type { View } from '../../view.ts'
import type { LoopsModel } from './model.ts'
import { settingsFields } from './settings-form.ts'

export const loopPath = (name: string): string => `/dashboard/control/${encodeURIComponent(name)}`

export function loopsFragments(view: View, model: LoopsModel): Fragments {
  return new Map([...topbarFragments(view, model.plant), ['loops', list(view, model)]])
}

/** All control loops; how each stands. */
export function loopsPage(view: View, model: LoopsModel, reader: Reader): LivePage {
  const fragments = loopsFragments(view, model)
  const { control } = view.text
  const mayMake = reader.acts.has('create')
  return {
    section: 'control',
    path: '/dashboard/control',
    title: control.title,
    fragments,
    main: html`<header class="page-head">
        <h1>${control.title}</h1>
        <p>${control.lead}</p>
        ${mayMake && html`<span class="end">${opener('new-loop', 'primary', [icon('plus'), control.add])}</span>`}
      </header>
      <section class="card">${place(fragments, 'loops')}</section>
      ${mayMake && dialog('new-loop', control.addTitle, creation(view, reader))}`,
  }
}

function creation(view: View, reader: Reader): Html {
  const { control } = view.text
  const name = textInput('name', reader.shown.fields?.name, { required: true, max: 64, first: true })
  return actForm(
    reader,
    'create',
    html`${field(control.name, name, control.nameHint)}${settingsFields(view, reader, null)}
    ${decide(view, 'new-loop', 'primary', control.create)}`,
  )
}

function list(view: View, { loops }: LoopsModel): Html {
  const { control } = view.text
  return html`<div class="table-wrap" id="loops" tabindex="0" role="group" aria-label="${control.title}">
    <table class="table">
      <thead>
        <tr>
          <th>${control.loop}</th>
          <th>${control.state}</th>
          <th>${control.manipulator}</th>
          <th class="num">${control.interval}</th>
          <th>${control.test}</th>
          <th class="num">${control.window}</th>
          <th class="num">${control.mean}</th>
          <th>${control.lastDecision}</th>
        </tr>
      </thead>
      <tbody>
        ${loops.map(({ name, loop }) => row(view, name, loop))}
      </tbody>
    </table>
  </div>`
}

function row(view: View, name: string, loop: Reading<LoopDocument>): Html {
  const { control } = view.text
  const document = documentOf(loop)
  const link = html`<td class="mono"><a href="${loopPath(name)}">${name}</a></td>`
  if (!document)
    return html`<tr>
      ${link}
      <td colspan="7"><span class="quality">${control.unavailable}</span></td>
    </tr>`
  const { number, measure, moment } = view.format
  const last = document.last_decision
  return html`<tr>
    ${link}
    <td>${pill(view, document)}</td>
    <td><strong>${control.status[document.status]}</strong></td>
    <td class="num">${number(document.interval_s, 0)} ${view.text.time.second}</td>
    <td class="name">${control.tests[document.test]}</td>
    <td class="num">${number(document.window.n, 0)}</td>
    <td class="num">${document.window.mean === null ? '—' : measure(document.window.mean)}</td>
    <td>
      ${last === null ? control.never : `${moment(Date.parse(last.at), view.now)}, ${control.verdicts[last.verdict]}`}
    </td>
  </tr>`
}
