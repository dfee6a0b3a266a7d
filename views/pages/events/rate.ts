import { dotted } from '../../components/dotted.ts'
import { figures } from '../../components/figures.ts'
import { plot } from '../../components/plot.ts'
import { state } from '../../components/state.ts'
import { html, type Html } from '../../html.ts'
import type { View } from '../../view.ts'
import type { EventFigures, EventsModel } from './model.ts'

/** Types that the side card has room for. */
const TYPES = 8
/** The rate now is that of the newest full steps, so many of them. */
const RECENT_STEPS = 3

/** Events a second of each step that is over. */
const rates = ({ points, step }: EventFigures, to: number): { at: number; rate: number }[] =>
  points.filter(({ at }) => at + step <= to).map(({ at, count }) => ({ at, rate: count / (step / 1000) }))

const digitsOf = (rate: number): number => (rate === 0 || rate >= 10 ? 0 : rate >= 1 ? 1 : 2)

/** Rate, lag, how many, and how many of them twice. */
export function keyFigures(view: View, { figures: found, range, to }: EventsModel): Html {
  const { events } = view.text
  if (!found)
    return html`<div class="card" id="event-figures">${state('off', events.unavailable, events.unavailableHint)}</div>`
  const { number, clock } = view.format
  const all = rates(found, to)
  const recent = all.filter(({ at }) => at >= to - (RECENT_STEPS + 1) * found.step)
  const rate = recent.reduce((sum, one) => sum + one.rate, 0) / Math.max(1, RECENT_STEPS)
  const peak = all.reduce<{ at: number; rate: number } | null>(
    (top, one) => (one.rate > (top?.rate ?? 0) ? one : top),
    null,
  )
  const ms = (lag: number) => number(lag, lag < 10 ? 1 : 0)
  const period = events.inRange({ range: events.ranges[range] })
  const { lag } = found
  return figures('event-figures', [
    {
      name: events.rate,
      value: number(rate, digitsOf(rate)),
      unit: events.perSecond,
      context: peak
        ? events.peak({ rate: number(peak.rate, digitsOf(peak.rate)), time: clock(peak.at).slice(0, 5) })
        : period,
    },
    {
      name: events.lagMedian,
      value: lag ? ms(lag.p50) : '—',
      ...(lag ? { unit: events.ms } : {}),
      context: lag ? events.p95({ lag: `${ms(lag.p95)} ${events.ms}` }) : period,
    },
    {
      name: events.lagHigh,
      value: lag ? ms(lag.p99) : '—',
      ...(lag ? { unit: events.ms } : {}),
      context: events.p99Hint,
    },
    { name: events.stored, value: number(found.count, 0), context: period },
    { name: events.duplicates, value: number(found.duplicates, 0), context: events.duplicatesHint },
  ])
}

/** Events a second over the range. */
export function rateChart(view: View, { figures: found, from, to, range }: EventsModel): Html {
  const { events } = view.text
  if (!found) return html`<div id="event-rate">${state('off', events.unavailable, events.unavailableHint)}</div>`
  const label = events.chartLabel({ range: events.ranges[range] })
  const counted = new Map(found.points.map(({ at, count }) => [at, count]))
  const { step } = found
  const points: [number, number][] = []
  // No events in a step are no gap: nobody sent.
  for (let at = Math.ceil(from / step) * step; at + step <= to; at += step)
    points.push([at, (counted.get(at) ?? 0) / (step / 1000)])
  return html`<div id="event-rate">
    ${plot(view, { label, from, to, gapMs: Infinity, lines: [{ name: events.rate, points }], area: true, height: 210 })}
  </div>`
}

/** Which types there are, most first; each leads to its own. */
export function byType(view: View, model: EventsModel, hrefOfType: (type: string) => string): Html {
  const { events } = view.text
  const all = model.figures?.types ?? []
  if (all.length === 0) {
    const none = model.filter.type === undefined ? events.noneHere : events.emptyFiltered
    return html`<p class="body muted" id="event-types">${model.figures ? none : events.unavailable}</p>`
  }
  const most = Math.max(...all.map(({ count }) => count), 1)
  const rest = all.slice(TYPES)
  const row = (name: Html | string, count: number) =>
    html`<tr>
      <td class="mono wraps wide">${name}</td>
      <td class="grow">
        <svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
          <rect class="track" width="100" height="6" />
          <rect class="fill" width="${Math.round((count / most) * 1000) / 10}" height="6" />
        </svg>
      </td>
      <td class="num">${view.format.number(count, 0)}</td>
    </tr>`
  return html`<div id="event-types">
    <table class="table">
      <caption class="hidden">
        ${events.byType}
      </caption>
      <tbody>
        ${all.slice(0, TYPES).map(({ type, count }) => row(type === null ? events.noType : html`<a href="${hrefOfType(type)}">${dotted(type)}</a>`, count))}
        ${
          rest.length > 0 &&
          row(
            events.otherTypes({ count: String(rest.length) }),
            rest.reduce((sum, { count }) => sum + count, 0),
          )
        }
      </tbody>
    </table>
  </div>`
}
