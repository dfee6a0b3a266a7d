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
import { ageLevel } from './topbar.ts'

interface Notice {
  /** Usually one; machines that fell silent together are said together. */
  readonly ids: readonly ExhausterId[]
  readonly status: Status
  readonly words: string
  readonly more: number
  /** ISO 8601 of when it began. */
  readonly since: string | null
  readonly document: ExhausterDocument | null
}

/** One line per machine that is not normal, the worst first, within a status the longest first. One row: the places below never move. */
export function attention(view: View, model: PlantModel): Html {
  const { overview } = view.text
  const notices = joinSilent(EXHAUSTER_IDS.flatMap((id) => noticeOf(view, id, model.exhausters.get(id)) ?? []))
  notices.sort((a, b) => rank(a) - rank(b) || (a.since ?? '~').localeCompare(b.since ?? '~'))
  const waiting = EXHAUSTER_IDS.every((id) => conditionOf(model.exhausters.get(id)) === 'waiting')
  // A demonstration that lags is no plant that fell silent: it begins with a week of history.
  const { demonstration, moment } = model.plant
  const filling = demonstration && moment !== null && ageLevel(view.now - moment) === 'lost'
  const said = filling ? overview.filling : waiting ? overview.calmWaiting : overview.calm
  return html`<section class="attention" id="attention" aria-label="${overview.attention}">
    ${notices.length === 0 || waiting || filling ? html`<p class="muted">${said}</p>` : notices.map((notice) => line(view, notice))}
  </section>`
}

/** When the plant falls silent, that is one thing to look at, not six. */
function joinSilent(notices: readonly Notice[]): Notice[] {
  const joined: Notice[] = []
  for (const notice of notices) {
    const same = (other: Notice) =>
      other.status === 'unknown' && other.words === notice.words && other.since === notice.since
    const index = joined.findIndex(same)
    const known = joined[index]
    if (known) joined[index] = { ...known, ids: [...known.ids, ...notice.ids] }
    else joined.push(notice)
  }
  return joined
}

const rank = ({ status }: Notice) => WORST_FIRST.indexOf(status)

function noticeOf(view: View, id: ExhausterId, reading: Reading<ExhausterDocument> | undefined): Notice | null {
  const status = statusOf(reading)
  const document = documentOf(reading)
  if (status === 'ok') return null
  const cause = document && firstCause(document)
  if (document && cause && status !== 'unknown') {
    const words = causeLine(view, document, cause)
    return { ids: [id], status, words, more: document.causes.length - 1, since: cause.since, document }
  }
  const words = conditionOf(reading) === 'unavailable' ? view.text.cause.unavailable : view.text.status[status]
  const last = conditionOf(reading) === 'lost' ? document?.updated_at : document?.status_since
  return { ids: [id], status, words, more: 0, since: last ?? null, document }
}

function line(view: View, notice: Notice): Html {
  const { document } = notice
  const age: Content =
    notice.since !== null &&
    document &&
    html`<span class="muted age-of">${since(view, notice.since, document.clock, clockOf(view, document))}</span>`
  const more = notice.more > 0 && html`<span class="badge">+${notice.more}</span>`
  const [first, ...others] = notice.ids
  const href = others.length > 0 ? '/dashboard' : `/dashboard/exhausters/${first}`
  const all = notice.ids.length === EXHAUSTER_IDS.length
  const names = all ? view.text.overview.all : notice.ids.map((id) => machineName(view.text, id)).join(', ')
  return html`<a data-status="${notice.status}" href="${href}" title="${names}: ${notice.words}"
    >${mark(notice.status)}<span class="hidden">${view.text.status[notice.status]}: </span><b class="name">${names}</b
    ><span class="words">${notice.words}</span>${more}${age}</a
  >`
}
