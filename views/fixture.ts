import {
  EXHAUSTER_IDS,
  type Cause,
  type ExhausterDocument,
  type ExhausterId,
  type MachineDocument,
  type SignalView,
  type StatusChange,
} from '../actors/exhauster/schema.ts'
import type { PlantModel, Reading, Sparkline } from './pages/model.ts'

/** A night at the plant: one machine in alarm, one in warning, one standing, one silent, two normal. */
export const NIGHT = Date.parse('2026-11-22T03:14:03.000Z')

const MINUTE = 60_000
const ago = (minutes: number) => new Date(NIGHT - minutes * MINUTE).toISOString()

const limits = (
  alarm_min: number | null,
  warning_min: number | null,
  warning_max: number | null,
  alarm_max: number | null,
  source: SignalView['limits']['source'] = 'stream',
): SignalView['limits'] => ({ alarm_min, warning_min, warning_max, alarm_max, source })

const NONE = limits(null, null, null, null, 'none')

export const signal = (value: number | boolean | null, unit = '', more: Partial<SignalView> = {}): SignalView => ({
  value,
  unit,
  quality: 'good',
  status: value === null ? 'unknown' : 'ok',
  strict_status: value === null ? 'unknown' : 'ok',
  advice: null,
  since: ago(600),
  misconfigured: [],
  limits: NONE,
  ...more,
})

/** Temperatures of bearings 1 … 9 and vibration (vertical, horizontal, axial) of bearings 1, 2, 7, 8. */
interface Figures {
  readonly t: readonly number[]
  readonly v: readonly (readonly [number, number, number])[]
  readonly oil: readonly [level: number, pressure: number]
  readonly gas: readonly [temperature: number, underpressure: number]
  readonly stator: number
}

const FIGURES: Readonly<Record<ExhausterId, Figures>> = {
  'u-171': {
    t: [61, 55.2, 44, 46, 36, 38, 33, 37, 38],
    v: [
      [0.3, 0.2, 0.2],
      [0.5, 0.4, 0.3],
      [1.0, 0.5, 1.2],
      [0.2, 0.5, 0.8],
    ],
    oil: [77, 2.26],
    gas: [96, 763],
    stator: 185,
  },
  'u-172': {
    t: [51, 66.2, 42, 40, 30, 31, 30, 31, 32],
    v: [
      [1.8, 1.3, 2.4],
      [1.5, 1.1, 1.9],
      [0.7, 0.6, 0.5],
      [0.6, 1.4, 1.5],
    ],
    oil: [89, 2.2],
    gas: [101, 709],
    stator: 169,
  },
  'f-171': {
    t: [45.1, 44.6, 36.4, 40.2, 35.7, 33.9, 29.3, 34, 33.9],
    v: [
      [1.56, 1.7, 1.07],
      [1.96, 2.26, 1.54],
      [4.91, 1.96, 1.95],
      [7.42, 4.12, 1.05],
    ],
    oil: [62, 0.95],
    gas: [99, 806],
    stator: 197.9,
  },
  'f-172': {
    t: [50, 54, 42, 46, 42, 40, 33, 43, 41],
    v: [
      [1.8, 1.9, 0.5],
      [2.4, 1.7, 1.3],
      [1.4, 1.5, 2.6],
      [0.9, 1.2, 2.3],
    ],
    oil: [68, 0.98],
    gas: [104, 811],
    stator: 187,
  },
  'x-171': {
    t: [8, 9, 8, 8, 8, 8, 4, 0.3, -0.6],
    v: [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, -0.04],
      [0, 0, 0],
    ],
    oil: [84, 0.88],
    gas: [2, 12],
    stator: 0,
  },
  'x-172': {
    t: [53, 48, 48, 46, 51, 45, 39, 36, 35],
    v: [
      [0.5, 0.6, 0.2],
      [0.5, 0.6, 1.3],
      [0.5, 0.6, 1.0],
      [0.3, 0.4, 0.7],
    ],
    oil: [86, 2.08],
    gas: [93, 641],
    stator: 194,
  },
}

