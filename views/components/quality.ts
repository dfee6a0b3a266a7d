import type { SignalView } from '../../actors/exhauster/schema.ts'
import { html, type Content, type Html } from '../html.ts'
import type { View } from '../view.ts'
import { mark } from './sprite.ts'
import { adviceOf } from './value.ts'

/** The dashed chip that says in words what is wrong with a measurement. */
export const chip = (words: string, hint?: string): Html =>
  html`<span class="quality" ${hint !== undefined && html` title="${hint}"`}>${words}</span>`

/** What is wrong with a measurement: the words for a chip, and for one who points at it. */
export interface Doubt {
  readonly words: string
  readonly hint: string
}

/** What an instrument has to say about a signal: its quality, then setpoints that contradict each other. */
export function doubtsOf({ text }: View, signal: SignalView): Doubt[] {
  const doubts: Doubt[] = []
  if (signal.quality !== 'good')
    doubts.push({ words: text.qualityShort[signal.quality], hint: text.quality[signal.quality] })
  if (signal.misconfigured.length > 0) {
    const limits = signal.misconfigured.map((limit) => text.limitNames[limit] ?? limit).join(', ')
    doubts.push({ words: text.misconfigured, hint: text.misconfiguredHint({ limits }) })
  }
  return doubts
}

/** How much room the doubts of a reading have: chips of words, the mark alone (the tag says the words), or none to be seen. */
export type Room = 'chips' | 'mark' | 'none'

/** The doubts of a signal beside its value; whoever hears the page always hears the words. */
export function instrument(view: View, signal: SignalView, room: Room): Content {
  const doubts = doubtsOf(view, signal)
  if (doubts.length === 0) return null
  const hints = doubts.map(({ hint }) => hint).join(', ')
  if (room === 'none') return html`${signal.value === null && html`<b>—</b>`}<span class="hidden">, ${hints}</span>`
  // Where there is no number, the chip has its place.
  if (room === 'chips' || signal.value === null) return doubts.map(({ words, hint }) => chip(words, hint))
  return html`<span class="doubt" data-status="unknown" title="${hints}"
    >${mark('unknown')}<span class="hidden">, ${hints}</span></span
  >`
}

/** What the constants of the plant say beside the alarms: a shape and, for hand and ear, the limit in words. */
export function advice(view: View, signal: SignalView): Content {
  const said = adviceOf(signal)
  if (said === null) return null
  const { above, below, hint } = view.text.advice
  const { limits } = signal
  const value = typeof signal.value === 'number' ? signal.value : 0
  const high = said === 'alarm' ? limits.alarm_max : limits.warning_max
  const low = said === 'alarm' ? limits.alarm_min : limits.warning_min
  const words =
    high !== null && value >= high
      ? above({ limit: view.format.limit(high) })
      : low !== null && value <= low
        ? below({ limit: view.format.limit(low) })
        : view.text.status[said]
  return html`<span class="advice" title="${words}. ${hint}">${mark(said)}<span class="hidden">${words}</span></span>`
}
