import type { SignalView } from '../../actors/exhauster/schema.ts'
import { html, type Html } from '../html.ts'
import type { Gauge } from '../plant/gauge.ts'

type Limit = 'alarm_min' | 'warning_min' | 'warning_max' | 'alarm_max'

const round = (share: number) => Math.round(share * 1000) / 10

/** A signal's value against its limits. Setpoints that contradict the others are left out; the bar grows for an alarm limit near its end. */
export function bar(signal: SignalView, gauge: Gauge): Html {
  const limit = (name: Limit) => (signal.misconfigured.includes(name) ? null : signal.limits[name])
  const top = limit('alarm_max')
  const to = top !== null && top > gauge.to * 0.9 ? top * 1.25 : gauge.to
  const place = (value: number) => round(Math.min(1, Math.max(0, (value - gauge.from) / (to - gauge.from))))

  const above = (name: Limit, kind: 'warn' | 'crit') => {
    const value = limit(name)
    if (value === null || value >= to) return null
    return html`<rect class="${kind}" x="${place(value)}" width="${round(1 - place(value) / 100)}" height="6" />`
  }
  const below = (name: Limit, kind: 'warn' | 'crit') => {
    const value = limit(name)
    if (value === null || value <= gauge.from) return null
    return html`<rect class="${kind}" width="${place(value)}" height="6" />`
  }
  const filled =
    typeof signal.value === 'number' && html`<rect class="fill" y="1.5" width="${place(signal.value)}" height="3" />`
  return html`<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" width="100" height="6" />
    ${below('warning_min', 'warn')}${below('alarm_min', 'crit')}${above('warning_max', 'warn')}${above('alarm_max', 'crit')}${filled}
  </svg>`
}
