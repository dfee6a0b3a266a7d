import type { CommandView, DecisionView, DeliveryView } from '../../../actors/control/schema.ts'
import { band, type Run } from '../../components/band.ts'
import { state } from '../../components/state.ts'
import { failureOf } from '../../components/undelivered.ts'
import { html, type Html } from '../../html.ts'
import type { View } from '../../view.ts'
import type { LoopModel } from './model.ts'

const SMALLEST_P = 0.0001

/** A p-value as tables write it. */
export const pText = ({ format }: View, p: number): string =>
  p < SMALLEST_P ? `< ${format.number(SMALLEST_P, 4)}` : format.number(p, 4)

/** What was commanded over the range, how long each, and what is not known. */
export function historyBand(view: View, { runs, from, to }: LoopModel): Html {
  const { control } = view.text
  const { clock, moment, duration, number } = view.format
  const drawn: Run[] = []
  const total = { up: 0, down: 0, none: 0 }
  let last = from
  const silence = (until: number) => {
    if (until - last < 1000) return
    drawn.push({ from: last, to: until, status: null })
    total.none += until - last
  }
  for (const { from_datetime, to_datetime, status } of runs) {
    const begin = Date.parse(from_datetime)
    const end = Date.parse(to_datetime)
    silence(begin)
    drawn.push({ from: begin, to: end, status })
    total[status] += end - begin
    last = end
  }
  silence(to)
  const share = (ms: number) => number((ms / (to - from)) * 100, 0)
  const label = control.historyLabel({ up: share(total.up), down: share(total.down), none: share(total.none) })
  const ends = to - from > 86_400_000 ? (at: number) => moment(at, view.now) : (at: number) => clock(at).slice(0, 5)
  return html`<div class="body" id="loop-history">
    ${band(drawn, from, to, label)}
    <p class="row small muted"><span>${ends(from)}</span><span class="end">${ends(to)}</span></p>
    <p class="row small muted">
      ${runs.length === 0 ? control.historyEmpty : [control.upFor({ duration: duration(total.up) }), ' ', control.downFor({ duration: duration(total.down) }), total.none > 0 && html` ${control.noneFor({ duration: duration(total.none) })}`]}
    </p>
  </div>`
}

/** Decisions, newest first. */
export function decisionTable(view: View, { decisions }: LoopModel): Html {
  const { control } = view.text
  const { columns } = control
  if (decisions.length === 0) {
    return html`<div id="decisions">${state('control', control.decisionsEmpty, control.decisionsEmptyHint)}</div>`
  }
  return html`<div
    class="table-wrap"
    id="decisions"
    data-hold
    tabindex="0"
    role="group"
    aria-label="${control.decisions}"
  >
    <table class="table">
      <thead>
        <tr>
          <th>${columns.time}</th>
          <th class="num">${columns.n}</th>
          <th class="num">${columns.mean}</th>
          <th class="num">${columns.stddev}</th>
          <th class="num">${columns.t}</th>
          <th class="num">${columns.p}</th>
          <th>${columns.verdict}</th>
          <th>${columns.delivery}</th>
        </tr>
      </thead>
      <tbody>
        ${decisions.map((decision) => decisionRow(view, decision))}
      </tbody>
    </table>
  </div>`
}

function decisionRow(view: View, decision: DecisionView): Html {
  const { control } = view.text
  const { number, measure } = view.format
  const or = (value: number | null, write: (value: number) => string) => (value === null ? '—' : write(value))
  const held = decision.held && html` <span class="mode">${control.interlock}</span>`
  const verdict =
    decision.verdict === 'rejected' && decision.changed
      ? html`<strong>${control.status[decision.status]}</strong>`
      : html`${control.verdicts[decision.verdict]}, ${control.status[decision.status]}`
  return html`<tr>
    <td>${when(view, decision.at)}</td>
    <td class="num">${number(decision.n, 0)}</td>
    <td class="num">${or(decision.mean, measure)}</td>
    <td class="num">${or(decision.stddev, measure)}</td>
    <td class="num">${or(decision.t, (t) => number(t, 2))}</td>
    <td class="num">${or(decision.p, (p) => pText(view, p))}</td>
    <td title="${control.verdictHints[decision.verdict]}">${verdict}${held}</td>
    <td ${decision.delivery.error !== null && html` class="wraps wide"`}>${delivery(view, decision.delivery)}</td>
  </tr>`
}

const when = ({ format, now }: View, iso: string): string => {
  const at = Date.parse(iso)
  return format.date(at) === format.date(now) ? format.clock(at) : format.stamp(at)
}

/** How a command reached the manipulator; for one that did not, how often it was tried, and what went wrong. */
function delivery({ text, format }: View, { status, attempts, error, answer }: DeliveryView): Html {
  const { control } = text
  if (error !== null) {
    const { tries, cause } = failureOf(text, error)
    // It was sent, and did not arrive before it was too late.
    const words = control.delivery[status === 'expired' && attempts > 0 ? 'dead' : status]
    const count = tries ?? attempts
    return html`<span class="${status === 'pending' ? 'muted' : 'quality'}"
        >${words}${count > 0 && `, ${format.count(count, control.tries)}`}</span
      >
      <small class="muted">${cause}</small>`
  }
  const tries = attempts > 1 && `, ${control.attempts({ count: String(attempts) })}`
  const bad = status === 'dead' || status === 'expired'
  return html`<span class="${bad ? 'quality' : 'muted'}" title="${answer}">${control.delivery[status]}${tries}</span>`
}

/** Commands of people and of the interlock, newest first. */
export function commandTable(view: View, { commands }: LoopModel): Html {
  const { control } = view.text
  if (commands.length === 0) return html`<p class="body muted" id="commands">${control.commandsEmpty}</p>`
  return html`<ul class="entries" id="commands">
    ${commands.map((command) => commandEntry(view, command))}
  </ul>`
}

function commandEntry(view: View, command: CommandView): Html {
  const { control } = view.text
  return html`<li>
    <strong>${control.status[command.status]}</strong> <span>${command.reason}</span>
    <p class="muted small">
      ${when(view, command.at)}, ${command.by ?? control.nobody}, ${command.refused ?? delivery(view, command.delivery)}
    </p>
  </li>`
}
