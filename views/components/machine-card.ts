import type { ExhausterDocument, ExhausterId, SignalView } from '../../actors/exhauster/schema.ts'
import { html, type Content, type Html } from '../html.ts'
import type { Reading, Sparkline } from '../pages/model.ts'
import { gaugeOf } from '../plant/gauge.ts'
import { conditionOf, documentOf, firstCause, numberOf, statusOf, type Condition } from '../plant/machine.ts'
import { machineName } from '../text/names.ts'
import type { View } from '../view.ts'
import { bar } from './bar.ts'
import { causeWithLimit } from './cause.ts'
import { matrix } from './matrix.ts'
import { advice } from './quality.ts'
import { clockOf, run } from './run.ts'
import { since } from './since.ts'
import { spark } from './spark.ts'
import { skeleton } from './state.ts'
import { pill } from './status.ts'
import { figure, tones, unitName } from './value.ts'

/** One exhauster on the overview. It keeps its rows whatever happens, so nothing on the page moves. */
export function machineCard(
  view: View,
  id: ExhausterId,
  number: number,
  reading: Reading<ExhausterDocument> | undefined,
  line: Sparkline | undefined,
): Html {
  const document = documentOf(reading)
  const condition = conditionOf(reading)
  const status = statusOf(reading)
  const marks = html`${condition === 'lost' && html` data-stale`}${document?.running === false && html` data-running="no"`}`
  return html`<article class="card machine" id="${id}" data-status="${status}" ${marks}>
    <header>
      <h3>
        <a href="/dashboard/exhausters/${id}">${machineName(view.text, id)}</a>
        <small>${view.text.names.number({ number: String(number) })}</small>
      </h3>
      ${pill(view, status)}
    </header>
    ${document && condition !== 'waiting' ? body(view, document, condition, reading?.kind === 'restoring', line) : waiting(view, condition)}
  </article>`
}

function waiting({ text }: View, condition: Condition): Html {
  const words = condition === 'waiting' ? text.cause.noFrames : text.cause.unavailable
  return html`<p class="run"><span class="muted">${words}</span></p>
    ${skeleton(5)}`
}

function body(
  view: View,
  document: ExhausterDocument,
  condition: Condition,
  restoring: boolean,
  line: Sparkline | undefined,
): Html {
  const { overview } = view.text
  const { rotor } = document
  const days = view.format.days(rotor.days_in_work)
  return html`<p class="run">${run(view, document, condition)}</p>
    <p class="cause">${cause(view, document, condition, restoring)}</p>
    ${matrix(view, document)}
    <dl class="quad">
      ${quad(view, document, 'oil.oil_level', overview.oil)}${quad(view, document, 'oil.oil_pressure', overview.pressure)}${quad(view, document, 'gas_collector.underpressure_before', overview.underpressure)}${quad(view, document, 'drive.stator_current', overview.stator)}
    </dl>
    ${line ? spark(line, document.status, vibrationLimits(document)) : html`<svg class="spark" viewBox="0 0 200 32" aria-hidden="true"></svg>`}
    <footer>
      <span>${overview.sparkline}</span
      ><span class="end"
        >${rotor.number === null ? overview.rotorUnknown({ days }) : overview.rotor({ number: rotor.number, days })}</span
      >
    </footer>`
}

function cause(view: View, document: ExhausterDocument, condition: Condition, restoring: boolean): Content {
  const { text, format } = view
  const now = clockOf(view, document)
  if (restoring) return html`<span class="muted">${text.cause.restoring}</span>`
  if (condition === 'lost' && document.updated_at !== null) {
    return html`<span class="words"
        >${text.cause.lastFrame({ time: format.clock(Date.parse(document.updated_at)) })}</span
      ><span class="muted end">${since(view, document.updated_at, document.clock, now)}</span>`
  }
  const first = firstCause(document)
  if (!first)
    return html`<span class="muted">${document.status === 'unknown' ? text.status.unknown : text.cause.none}</span>`
  const words = causeWithLimit(view, first)
  return html`<span class="words" title="${words}">${words}</span
    >${first.since !== null && html`<span class="muted end">${since(view, first.since, document.clock, now)}</span>`}`
}

/** One of the four figures under the matrix, with its bar. */
function quad(view: View, { signals }: ExhausterDocument, key: string, label: string): Html {
  const signal = signals[key]
  if (!signal)
    return html`<div data-status="unknown">
      <dt>${label}</dt>
      <dd class="value">—</dd>
    </div>`
  const gauge = gaugeOf(key)
  const hint = signal.quality === 'good' ? '' : view.text.quality[signal.quality]
  return html`<div ${tones(signal)}>
    <dt>${label}${advice(view, signal)}</dt>
    <dd class="value" ${tones(signal)}${hint !== '' && html` title="${hint}"`}>
      ${number(view, signal, gauge.cardDigits)}${hint !== '' && html`<span class="hidden"> ${hint}</span>`}${bar(signal, gauge)}
    </dd>
  </div>`
}

const number = (view: View, signal: SignalView, digits: number): Html =>
  html`<b>${figure(view, numberOf(signal), digits)}</b><i>${unitName(view, signal.unit, true)}</i>`

/** The lowest limits of the machine's vibration, for the dashes of the sparkline; ISO 20816-3 group 1 rigid when it has none. */
function vibrationLimits({ signals }: ExhausterDocument): { warning: number; alarm: number } {
  let warning = Infinity
  let alarm = Infinity
  for (const [key, { limits, misconfigured }] of Object.entries(signals)) {
    if (!key.includes('.vibration_') || misconfigured.length > 0) continue
    warning = Math.min(warning, limits.warning_max ?? Infinity)
    alarm = Math.min(alarm, limits.alarm_max ?? Infinity)
  }
  return { warning: Number.isFinite(warning) ? warning : 4.5, alarm: Number.isFinite(alarm) ? alarm : 7.1 }
}
