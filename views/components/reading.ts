import type { SignalView } from '../../actors/exhauster/schema.ts'
import { html, type Content, type Html } from '../html.ts'
import { gaugeOf } from '../plant/gauge.ts'
import { bearingOf, signalName } from '../text/names.ts'
import type { Text } from '../text/catalogue.ts'
import type { View } from '../view.ts'
import { bar } from './bar.ts'
import { advice, chip, instrument, type Room } from './quality.ts'
import { tones, unitName } from './value.ts'

/** The short label of a signal, where its place is named already. */
export function labelOf(text: Text, key: string): string {
  const place = bearingOf(key)
  if (place) return place.axis ? text.names.axis[place.axis] : 'T'
  return text.names.signalShort[key] ?? text.names.signal[key] ?? key
}

const blank = ({ text }: View, name: Html, room: Room): Html =>
  html`<div class="reading" data-status="unknown" data-quality="absent">
    ${name}
    <dd>${room === 'none' ? html`<b>—</b>` : chip(text.qualityShort.absent)}</dd>
  </div>`

/** One value of the scheme: label, number, unit, what the instrument says, the bar. */
export function reading(view: View, key: string, signal: SignalView | undefined, room: Room): Html {
  const { text, format } = view
  const hint = signalName(text, key)
  const name = html`<dt title="${hint}">
    <span aria-hidden="true">${labelOf(text, key)}</span><span class="hidden">${hint}</span>
  </dt>`
  if (!signal) return blank(view, name, room)

  const gauge = gaugeOf(key)
  let figures: Content = null
  if (typeof signal.value === 'number') {
    const unit = unitName(view, signal.unit)
    figures = html`<b>${format.number(signal.value, gauge.digits)}</b>${unit !== '' && html`<i>${unit}</i>`}`
  }
  const said = signal.status === 'alarm' || signal.status === 'warning'
  return html`<div class="reading" ${tones(signal)}>
    ${name}
    <dd>
      ${advice(view, signal)}${figures}${said && html`<span class="hidden">, ${text.status[signal.status]}</span>`}${instrument(view, signal, room)}${typeof signal.value === 'number' && bar(signal, gauge)}
    </dd>
  </div>`
}

/** A limit switch: yes or no. */
export function bit(view: View, name: string, signal: SignalView | undefined, room: Room): Html {
  const { text } = view
  if (!signal) return blank(view, html`<dt>${name}</dt>`, room)
  const word = typeof signal.value === 'boolean' && html`<b>${signal.value ? text.mnemonic.on : text.mnemonic.off}</b>`
  return html`<div class="reading" ${tones(signal)}>
    <dt>${name}</dt>
    <dd>${word}${instrument(view, signal, room)}</dd>
  </div>`
}