function signalsOf(id: ExhausterId): Record<string, SignalView> {
  const { t, v, oil, gas, stator } = FIGURES[id]
  const signals: Record<string, SignalView> = {}
  t.forEach((value, index) => {
    signals[`bearing_${index + 1}.temperature`] = signal(value, '°C', { limits: limits(0, 0, 65, 75) })
  })
  v.forEach((values, index) => {
    for (const [place, name] of ['vertical', 'horizontal', 'axial'].entries()) {
      const key = `bearing_${[1, 2, 7, 8][index]}.vibration_${name}`
      signals[key] = signal(values[place]!, 'mm/s', { limits: limits(0, 0, 4.5, 7.1) })
    }
  })
  const cooler = limits(null, null, 30, null, 'plant')
  signals['cooler_oil.temperature_before'] = signal(30.9, '°C', { limits: cooler, advice: 'warning' })
  signals['cooler_oil.temperature_after'] = signal(27.8, '°C', { limits: cooler })
  signals['cooler_water.temperature_before'] = signal(13.9, '°C', { limits: cooler })
  signals['cooler_water.temperature_after'] = signal(15.6, '°C', { limits: cooler })
  signals['gas_collector.temperature_before'] = signal(gas[0], '°C')
  signals['gas_collector.underpressure_before'] = signal(gas[1], 'mmH2O')
  signals['gate_valve.gas_valve_closed'] = signal(false)
  signals['gate_valve.gas_valve_open'] = signal(true)
  signals['gate_valve.gas_valve_position'] = signal(68, '%')
  signals['drive.stator_current'] = signal(stator, 'A', { limits: limits(null, null, 230, 280, 'plant') })
  signals['drive.stator_voltage'] = signal(10.6, 'kV')
  signals['drive.rotor_current'] = signal(193.7, 'A', { limits: limits(null, null, 200, null, 'plant') })
  signals['drive.rotor_voltage'] = signal(null, 'kV', { quality: 'absent' })
  signals['oil.oil_level'] = signal(oil[0], '%', { limits: limits(10, 20, null, null, 'plant') })
  signals['oil.oil_pressure'] = signal(oil[1], 'kgf/cm²', { limits: limits(0.2, null, null, null, 'plant') })
  signals['work.is_working'] = signal(true)
  return signals
}

const cause = (key: string, status: Cause['status'], value: number, limit: number, minutes: number): Cause => ({
  signal: key,
  status,
  value,
  limit,
  since: ago(minutes),
})

/** A machine's document as it would be that night; `more` changes what a test is about. */
export function documentOf(id: ExhausterId, more: Partial<ExhausterDocument> = {}): ExhausterDocument {
  const number = EXHAUSTER_IDS.indexOf(id) + 1
  return {
    id,
    number,
    name: `Эксгаустер № ${number}`,
    machine_name: `Агломашина № ${Math.ceil(number / 2)}`,
    status: 'ok',
    status_since: ago(900),
    causes: [],
    running: true,
    running_since: ago(12 * 1440 + 243),
    updated_at: new Date(NIGHT - 38_000).toISOString(),
    clock: 'live',
    rotor: { number: String(30 + number), installed_at: ago(40 * 1440), days_in_work: 23.4 },
    forecast: null,
    signals: signalsOf(id),
    data_age_ms: 38_000,
    ...more,
  }
}

function alarmed(): ExhausterDocument {
  const document = documentOf('f-171', { status: 'alarm', status_since: ago(12) })
  const { signals } = document
  document.causes = [
    cause('bearing_8.vibration_vertical', 'alarm', 7.42, 7.1, 12),
    cause('bearing_7.vibration_vertical', 'warning', 4.91, 4.5, 118),
  ]
  signals['bearing_8.vibration_vertical'] = { ...signals['bearing_8.vibration_vertical']!, status: 'alarm' }
  signals['bearing_7.vibration_vertical'] = { ...signals['bearing_7.vibration_vertical']!, status: 'warning' }
  signals['bearing_5.temperature'] = { ...signals['bearing_5.temperature']!, quality: 'frozen' }
  signals['bearing_6.temperature'] = { ...signals['bearing_6.temperature']!, misconfigured: ['warning_max'] }
  return document
}

function warned(): ExhausterDocument {
  const document = documentOf('u-172', { status: 'warning', status_since: ago(47) })
  document.causes = [cause('bearing_2.temperature', 'warning', 66.2, 65, 47)]
  document.signals['bearing_2.temperature'] = {
    ...document.signals['bearing_2.temperature']!,
    status: 'warning',
    advice: 'warning',
  }
  // The first two machines send neither position nor rotor current and voltage.
  document.signals['gate_valve.gas_valve_position'] = signal(null, '%', { quality: 'absent' })
  return document
}

