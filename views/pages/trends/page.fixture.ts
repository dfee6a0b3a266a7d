import type { LivePage } from '../../layout.ts'
import type { View } from '../../view.ts'
import type { PlantModel } from '../model.ts'
import type { SignalPlace, TrendLine, TrendModel, TrendWish } from './model.ts'
import { trendPage } from './page.ts'

const HOUR = 3_600_000

const signals: readonly SignalPlace[] = [
  { exhauster: 'f-171', key: 'bearing_8.vibration_vertical' },
  { exhauster: 'f-171', key: 'bearing_7.vibration_vertical' },
  { exhauster: 'f-171', key: 'bearing_8.temperature' },
  { exhauster: 'u-172', key: 'oil.oil_level' },
  { exhauster: 'x-171', key: 'work.is_working' },
  { exhauster: 'x-172', key: 'drive.stator_current' },
  { exhauster: 'x-172', key: 'drive.rotor_voltage' },
]

/** The page as it may stand: nothing chosen, lines with and without values, wrong addresses, a history that cannot be read. */
export function trendPages(view: View, plant: PlantModel): LivePage[] {
  const interval = { from: view.now - 12 * HOUR, to: view.now }
  const usual: TrendWish = {
    ...interval,
    signals: [],
    mode: 'span',
    follow: true,
    length: 12,
    unit: 'h',
    step: null,
    zoom: null,
  }
  const line = (place: SignalPlace, index: number): TrendLine => ({
    ...place,
    unit: '',
    points:
      index % 2 === 0
        ? [
            [interval.from, 1, 1.5, 2],
            [interval.from + HOUR, 0, 0.5, 1],
          ]
        : [],
  })
  const page = (wish: Partial<TrendWish>, more: Partial<TrendModel> = {}) =>
    trendPage(view, { plant, wish: { ...usual, ...wish }, problem: null, lines: signals.map(line), ...more })
  return [
    page({}, { lines: [] }),
    page({ signals }),
    page({ signals, mode: 'range', follow: false, step: 600, zoom: { from: interval.from, to: interval.from + HOUR } }),
    page({ signals }, { problem: 'length' }),
    page({ signals }, { lines: null }),
  ]
}
