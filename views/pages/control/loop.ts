import type { LoopDocument } from '../../../actors/control/schema.ts'
import { actForm, field, textInput } from '../../components/act-form.ts'
import { choices, hrefOf } from '../../components/choices.ts'
import { code } from '../../components/code.ts'
import { decide, dialog, opener } from '../../components/dialog.ts'
import { figures, type Figure } from '../../components/figures.ts'
import { loopMode, pill } from '../../components/loop-state.ts'
import { pager } from '../../components/pager.ts'
import { state } from '../../components/state.ts'
import { topbarFragments } from '../../components/topbar.ts'
import { html, type Content, type Html } from '../../html.ts'
import { place, type Fragments, type LivePage, type Reader } from '../../layout.ts'
import { documentOf } from '../../plant/machine.ts'
import type { View } from '../../view.ts'
import { commandTable, decisionTable, historyBand, pText } from './past.ts'
import { loopPath } from './loops.ts'
import { settingsFields } from './settings-form.ts'
import { LOOP_RANGES, type LoopModel } from './model.ts'

/** Everything on a loop's page that changes. */
export function loopFragments(view: View, model: LoopModel): Fragments {
  const loop = documentOf(model.loop)
  return new Map([
    ...topbarFragments(view, model.plant),
    ['loop-pill', html`<div class="row" id="loop-pill">${loop && [pill(view, loop), method(view, loop)]}</div>`],
    ['loop-mode', loopMode(view, loop)],
    ['loop-figures', loop ? figures('loop-figures', figuresOf(view, loop)) : unreadable(view)],
    ['loop-history', historyBand(view, model)],
    ['decisions', decisionTable(view, model)],
    ['commands', commandTable(view, model)],
    ['loop-settings', settings(view, loop)],
  ])
}

const unreadable = ({ text }: View): Html =>
  html`<div class="card" id="loop-figures">
    ${state('off', text.control.unavailable, text.control.unavailableHint)}
  </div>`

/** When it decides, and how. */
const method = ({ text, format }: View, { interval_s, test, alpha }: LoopDocument): Html =>
  html`<p>
    ${text.control.decides({ interval: `${format.number(interval_s, 0)} ${text.time.second}`, test: text.control.tests[test], alpha: format.exact(alpha) })}
  </p>`

function figuresOf(view: View, loop: LoopDocument): Figure[] {
  const { control } = view.text
  const { number, measure, clock, moment } = view.format
  const { manipulator, window, last_decision: last, next_decision_at: next } = loop
  const place = manipulator ? `${manipulator.host}:${manipulator.port}` : control.noManipulator
  const since = loop.status_since && control.since({ time: moment(Date.parse(loop.status_since), view.now) })
  return [
    { name: control.manipulator, value: control.status[loop.status], context: [since, since && ', ', place] },
    {
      name: control.window,
      value: number(window.n, 0),
      context: control.windowHint,
    },
    {
      name: control.mean,
      value: window.mean === null ? '—' : measure(window.mean),
      context: loop.mean === null ? control.noReference : control.reference({ mean: measure(loop.mean) }),
    },
    {
      name: control.pValue,
      value: last === null || last.p === null ? '—' : pText(view, last.p),
      context: [
        last !== null && last.t !== null && `${control.tValue({ t: number(last.t, 2) })}, `,
        next === null ? control.never : control.next({ time: clock(Date.parse(next)) }),
      ],
    },
    { name: control.outdated, value: number(window.outdated, 0), context: control.outdatedHint },
  ]
}

function settings(view: View, loop: LoopDocument | null): Html {
  const { control, time } = view.text
  const { number, duration } = view.format
  const rows: [string, Content][] = []
  if (loop) {
    rows.push([control.interval, `${number(loop.interval_s, 0)} ${time.second}`])
    rows.push([
      control.test,
      html`<span class="name">${control.tests[loop.test]}</span><br /><span class="name muted"
          >${control.testHint[loop.test]}</span
        >`,
    ])
    rows.push([control.alpha, view.format.exact(loop.alpha)])
    const { manipulator, interlock } = loop
    rows.push([control.manipulator, manipulator ? `${manipulator.host}:${manipulator.port}` : control.noManipulator])
    if (interlock) {
      const status = control.status[interlock.status]
      const silence =
        interlock.silence_s !== null && control.silence({ duration: duration(interlock.silence_s * 1000) })
      rows.push([control.interlock, [control.interlockReady({ status }), silence && html` ${silence}`]])
    }
  }
  return html`<dl class="facts" id="loop-settings">
    ${rows.map(([name, words]) => [html`<dt>${name}</dt>`, html`<dd>${words}</dd>`])}
  </dl>`
}

