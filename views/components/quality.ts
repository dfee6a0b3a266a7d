import type { SignalView } from '../../actors/exhauster/schema.ts'
import { html, type Content, type Html } from '../html.ts'
import type { View } from '../view.ts'
import { mark } from './sprite.ts'

/** The dashed chip that says in words what is wrong with a measurement. */
export const chip = (words: string, hint?: string): Html =>
  html`<span class="quality"${hint !== undefined && html` title="${hint}"`}>${words}</span>`

/**
 * What the instrument has to say about a signal: its quality, then setpoints that contradict each other. `quiet`: a chip for every
 * stale value of a silent machine would say one thing 37 times; it stays for those who hear the page.
 */
export function instrument({ text }: View, signal: SignalView, quiet = false): Content {
  const words = text.quality[signal.quality]
  const wrong = signal.misconfigured.map((limit) => text.limitNames[limit] ?? limit).join(', ')
  return [
    signal.quality !== 'good' &&
      (quiet && signal.quality === 'stale' ? html`<span class="hidden">, ${words}</span>` : chip(words)),
    wrong !== '' && chip(text.misconfigured, text.misconfiguredHint({ limits: wrong })),
  ]
}

/** What the constants of the plant say beside the alarms: a shape and, for hand and ear, the limit in words. */
export function advice(view: View, signal: SignalView): Content {
  if (signal.advice === null || signal.status === 'alarm' || signal.status === 'warning') return null
  const { above, below, hint } = view.text.advice
  const { limits } = signal
  const value = typeof signal.value === 'number' ? signal.value : 0
  const high = signal.advice === 'alarm' ? limits.alarm_max : limits.warning_max
  const low = signal.advice === 'alarm' ? limits.alarm_min : limits.warning_min
  const words =
    high !== null && value >= high
      ? above({ limit: view.format.limit(high) })
      : low !== null && value <= low
        ? below({ limit: view.format.limit(low) })
        : view.text.status[signal.advice]
  return html`<span class="advice" title="${words}. ${hint}">${mark(signal.advice)}<span class="hidden">${words}</span></span>`
}
