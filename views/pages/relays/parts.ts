import type { RelayFilter, RelayKind } from '../../../actors/relay/schema.ts'
import { field, textInput } from '../../components/act-form.ts'
import { mark, type MarkName } from '../../components/sprite.ts'
import { html, type Html } from '../../html.ts'
import type { Reader } from '../../layout.ts'
import { isolated } from '../../text/foreign.ts'
import type { View } from '../../view.ts'
import type { RelayRow, Standing } from './model.ts'

const MARKS: Readonly<Record<Standing['kind'], MarkName>> = {
  paused: 'unknown',
  idle: 'ok',
  delivering: 'ok',
  failing: 'warning',
  resting: 'warning',
}

/** How a relay stands, in a word; the rest when one points at it. */
export function standingPill({ text, format }: View, standing: Standing): Html {
  const { relays } = text
  const hint =
    standing.kind === 'resting'
      ? relays.resting({ time: format.clock(Date.parse(standing.until)) })
      : relays.stateHints[standing.kind]
  const sign = MARKS[standing.kind]
  return html`<span class="status pill" data-status="${sign}" title="${hint}"
    >${mark(sign)}${relays.states[standing.kind]}</span
  >`
}

/** Which events it carries, in words. */
export function filterWords({ text }: View, { kind, type, subject }: RelayFilter): string {
  const { relays } = text
  const words = [
    kind === undefined ? [] : relays.filterKind({ kind: isolated(kind) }),
    type === undefined ? [] : relays.filterType({ type: isolated(type) }),
    subject === undefined ? [] : relays.filterSubject({ subject: isolated(subject) }),
  ].flat()
  return words.join(', ') || relays.everything
}

/** What one fills in for a relay: a new one of these kinds, or one that is there. */
export function relayFields(
  { text }: View,
  { shown }: Reader,
  { relay, kinds }: { relay?: RelayRow; kinds: readonly RelayKind[] },
): Html {
  const { relays } = text
  const { name = relay?.name, place = relay?.place } = shown.fields ?? {}
  const { type = relay?.filter.type, subject = relay?.filter.subject } = shown.fields ?? {}
  const chosen = shown.fields?.kind
  const select = html`<select class="input" name="kind">
    ${kinds.map((kind) => html`<option value="${kind}" ${kind === chosen && html` selected`}>${relays.kinds[kind]}</option>`)}
  </select>`
  const [only] = kinds
  return html`${field(relays.name, textInput('name', name, { required: true, max: 100, first: true }), relays.nameHint)}
  ${kinds.length > 1 ? field(relays.kind, select) : html`<input type="hidden" name="kind" value="${only}" />`}
  ${field(relays.place, textInput('place', place, { required: true, max: 2048 }), relays.placeHint[kinds.length === 1 && only === 'webhook' ? 'webhook' : 'any'])}
  ${field(relays.type, textInput('type', type, { max: 256 }), relays.patternHint)}
  ${field(relays.subject, textInput('subject', subject, { max: 256 }), relays.patternHint)}`
}
