import type { ExhausterDocument, Status } from '../../actors/exhauster/schema.ts'
import { html, type Content, type Html } from '../html.ts'
import { gateContradicts } from '../plant/machine.ts'
import { bearingSignals, BEARINGS, COOLER, DRIVE, FEED, GAS, TANK } from '../plant/places.ts'
import type { View } from '../view.ts'
import { chip } from './quality.ts'
import { bit, reading } from './reading.ts'
import { mark } from './sprite.ts'

/** The worst that the machine, not its instruments, says through these signals. */
export function worst(document: ExhausterDocument, keys: readonly string[]): Status {
  const found = keys.map((key) => document.signals[key]?.status)
  return found.includes('alarm') ? 'alarm' : found.includes('warning') ? 'warning' : 'ok'
}

/** One place of the scheme. */
function tag(id: string, status: Status, quiet: boolean, title: Content, content: Content): Html {
  return html`<section class="tag at-${id}" id="tag-${id}" data-status="${status}"${quiet && html` data-stale`}><h2>${status !== 'ok' && mark(status)}${title}</h2><dl>${content}</dl></section>`
}

/** All tags of a machine by their ids. `quiet`: the machine is silent, see {@link instrument}. */
export function tags(view: View, document: ExhausterDocument, quiet: boolean): Map<string, Html> {
  const { mnemonic, names, noSensor } = view.text
  const { signals } = document
  const all = new Map<string, Html>()
  const add = (id: string, title: string, keys: readonly string[], more?: Content) => {
    const content = [keys.map((key) => reading(view, key, signals[key], quiet)), more]
    all.set(`tag-${id}`, tag(id, worst(document, keys), quiet, title, content))
  }
  for (const bearing of BEARINGS) add(`b${bearing}`, names.bearing({ number: String(bearing) }), bearingSignals(bearing))
  add('drive', mnemonic.drive, DRIVE)
  add('oil', mnemonic.tank, TANK)
  add('press', mnemonic.feed, FEED)
  add('cooler', mnemonic.cooler, COOLER)
  add('gas', mnemonic.gas, GAS, html`<div class="reading" data-status="unknown" data-quality="absent"><dt>${mnemonic.dust}</dt><dd>${chip(noSensor)}</dd></div>`)
  all.set('tag-damper', damper(view, document, quiet))
  return all
}

function damper(view: View, document: ExhausterDocument, quiet: boolean): Html {
  const { mnemonic, contradicts, contradictsHint } = view.text
  const { signals } = document
  const position = 'gate_valve.gas_valve_position'
  const title = html`${mnemonic.damper}${gateContradicts(document) && chip(contradicts, contradictsHint)}`
  return tag('damper', worst(document, [position]), quiet, title, [
    reading(view, position, signals[position], quiet),
    bit(view, mnemonic.closedBit, signals['gate_valve.gas_valve_closed'], quiet),
    bit(view, mnemonic.openBit, signals['gate_valve.gas_valve_open'], quiet),
  ])
}