/** One loop: how it stands, what it has decided, and the manipulator by hand. */
export function loopPage(view: View, model: LoopModel, reader: Reader, origin: string): LivePage {
  const fragments = loopFragments(view, model)
  const { control } = view.text
  const path = loopPath(model.name)
  const loop = documentOf(model.loop)
  const mayChange = loop !== null && reader.acts.has('settings')
  const range = model.range === '1h' ? undefined : model.range
  const ranges = Object.keys(LOOP_RANGES) as (keyof typeof LOOP_RANGES)[]
  return {
    section: 'control',
    path: hrefOf(path, { range, cursor: model.cursor }),
    title: control.loopName({ name: model.name }),
    fragments,
    main: html`<header class="page-head">
        <h1>${control.loop} <code>${model.name}</code></h1>
        ${place(fragments, 'loop-pill')}
        <a class="btn quiet end" href="/dashboard/control">${control.title}</a>
      </header>
      ${place(fragments, 'loop-mode')}${place(fragments, 'loop-figures')}
      <section class="card">
        <header>
          <h2>${control.history}</h2>
          <p>${control.historyHint}</p>
          ${choices(
            control.range,
            ranges.map((one) => ({
              href: hrefOf(path, { range: one === '1h' ? undefined : one }),
              words: control.ranges[one],
              chosen: one === model.range,
            })),
          )}
        </header>
        ${place(fragments, 'loop-history')}
      </section>
      <div class="grid main-side">
        <section class="card">
          <header>
            <h2>${control.decisions}</h2>
            <p>${control.decisionsHint}</p>
            <span class="badge" data-held="decisions" hidden>${view.text.acts.held}</span>
          </header>
          ${place(fragments, 'decisions')}
          ${pager(control, {
            older: model.older && hrefOf(path, { range, cursor: model.older }),
            newest: model.cursor === undefined ? null : hrefOf(path, { range }),
          })}
        </section>
        <div class="stack">
          ${reader.acts.has('command') && byHand(view, reader)}
          <section class="card">
            <header><h2>${control.commands}</h2></header>
            ${place(fragments, 'commands')}
          </section>
          <section class="card">
            <header>
              <h2>${control.settings}</h2>
              ${mayChange && html`<span class="end">${opener('loop-form', '', control.change)}</span>`}
            </header>
            <div class="body">${place(fragments, 'loop-settings')}</div>
          </section>
          <section class="card">
            <header><h2>${control.sendReading}</h2></header>
            <div class="body">${code(view, control.sendReading, sample(origin, model.name))}</div>
          </section>
        </div>
      </div>
      ${mayChange && dialog('loop-form', control.changeTitle, changing(view, loop, reader))}`,
  }
}

/** The version tells whether somebody else has changed them since. */
const changing = (view: View, loop: LoopDocument, reader: Reader): Html =>
  actForm(
    reader,
    'settings',
    html`<input type="hidden" name="version" value="${loop.version}" />${settingsFields(view, reader, loop)}
      ${decide(view, 'loop-form', 'primary', view.text.control.save)}`,
  )

function byHand(view: View, reader: Reader): Html {
  const { control } = view.text
  const buttons = (['up', 'down'] as const).map(
    (status) => html`<button class="btn" name="status" value="${status}">${control.send[status]}</button>`,
  )
  return html`<section class="card">
    <header><h2>${control.command}</h2></header>
    ${actForm(
      reader,
      'command',
      html`<p class="muted">${control.commandHint}</p>
        ${field(control.reason, textInput('reason', reader.shown.fields?.reason, { required: true, placeholder: control.reasonHint }))}
        <div class="row">${buttons}</div>`,
      { className: 'body stack' },
    )}
  </section>`
}

const sample = (origin: string, loop: string): string => `curl -X POST \\
  ${origin}/api/v1/control/loops/${loop}/readings \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d "{\\"datetime\\": \\"$(date -u +%FT%TZ)\\", \\"payload\\": 50.2}"
`
