import { html, type Content, type Html } from '../html.ts'
import type { PlantModel } from '../pages/model.ts'
import { tally } from '../plant/machine.ts'
import type { View } from '../view.ts'
import { mark } from './sprite.ts'

/** Data older than this is late, and then lost: the plant sends a frame a minute. */
const LATE_MS = 90_000
const LOST_MS = 5 * 60_000

/** `ok`, `late` or `lost`, by the age of the newest frame. */
export const ageLevel = (ageMs: number): 'ok' | 'late' | 'lost' =>
  ageMs > LOST_MS ? 'lost' : ageMs > LATE_MS ? 'late' : 'ok'

/** What lives in the top bar of every page and below it, by id. */
export const topbarFragments = (view: View, model: PlantModel): [id: string, fragment: Html][] => [
  ['clock', clock(view, model)],
  ['counts', counts(view, model)],
  ['mode', mode(view, model)],
  ['away', away(view, model)],
]

/** The clock of the plant, the age of its data, and what the data is when it is not a live plant. */
function clock(view: View, { plant }: PlantModel): Html {
  const { text, format } = view
  const replay = plant.clock === 'replay'
  const shown = replay ? (plant.moment ?? view.now) : view.now
  const iso = new Date(shown).toISOString()
  return html`<div class="clock" id="clock">
    <span class="muted wide-only">${text.shell.plant}</span
    >${replay && html`<span class="mode not-phone" title="${text.shell.replayHint}">${text.shell.replay}</span>`}${plant.demonstration && html`<span class="mode not-phone" title="${text.shell.demonstrationHint}">${text.shell.demonstration}</span>`}${replay && html`<span class="nowrap not-phone">${format.date(shown)}</span>`}<time
      datetime="${iso}"
      ${!replay && html` data-clock`}
      >${format.clock(shown)}</time
    ><span class="muted wide-only">${view.timeZone}</span>${!replay && age(view, plant.moment)}
  </div>`
}

function age({ text, format, now }: View, moment: number | null): Html {
  if (moment === null) {
    return html`<span class="age" data-level="late">${mark('unknown')}${text.shell.noData}</span>`
  }
  const level = ageLevel(now - moment)
  const iso = new Date(moment).toISOString()
  return html`<span class="age" data-level="${level}" title="${text.shell.dataAge}"
    ><span class="late-mark" data-status="warning">${mark('warning')}</span
    ><span class="lost-mark" data-status="alarm">${mark('alarm')}</span
    ><span class="not-phone">${text.shell.data}</span>
    <time datetime="${iso}" data-age>${format.duration(now - moment)}</time></span
  >`
}

/** On a phone, where the top bar has no room for it: what the data is when it is not a live plant. */
function mode({ text, format }: View, { plant }: PlantModel): Html {
  const replay = plant.clock === 'replay' && plant.moment !== null
  return html`<p class="mode-line" id="mode">
    ${plant.demonstration && html`<strong>${text.shell.demonstration}.</strong> ${text.shell.demonstrationHint}.`}
    ${replay && html`<strong>${text.shell.replay}, ${format.date(plant.moment ?? 0)}.</strong> ${text.shell.replayHint}.`}
  </p>`
}

/** What does not answer, and what that means for who looks. */
function away({ text }: View, { plant }: PlantModel): Html {
  const none = plant.away.length === 0
  return html`<section class="banner" id="away" data-status="warning" role="status" ${none && html`hidden`}>
    ${mark('warning')}
    <div>${plant.away.map((part) => html`<p><strong>${text.away[part]}</strong> ${text.away[`${part}Hint`]}</p>`)}</div>
  </section>`
}

/** How many exhausters are in each state that is not normal. */
function counts(view: View, model: PlantModel): Html {
  const { text, format } = view
  const found = tally(model)
  const one = (status: 'alarm' | 'warning' | 'unknown'): Content => {
    const count = found[status]
    return html`<span
      class="tally"
      data-status="${count > 0 ? status : 'ok'}"
      ${count === 0 && html` data-zero`}
      title="${text.status[status]}: ${format.count(count, text.shell.machines)}"
      >${mark(count > 0 ? status : 'ok')}<b>${count}</b><span class="hidden">${text.status[status]}</span></span
    >`
  }
  return html`<p class="counts" id="counts">
    <span class="hidden">${text.shell.counts}</span>${one('alarm')}${one('warning')}${one('unknown')}
  </p>`
}
