import type { Cause, ExhausterDocument, Status } from '../../actors/exhauster/schema.ts'
import { html, type Content, type Html } from '../html.ts'
import type { Reading } from '../pages/model.ts'
import { gaugeOf } from '../plant/gauge.ts'
import { conditionOf, documentOf, doubtful, firstCause } from '../plant/machine.ts'
import { signalName } from '../text/names.ts'
import type { View } from '../view.ts'
import { causeLine, causeValue } from './cause.ts'
import { clockOf } from './run.ts'
import { since } from './since.ts'
import { mark } from './sprite.ts'
import { adviceOf, figure, unitName } from './value.ts'

/** The one thing that concerns a machine, with the limit and the time in it. Always there, so that nothing below moves. */
export function causeBanner(view: View, reading: Reading<ExhausterDocument> | undefined): Html {
  const { text } = view
  const document = documentOf(reading)
  const condition = conditionOf(reading)
  if (!document || condition === 'unavailable') {
    return banner(view, 'unknown', html`<strong>${text.cause.unavailable}.</strong> ${text.problem.unavailableHint}`)
  }
  if (condition === 'waiting') {
    return banner(view, 'unknown', html`<strong>${text.states.empty}.</strong> ${text.states.emptyHint}`)
  }
  if (reading?.kind === 'restoring') {
    return banner(view, 'unknown', html`<strong>${text.states.restoring}.</strong> ${text.states.restoringHint}`)
  }
  if (condition === 'lost' && document.updated_at !== null) {
    const at = Date.parse(document.updated_at)
    const time = view.format.moment(at, clockOf(view, document))
    const age = since(view, document.updated_at, document.clock, clockOf(view, document))
    return banner(
      view,
      'unknown',
      html`<strong>${text.mnemonic.lost({ time })}</strong>, ${age}. ${text.mnemonic.lostHint}`,
    )
  }
  const first = firstCause(document)
  if (!first)
    return banner(
      view,
      document.status,
      html`${document.status === 'ok' ? text.mnemonic.calm : text.status[document.status]} ${advised(view, document)}
      ${doubts(view, document)}`,
    )
  return banner(
    view,
    first.status,
    html`${causeSentence(view, document, first)} ${others(view, document)}<span class="not-phone">
        ${doubts(view, document)}</span
      >`,
  )
}

const banner = (view: View, status: Status, words: Content): Html =>
  html`<section class="banner" id="cause" data-status="${status}" aria-label="${view.text.mnemonic.causeTitle}">
    ${mark(status)}
    <p>${words}</p>
  </section>`

function causeSentence(view: View, document: ExhausterDocument, cause: Cause): Html {
  const { mnemonic } = view.text
  const parts: Content[] = []
  if (cause.limit !== null && (cause.status === 'alarm' || cause.status === 'warning')) {
    parts.push(`, ${mnemonic.limit[cause.status]({ limit: view.format.limit(cause.limit) })}`)
    if (cause.value !== null) parts.push(`, ${distance(view, document, cause, cause.value, cause.limit)}`)
  }
  if (cause.since !== null) parts.push(html`, ${since(view, cause.since, document.clock, clockOf(view, document))}`)
  return html`<strong>${`${signalName(view.text, cause.signal)} ${causeValue(view, document, cause)}`.trimEnd()}</strong
    >${parts}.`
}

/** How far a value is past its limit, on the side where that limit works. */
function distance(view: View, { signals }: ExhausterDocument, cause: Cause, value: number, limit: number): string {
  const { mnemonic } = view.text
  const signal = signals[cause.signal]
  const low = signal?.limits.alarm_min === limit || signal?.limits.warning_min === limit
  const past = low ? limit - value : value - limit
  if (past < 0) return mnemonic.held
  const unit = unitName(view, signal?.unit ?? '')
  const excess = `${figure(view, past, gaugeOf(cause.signal).digits)}\u00a0${unit}`.trimEnd()
  return low ? mnemonic.under({ excess }) : mnemonic.over({ excess })
}

function others(view: View, document: ExhausterDocument): Content {
  const rest = document.causes.slice(1, 4)
  if (rest.length === 0) return null
  const unsaid = document.causes.length - 1 - rest.length
  const causes = rest.map((cause) => causeLine(view, document, cause)).join('; ')
  const tail = unsaid > 0 ? ` ${view.text.cause.more({ count: String(unsaid) })}` : ''
  return html`<span class="not-phone">${view.text.mnemonic.others({ causes: causes + tail })}</span>`
}

/** Yellow places that raise no alarm: without a word, they would contradict a calm banner. */
function advised(view: View, { signals }: ExhausterDocument): Content {
  const count = Object.values(signals).filter((signal) => adviceOf(signal) !== null).length
  return count > 0 && view.text.mnemonic.advised({ signals: view.format.count(count, view.text.mnemonic.signals) })
}

function doubts(view: View, document: ExhausterDocument): Content {
  const count = doubtful(document)
  return count > 0 && view.text.mnemonic.instruments({ signals: view.format.count(count, view.text.mnemonic.signals) })
}
