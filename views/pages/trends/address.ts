import type { ExhausterId } from '../../../actors/exhauster/schema.ts'
import { nameOf, stepOf, type Interval, type TrendWish } from './model.ts'

export const PATH = '/dashboard/trends'

const iso = (ms: number) => new Date(ms).toISOString()
// A key of the plant's signals has no character that a query would have to hide.
const signalsIn = ({ signals }: Pick<TrendWish, 'signals'>) => signals.map((signal) => `signal=${nameOf(signal)}`)
const withQuery = (path: string, query: readonly string[]) => (query.length === 0 ? path : `${path}?${query.join('&')}`)

/** The address of the last hours of these signals of a machine. */
export const trendsOf = (exhauster: ExhausterId, keys: readonly string[]): string =>
  withQuery(PATH, signalsIn({ signals: keys.map((key) => ({ exhauster, key })) }))

/** The address that asks for this; what stands there by itself is left out. */
export function addressOf(wish: TrendWish): string {
  const { mode, follow, from, to, length, unit, step, zoom } = wish
  const query = signalsIn(wish)
  if (mode === 'range') query.push('mode=range')
  if (!follow) query.push(`from=${iso(from)}`)
  if (mode === 'range' && !follow) query.push(`to=${iso(to)}`)
  if (mode === 'span' && !(length === 12 && unit === 'h')) query.push(`length=${length}`, `unit=${unit}`)
  if (step !== null) query.push(`step=${step}`)
  if (zoom) query.push(`zoom=${zoom.from / 1000}-${zoom.to / 1000}`)
  return withQuery(PATH, query)
}

/** The same interval as a table for a spreadsheet. */
export const csvAddressOf = (wish: TrendWish): string =>
  withQuery(`${PATH}.csv`, [...signalsIn(wish), `from=${iso(wish.from)}`, `to=${iso(wish.to)}`, `step=${stepOf(wish)}`])

/** What is left to the present is not worth a shift of its own. */
const NEARLY = 0.1

/** The interval moved by its own length; one that comes near the present follows it. */
export function shifted(wish: TrendWish, direction: -1 | 1, present: number): TrendWish {
  const { from, to, mode } = wish
  const by = direction * (to - from)
  const moved: Interval = { from: from + by, to: to + by }
  if (mode === 'span' && moved.to + NEARLY * (to - from) >= present)
    return { ...wish, ...lastOf(wish, present), follow: true, zoom: null }
  return { ...wish, ...moved, follow: false, zoom: null }
}

const lastOf = ({ from, to }: Interval, present: number): Interval => ({ from: present - (to - from), to: present })

/** The interval that ends now and goes on with the time. */
export const following = (wish: TrendWish, present: number): TrendWish => ({
  ...wish,
  ...lastOf(wish, present),
  follow: true,
  zoom: null,
})