function standing(): ExhausterDocument {
  const document = documentOf('x-171', { running: false, running_since: ago(192) })
  document.rotor = { number: null, installed_at: null, days_in_work: 0 }
  document.signals['cooler_water.temperature_after'] = signal(null, '°C', { quality: 'sentinel' })
  document.signals['bearing_7.vibration_axial'] = signal(-0.04, 'mm/s', { quality: 'uncertain' })
  document.signals['gate_valve.gas_valve_closed'] = signal(true)
  document.signals['gate_valve.gas_valve_position'] = signal(10, '%', { quality: 'frozen' })
  document.signals['oil.oil_pressure'] = signal(null, 'kgf/cm²', { quality: 'out_of_range' })
  return document
}

function silent(): ExhausterDocument {
  const document = documentOf('x-172', {
    status: 'unknown',
    status_since: ago(11),
    updated_at: ago(14),
    data_age_ms: 14 * MINUTE,
  })
  for (const [key, view] of Object.entries(document.signals)) {
    document.signals[key] = view.value === null ? view : { ...view, quality: 'stale', status: 'unknown', advice: null }
  }
  return document
}

const machineOf = (number: number, more: Partial<MachineDocument> = {}): MachineDocument => ({
  id: `am-${number}`,
  number,
  name: `Агломашина № ${number}`,
  running: true,
  running_since: ago(3000),
  speed: 2.91,
  collector_underpressure: 608,
  collector_temperature: 112,
  quality: { speed: 'good', collector_underpressure: 'good', collector_temperature: 'good' },
  updated_at: new Date(NIGHT - 38_000).toISOString(),
  data_age_ms: 38_000,
  ...more,
})

function line(level: number, rise: number): Sparkline {
  const values = Array.from({ length: 200 }, (_, index) =>
    index > 60 && index < 72 ? null : level + Math.sin(index * 1.7) * 0.12 + rise * Math.max(0, index - 90) ** 2,
  )
  return { from: NIGHT - 720 * MINUTE, to: NIGHT, values }
}

const change = (id: ExhausterId, minutes: number, status: StatusChange['status'], causes: Cause[]): StatusChange => ({
  id: `${id}-${minutes}`,
  exhauster: id,
  at: ago(minutes),
  status,
  previous: 'ok',
  causes,
})

export const live = <Document>(document: Document): Reading<Document> => ({ kind: 'live', document })

/** The whole plant that night. */
export function night(): PlantModel {
  const documents = [documentOf('u-171'), warned(), alarmed(), documentOf('f-172'), standing(), silent()]
  const eighth = [cause('bearing_8.vibration_vertical', 'alarm', 7.42, 7.1, 12)]
  const seventh = [cause('bearing_7.vibration_vertical', 'warning', 4.6, 4.5, 120)]
  const second = [cause('bearing_2.temperature', 'warning', 65.3, 65, 47)]
  return {
    plant: { demonstration: true, clock: 'live', moment: NIGHT - 38_000, away: [] },
    exhausters: new Map(documents.map((document) => [document.id, live(document)])),
    machines: [
      machineOf(1),
      machineOf(2, { speed: 3.3, collector_underpressure: 661 }),
      machineOf(3, { running: false }),
    ].map(live),
    sparklines: new Map(EXHAUSTER_IDS.map((id, index) => [id, line(0.9 + index * 0.3, id === 'f-171' ? 0.00046 : 0)])),
    changes: new Map([
      [
        'f-171',
        [
          change('f-171', 12, 'alarm', eighth),
          change('f-171', 118, 'warning', seventh),
          change('f-171', 272, 'alarm', eighth),
          change('f-171', 300, 'ok', []),
        ],
      ],
      ['u-172', [change('u-172', 47, 'warning', second), change('u-172', 1900, 'warning', second)]],
      ['x-172', [change('x-172', 11, 'unknown', [])]],
    ]),
  }
}

/** The plant before its first frame. */
export function empty(): PlantModel {
  const blank = (id: ExhausterId) =>
    live(
      documentOf(id, {
        status: 'unknown',
        updated_at: null,
        data_age_ms: null,
        running: null,
        running_since: null,
        signals: {},
        rotor: { number: null, installed_at: null, days_in_work: 0 },
      }),
    )
  return {
    plant: { demonstration: false, clock: 'live', moment: null, away: [] },
    exhausters: new Map(EXHAUSTER_IDS.map((id) => [id, blank(id)])),
    machines: [1, 2, 3].map((number) =>
      live(machineOf(number, { running: null, updated_at: null, speed: null, collector_underpressure: null })),
    ),
    sparklines: new Map(),
    changes: new Map(),
  }
}
