import type { ExhausterDocument } from '../../actors/exhauster/schema.ts'
import { html, type Html } from '../html.ts'
import type { Condition } from '../plant/machine.ts'
import type { View } from '../view.ts'
import { since } from './since.ts'
import { icon } from './sprite.ts'

/** Running or stopped, and for how long; a silent machine says that instead. */
export function run(view: View, document: ExhausterDocument, condition: Condition): Html {
  const { running } = view.text
  if (condition === 'lost') return html`${icon('off')}${running.lost}`
  if (document.running === null) return html`${icon('off')}${running.unknown}`
  const duration =
    document.running_since !== null &&
    html` <span class="muted">${since(view, document.running_since, document.clock, clockOf(view, document))}</span>`
  return html`${icon(document.running ? 'play' : 'stop')}${document.running ? running.yes : running.no}${duration}`
}

/** The moment that a machine's ages are measured against: now, or the newest moment of its replay. */
export function clockOf(view: View, document: Pick<ExhausterDocument, 'clock' | 'updated_at' | 'data_age_ms'>): number {
  if (document.clock === 'live' || document.updated_at === null) return view.now
  return Date.parse(document.updated_at) + (document.data_age_ms ?? 0)
}
