import { EXHAUSTER_IDS, type ExhausterDocument, type ExhausterId, type Status } from '../../actors/exhauster/schema.ts'
import { html, type Content, type Html } from '../html.ts'
import type { PlantModel, Reading } from '../pages/model.ts'
import { conditionOf, documentOf, firstCause, statusOf, WORST_FIRST } from '../plant/machine.ts'
import { machineName } from '../text/names.ts'
import type { View } from '../view.ts'
import { causeLine } from './cause.ts'
import { clockOf } from './run.ts'
import { since } from './since.ts'
import { mark } from './sprite.ts'

interface Notice {
  readonly id: ExhausterId
  readonly status: Status
  readonly words: string
  readonly more: number
  /** ISO 8601 of when it began. */
  readonly since: string | null
  readonly document: ExhausterDocument | null
}

/** One line per machine that is not normal, the worst first, within a status the longest first. One row: the places below never move. */
export function attention(view: View, model: PlantModel): Html {
  const { text } = view
  const notices: Notice[] = []
  for (const id of EXHAUSTER_IDS) {
    const notice = noticeOf(view, id, model.exhausters.get(id))
    if (notice) notices.push(notice)
  }
  notices.sort((a, b) => rank(a) - rank(b) || (a.since ?? '~').localeCompare(b.since ?? '~'))
  const waiting = [...model.exhausters.values()].every((reading) => conditionOf(reading) === 'waiting')
  const calm = html`<p class="muted">${waiting ? text.overview.calmWaiting : text.overview.calm}</p>`
  return html`<section class="attention" id="attention" aria-label="${text.overview.attention}">
    ${notices.length === 0 || waiting ? calm : notices.map((notice) => line(view, notice))}
  </section>`
}

const rank = ({ status }: Notice) => WORST_FIRST.indexOf(status)

function noticeOf(view: View, id: ExhausterId, reading: Reading<ExhausterDocument> | undefined): Notice | null {
  const status = statusOf(reading)
  const document = documentOf(reading)
  if (status === 'ok') return null
  const cause = document && firstCause(document)
  if (document && cause && status !== 'unknown') {
    const words = causeLine(view, document, cause)
    return { id, status, words, more: document.causes.length - 1, since: cause.since, document }
  }
  const words = conditionOf(reading) === 'unavailable' ? view.text.cause.unavailable : view.text.status[status]
  const last = conditionOf(reading) === 'lost' ? document?.updated_at : document?.status_since
  return { id, status, words, more: 0, since: last ?? null, document }
}

function line(view: View, notice: Notice): Html {
  const { document } = notice
  const age: Content =
    notice.since !== null &&
    document &&
    html`<span class="muted age-of">${since(view, notice.since, document.clock, clockOf(view, document))}</span>`
  const more = notice.more > 0 && html`<span class="badge">+${notice.more}</span>`
  return html`<a data-status="${notice.status}" href="/dashboard/exhausters/${notice.id}" title="${notice.words}"
    >${mark(notice.status)}<span class="hidden">${view.text.status[notice.status]}: </span
    ><b class="name">${machineName(view.text, notice.id)}</b><span class="words">${notice.words}</span>${more}${age}</a
  >`
}
