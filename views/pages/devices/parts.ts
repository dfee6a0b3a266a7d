import { deviceState } from '../../components/device-state.ts'
import { plot, plotKey } from '../../components/plot.ts'
import { chip } from '../../components/quality.ts'
import { since } from '../../components/since.ts'
import { state } from '../../components/state.ts'
import { html, type Content, type Html } from '../../html.ts'
import { isolated, isVisible, readableJson } from '../../text/foreign.ts'
import type { View } from '../../view.ts'
import { deviceName, ownerName } from './list.ts'
import type { DeviceModel, NameStatistics, ReadingValue } from './model.ts'

/** Who it is, and whether it sends. */
export function head(view: View, { device }: DeviceModel): Html {
  const { devices } = view.text
  const { id, name, kind, owner } = device
  return html`<div class="row" id="device-head">
    <h1>${deviceName(view, device)}</h1>
    ${deviceState(view, device)}
    <p>
      ${name !== null && isVisible(name) && `${devices.device({ id: String(id) })}, `}${kind !== null && html`${devices.kind.toLowerCase()} <code>${isolated(kind)}</code>, `}${devices.owner.toLowerCase()}
      ${ownerName(view, owner)}
    </p>
  </div>`
}

/** The mean of each step, one line a name. */
export function chart(view: View, model: DeviceModel): Html {
  const { devices } = view.text
  const { lines, from, to, gapMs, values } = model
  if (model.device.lastAt === null) {
    return html`<div id="device-chart">${state('wait', devices.noReadings, devices.noReadingsHint)}</div>`
  }
  if (lines.every(({ points }) => points.length === 0)) {
    return html`<p class="body muted" id="device-chart">${devices.noReadingsHere}</p>`
  }
  const current = new Map(values.map(({ name, value }) => [name, value]))
  const label = devices.chart({ names: lines.map(({ name }) => name).join(', ') })
  return html`<div id="device-chart">
    ${plot(view, { label, from, to, gapMs, lines })}
    <p class="legend row body">
      ${lines.map(
        ({ name }, index) =>
          html`<span class="row"
            >${plotKey(index + 1)}<span class="mono">${name}</span
            ><span class="value"><b>${measured(view, current.get(name) ?? null)}</b></span></span
          >`,
      )}
    </p>
  </div>`
}

const measured = ({ format }: View, value: number | null): string => (value === null ? '—' : format.measure(value))

/** The newest value of each name, how good it is, and how old. */
export function valuesTable(view: View, { values, unshown, position }: DeviceModel): Html {
  const { devices } = view.text
  if (position === null) {
    return html`<div id="device-values">${state('off', devices.unavailable, devices.unavailableHint)}</div>`
  }
  if (values.length === 0) {
    return html`<p class="body muted" id="device-values">${devices.waiting}</p>`
  }
  return html`<div class="table-wrap" id="device-values" tabindex="0" role="group" aria-label="${devices.values}">
    <table class="table">
      <thead>
        <tr>
          <th>${devices.name}</th>
          <th class="num">${devices.value}</th>
          <th>${devices.quality}</th>
          <th class="num">${devices.age}</th>
        </tr>
      </thead>
      <tbody>
        ${values.map((value) => valueRow(view, value))}
      </tbody>
    </table>
    ${unshown > 0 && html`<p class="body muted small">${devices.moreNames({ count: String(unshown) })}</p>`}
  </div>`
}

function valueRow(view: View, { name, value, at, quality }: ReadingValue): Html {
  const good = quality === 'good'
  return html`<tr>
    <td class="mono wraps">${name}</td>
    <td class="num">
      <span class="value" ${!good && html` data-quality="${quality}"`}><b>${measured(view, value)}</b></span>
    </td>
    <td>${good ? html`<span class="muted">${view.text.quality.good}</span>` : chip(view.text.quality[quality])}</td>
    <td class="num">${at === null ? '—' : since(view, new Date(at).toISOString(), 'live', view.now)}</td>
  </tr>`
}

const COLUMNS = ['count', 'min', 'p05', 'median', 'mean', 'p95', 'max', 'stddev', 'sum'] as const

/** Statistics of each name over the range of the chart. */
export function statisticsTable(view: View, { statistics }: DeviceModel): Html {
  const { devices } = view.text
  const some = statistics.filter(({ count }) => count > 0)
  if (some.length === 0) return html`<p class="body muted" id="device-statistics">${devices.noReadingsHere}</p>`
  const exact = some.every(({ median_exact }) => median_exact)
  return html`<div id="device-statistics">
    <div class="table-wrap" tabindex="0" role="group" aria-label="${devices.statistics}">
      <table class="table">
        <thead>
          <tr>
            <th>${devices.name}</th>
            ${COLUMNS.map((column) => html`<th class="num">${devices.columns[column]}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${some.map((one) => statisticsRow(view, one))}
        </tbody>
      </table>
    </div>
    <p class="body muted small">${exact ? devices.exact : devices.approximate}</p>
  </div>`
}

const statisticsRow = (view: View, one: NameStatistics): Html => {
  const cell = (column: (typeof COLUMNS)[number]): Content => {
    if (column === 'count') return view.format.number(one.count, 0)
    return `${column === 'median' && !one.median_exact ? '≈ ' : ''}${measured(view, one[column])}`
  }
  return html`<tr>
    <td class="mono wraps">${one.name}</td>
    ${COLUMNS.map((column) => html`<td class="num">${cell(column)}</td>`)}
  </tr>`
}

/** What else is known of it. */
export function facts(view: View, { device, position }: DeviceModel): Html {
  const { devices } = view.text
  const attributes = Object.entries(device.attributes)
  return html`<dl class="facts" id="device-facts">
    <dt>${devices.position}</dt>
    <dd class="mono">${position ?? '—'}</dd>
    <dt>${devices.created}</dt>
    <dd>${view.format.stamp(Date.parse(device.created_at))}</dd>
    <dt>${devices.attributes}</dt>
    <dd class="mono">
      ${attributes.length === 0 ? devices.none : attributes.map(([name, value]) => html`${isolated(name)}: ${readableJson(value)}<br />`)}
    </dd>
  </dl>`
}
