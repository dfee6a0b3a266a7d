import type { ExhausterDocument, Status } from '../../actors/exhauster/schema.ts'
import { html, type Content, type Html } from '../html.ts'
import { trendsOf } from '../pages/trends/address.ts'
import { gateContradicts } from '../plant/machine.ts'
import { bearingSignals, BEARINGS, COOLER, DAMPER, DRIVE, FEED, GAS, TANK } from '../plant/places.ts'
import type { View } from '../view.ts'
import { chip, doubtsOf } from './quality.ts'
import { bit, reading } from './reading.ts'
import { mark } from './sprite.ts'

/** The worst that the machine, not its instruments, says through these signals. */
export function worst(document: ExhausterDocument, keys: readonly string[]): Status {
  const found = keys.map((key) => document.signals[key]?.status)
  return found.includes('alarm') ? 'alarm' : found.includes('warning') ? 'warning' : 'ok'
}

/** Chips for all that the instruments of a tag say beside their values, each word once. */
function doubtsOfTag(view: View, document: ExhausterDocument, keys: readonly string[]): Html[] {
  const found = new Map<string, string>()
  for (const key of keys) {
    const signal = document.signals[key]
    if (!signal || signal.value === null) continue
    for (const { words, hint } of doubtsOf(view, signal)) found.set(words, hint)
  }
  return [...found].map(([words, hint]) => chip(words, hint))
}

interface Tag {
  readonly id: string
  readonly title: Content
  readonly status: Status
  /** The machine is silent: its values are the last known ones, and the banner says so once. */
  readonly silent: boolean
  readonly readings: Content
  /** Under the readings. */
  readonly note?: Content
}

/** One place of the scheme. */
const tag = ({ id, title, status, silent, readings, note }: Tag): Html =>
  html`<section class="tag at-${id}" id="tag-${id}" data-status="${status}" ${silent && html` data-stale`}>
    <h2>${status !== 'ok' && mark(status)}${title}</h2>
    <dl>${readings}</dl>
    ${note}
  </section>`

/** The name of a place leads to the trends of what is measured there. */
const toTrends = ({ text }: View, document: ExhausterDocument, keys: readonly string[], title: string): Html =>
  html`<a href="${trendsOf(document.id, keys)}" title="${text.trends.title}: ${title}">${title}</a>`

/** All tags of a machine by their ids. */
export function tags(view: View, document: ExhausterDocument, silent: boolean): Map<string, Html> {
  const { mnemonic, names } = view.text
  const { signals } = document
  const all = new Map<string, Html>()
  const add = (id: string, title: string, keys: readonly string[], more?: Content) => {
    const status = worst(document, keys)
    // A tag of several values has no room for a chip beside each: marks there, the words once below.
    const room = silent ? 'none' : keys.length > 1 ? 'mark' : 'chips'
    const readings = [keys.map((key) => reading(view, key, signals[key], room)), more]
    const chips = room === 'mark' ? doubtsOfTag(view, document, keys) : []
    const note = chips.length > 0 && html`<p class="doubts" aria-hidden="true">${chips}</p>`
    const link = toTrends(view, document, keys, title)
    all.set(`tag-${id}`, tag({ id, title: link, status, silent, readings, note }))
  }
  for (const bearing of BEARINGS)
    add(`b${bearing}`, names.bearing({ number: String(bearing) }), bearingSignals(bearing))
  add('drive', mnemonic.drive, DRIVE)
  add('oil', mnemonic.tank, TANK)
  add('press', mnemonic.feed, FEED)
  add('cooler', mnemonic.cooler, COOLER)
  add('gas', mnemonic.gas, GAS, dust(view))
  all.set('tag-damper', damper(view, document, silent))
  return all
}

/** The plant has no such sensor, and its people look for it here. */
const dust = ({ text }: View): Html =>
  html`<div class="reading" data-status="unknown" data-quality="absent">
    <dt>${text.mnemonic.dust}</dt>
    <dd>${chip(text.noSensor)}</dd>
  </div>`

function damper(view: View, document: ExhausterDocument, silent: boolean): Html {
  const { mnemonic, contradicts, contradictsHint } = view.text
  const { signals } = document
  const [position, closed, open] = DAMPER
  const room = silent ? 'none' : 'mark'
  // Switches that contradict each other are in doubt for that reason: it is said instead.
  const contradiction = gateContradicts(document)
  const chips = silent ? null : doubtsOfTag(view, document, contradiction ? [position] : DAMPER)
  return tag({
    id: 'damper',
    title: html`${toTrends(view, document, DAMPER, mnemonic.damper)}<span class="end"
        >${contradiction && chip(contradicts, contradictsHint)} ${chips}</span
      >`,
    status: worst(document, [position]),
    silent,
    readings: [
      reading(view, position, signals[position], room),
      bit(view, mnemonic.closedBit, signals[closed], room),
      bit(view, mnemonic.openBit, signals[open], room),
    ],
  })
}
