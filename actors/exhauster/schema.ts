import { Type, type Static } from '@sinclair/typebox'

const oneOf = <const T extends string>(values: readonly T[], description: string) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values], description })
const nullable = <T>(schema: { type?: string }, description: string) =>
  Type.Unsafe<T | null>({ ...schema, nullable: true, description })
const nullableNumber = (description: string) => nullable<number>({ type: 'number' }, description)
const nullableTime = (description: string) => nullable<string>({ type: 'string' }, description)

export const STATUSES = ['ok', 'warning', 'alarm', 'unknown'] as const
export type Status = (typeof STATUSES)[number]

/** In this order the first that holds is named. */
export const QUALITIES = ['sentinel', 'absent', 'out_of_range', 'stale', 'frozen', 'uncertain', 'good'] as const
export type Quality = (typeof QUALITIES)[number]

export const EXHAUSTER_IDS = ['u-171', 'u-172', 'f-171', 'f-172', 'x-171', 'x-172'] as const
export type ExhausterId = (typeof EXHAUSTER_IDS)[number]

const Limits = Type.Object({
  alarm_min: nullableNumber('Below it: alarm'),
  warning_min: nullableNumber('Below it: warning'),
  warning_max: nullableNumber('Above it: warning'),
  alarm_max: nullableNumber('Above it: alarm'),
  source: oneOf(['stream', 'plant', 'none'], 'The frame itself, the constants of the plant, or there are none'),
})

export const SignalView = Type.Object({
  value: nullable<number | boolean>({}, 'In its unit; a boolean for a digital signal; null: quality says why'),
  unit: Type.String({ description: '°C, mm/s, %, kgf/cm², A, kV, mmH2O, or empty' }),
  quality: oneOf(QUALITIES, 'What the measurement is worth'),
  status: oneOf(STATUSES, 'By the limits of the stream, with deadband and plausibility; unknown without a value'),
  strict_status: oneOf(STATUSES, "The replaced system's rule on the value as sent"),
  advice: nullable<'warning' | 'alarm'>(
    { type: 'string' },
    'What the constants of the plant say: colours the value, no alarm',
  ),
  since: nullableTime('Since when it has this status'),
  misconfigured: Type.Array(Type.String(), {
    description: 'Limits of the stream that contradict each other and are not obeyed',
  }),
  limits: Limits,
})
export type SignalView = Static<typeof SignalView>

export const Cause = Type.Object({
  signal: Type.String(),
  status: oneOf(STATUSES, 'Its status'),
  value: nullableNumber('Its value'),
  limit: nullableNumber('The limit that it passed'),
  since: nullableTime('Since when'),
})
export type Cause = Static<typeof Cause>

export const ExhausterSummary = Type.Object({
  id: oneOf(EXHAUSTER_IDS, 'u-171 … x-172'),
  number: Type.Integer({ description: '1 … 6, the order of the plant' }),
  name: Type.String({ description: 'Эксгаустер № 1 (У-171)' }),
  machine_name: Type.String({ description: 'Агломашина № 1' }),
  status: oneOf(STATUSES, 'The worst of the known signals; unknown when none is known or all are stale'),
  status_since: nullableTime('Since when it has this status'),
  causes: Type.Array(Cause, { description: 'The signals that make the status, worst and longest first' }),
  running: nullable<boolean>({ type: 'boolean' }, 'The work bit; null before it was ever seen'),
  running_since: nullableTime('Since when it has run or stood'),
  updated_at: nullableTime("The newest frame's moment"),
  clock: oneOf(['live', 'replay'], 'What ages are measured against: the wall clock, or the newest moment of a replay'),
  rotor: Type.Object({
    number: nullable<string>({ type: 'string' }, 'From the rotor directory'),
    installed_at: nullableTime('When it was installed'),
    days_in_work: Type.Number({ description: 'Days that the work bit was on since then' }),
  }),
  forecast: Type.Null({ description: 'Not computed yet' }),
  data_age_ms: nullable<number>({ type: 'number' }, 'Age of updated_at on its clock'),
})
export type ExhausterSummary = Static<typeof ExhausterSummary>

/** The document of API.md: one machine with all its signals, now or at a moment of the past. */
export const ExhausterDocument = Type.Composite([
  ExhausterSummary,
  Type.Object({ signals: Type.Record(Type.String(), SignalView) }),
])
export type ExhausterDocument = Static<typeof ExhausterDocument>

export const MachineDocument = Type.Object({
  id: Type.String({ description: 'am-1, am-2, am-3' }),
  number: Type.Integer(),
  name: Type.String({ description: 'Агломашина № 1' }),
  running: nullable<boolean>({ type: 'boolean' }, 'Whether it works'),
  running_since: nullableTime('Since when'),
  speed: nullableNumber('Speed of the strand, m/min'),
  collector_underpressure: nullableNumber('mmH2O in the common collector'),
  collector_temperature: nullableNumber('°C in the common collector'),
  quality: Type.Record(Type.String(), oneOf(QUALITIES, 'Of speed, collector_underpressure, collector_temperature')),
  updated_at: nullableTime("The newest frame's moment"),
  data_age_ms: nullable<number>({ type: 'number' }, 'Age of updated_at'),
})
export type MachineDocument = Static<typeof MachineDocument>

/** A change of status with its cause: an effect of the exhauster, collection `status_changes`. */
export const StatusChange = Type.Object({
  id: Type.String(),
  exhauster: oneOf(EXHAUSTER_IDS, 'Whose'),
  at: Type.String({ description: "The frame's moment" }),
  status: oneOf(STATUSES, 'New'),
  previous: oneOf(STATUSES, 'Old'),
  causes: Type.Array(Cause),
})
export type StatusChange = Static<typeof StatusChange>
