import { signalOf } from '../../../actors/exhauster/signals.ts'
import { EXHAUSTER_IDS } from '../../../actors/exhauster/schema.ts'
import {
  MODES,
  MOST_SIGNALS,
  nameOf,
  UNITS,
  type Interval,
  type Mode,
  type SignalPlace,
  type TrendProblem,
  type TrendWish,
  type Unit,
} from '../../../views/pages/trends/model.ts'
import { LONGEST_MS, SHORTEST_MS, stepsOf } from '../../../views/pages/trends/steps.ts'
import { timeInZone } from './zone-time.ts'

const USUAL = { length: 12, unit: 'h' } as const

/** What an address asks for. What makes no sense is left out or replaced by the usual, and named as the problem. */
export function wishOf(
  query: URLSearchParams,
  { present, timeZone }: { present: number; timeZone: string },
): { wish: TrendWish; problem: TrendProblem | null } {
  const { signals, problem: wrongSignals } = signalsOf(query)
  const mode: Mode = MODES.find((one) => one === query.get('mode')) ?? 'span'
  const time = (name: string) => {
    const text = query.get(name)
    return text ? timeInZone(text, timeZone) : null
  }
  const span = spanOf(query)
  const interval = intervalOf(mode, time('from'), time('to'), span.ms, present)
  const wish: TrendWish = {
    signals,
    mode,
    follow: interval.follow,
    from: interval.from,
    to: interval.to,
    length: span.length,
    unit: span.unit,
    step: stepsOf(interval.to - interval.from).find((step) => String(step) === query.get('step')) ?? null,
    zoom: zoomOf(query.get('zoom'), interval),
  }
  return { wish, problem: interval.problem ?? (mode === 'span' ? span.problem : null) ?? wrongSignals }
}

/** The chosen signals in their order, each once: `signal=f-171/bearing_8.temperature`, again or with commas. */
export function signalsOf(query: URLSearchParams): { signals: SignalPlace[]; problem: 'unknown' | 'many' | null } {
  const found = new Map<string, SignalPlace>()
  let problem: 'unknown' | 'many' | null = null
  for (const name of query.getAll('signal').flatMap((names) => names.split(','))) {
    const [id = '', key = ''] = name.split('/')
    const exhauster = EXHAUSTER_IDS.find((one) => one === id)
    if (exhauster && signalOf(key)) found.set(nameOf({ exhauster, key }), { exhauster, key })
    else problem = 'unknown'
  }
  if (found.size > MOST_SIGNALS) problem = 'many'
  return { signals: [...found.values()].slice(0, MOST_SIGNALS), problem }
}

function spanOf(query: URLSearchParams): { length: number; unit: Unit; ms: number; problem: TrendProblem | null } {
  const length = Number(query.get('length') || USUAL.length)
  const unit = (Object.keys(UNITS) as Unit[]).find((one) => one === query.get('unit')) ?? USUAL.unit
  const ms = length * UNITS[unit]
  if (ms >= SHORTEST_MS && ms <= LONGEST_MS) return { length, unit, ms, problem: null }
  return { ...USUAL, ms: USUAL.length * UNITS[USUAL.unit], problem: 'length' }
}

interface Found extends Interval {
  readonly follow: boolean
  readonly problem: TrendProblem | null
}

function intervalOf(mode: Mode, from: number | null, to: number | null, spanMs: number, present: number): Found {
  const last = (ms: number, problem: TrendProblem | null = null): Found => ({
    from: present - ms,
    to: present,
    follow: true,
    problem,
  })
  const usualMs = USUAL.length * UNITS[USUAL.unit]
  if (Number.isNaN(from) || (mode === 'range' && Number.isNaN(to))) return last(usualMs, 'time')
  if (mode === 'span') {
    return from === null ? last(spanMs) : { from, to: from + spanMs, follow: false, problem: null }
  }
  if (from === null && to === null) return last(usualMs)
  const end = to ?? present
  const begin = from ?? end - usualMs
  if (begin >= end) return last(usualMs, 'order')
  if (end - begin < SHORTEST_MS || end - begin > LONGEST_MS) return last(usualMs, 'length')
  return { from: begin, to: end, follow: false, problem: null }
}

/** `<from>-<to>` in epoch seconds; what lies outside the interval is no part of it. */
function zoomOf(text: string | null, { from, to }: Interval): Interval | null {
  const [, begin, end] = /^(\d{1,12})-(\d{1,12})$/.exec(text ?? '') ?? []
  const zoom = { from: Number(begin) * 1000, to: Number(end) * 1000 }
  return zoom.to - zoom.from >= SHORTEST_MS && zoom.from < to && zoom.to > from ? zoom : null
}
