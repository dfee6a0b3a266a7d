import type { Role } from './points.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

/** How a measurement depends on what the machine does. Levels of standing are those that exhauster 5 had when it stood. */
export interface Behaviour {
  /** Shares of the slow deviation that come from the load of the strand and from the weather; the rest is the signal's own. */
  readonly load: number
  readonly weather: number
  /** Time constant with which it follows a start or a stop of its exhauster, ms. */
  readonly inertia: number
  /** Where it settles when its exhauster stands, from its mean at work; absent: it does not care. */
  readonly standing?: (mean: number) => number
  /** How far that level goes with the weather, and one place's from another's, in the unit of the wire. */
  readonly exposed?: number
  /** Deviation around that level, from one frame to the next. */
  readonly restless?: (mean: number) => number
  /** Share of the mean that it gains while the strand stops (follows within a quarter of an hour), or while the other exhauster stands. */
  readonly strandStop?: number
  readonly twinStop?: number
}

const steady: Behaviour = { load: 0, weather: 0, inertia: MINUTE }

export const behaviours: Readonly<Record<Role, Behaviour>> = {
  bearing: { load: 0.25, weather: 0.7, inertia: 50 * MINUTE, standing: () => 13, exposed: 1.5, restless: () => 0.04 },
  // Slightly above nothing, with noise that also goes below it.
  vibration: { load: 0.35, weather: 0.1, inertia: 75 * SECOND, standing: () => 0.06, restless: () => 0.025 },
  oil_temperature: {
    load: 0.2,
    weather: 0.75,
    inertia: 30 * MINUTE,
    standing: () => 10,
    exposed: 1.5,
    restless: () => 0.04,
  },
  water_temperature: { load: 0, weather: 0.95, inertia: MINUTE },
  water_pressure: { load: 0, weather: 0.3, inertia: MINUTE },
  gas_temperature: {
    load: 0.6,
    weather: 0.2,
    inertia: 15 * MINUTE,
    standing: () => 24,
    exposed: 2,
    restless: () => 0.2,
    strandStop: -0.3,
    twinStop: -0.22,
  },
  underpressure: {
    load: 0.8,
    weather: 0,
    inertia: 45 * SECOND,
    standing: (mean) => 0.16 * mean,
    restless: () => 2,
    strandStop: 0.05,
    twinStop: -0.5,
  },
  oil_level: { load: 0, weather: 0.3, inertia: 10 * MINUTE, standing: (mean) => Math.min(98, 1.12 * mean) },
  oil_pressure: { load: 0, weather: -0.6, inertia: 4 * MINUTE, standing: () => -0.08, restless: () => 0.004 },
  rotor_current: {
    load: 0.5,
    weather: 0,
    inertia: 8 * SECOND,
    standing: (mean) => 0.055 * mean,
    restless: (mean) => 0.022 * mean,
    strandStop: -0.04,
    twinStop: 0.06,
  },
  stator_current: {
    load: 0.75,
    weather: 0,
    inertia: 8 * SECOND,
    standing: () => 0,
    restless: (mean) => 0.0025 * mean,
    strandStop: -0.06,
    twinStop: 0.08,
  },
  rotor_voltage: { load: 0.4, weather: 0, inertia: 8 * SECOND, standing: () => 0, restless: () => 0.4 },
  stator_voltage: steady,
  running: steady,
  gate_open: steady,
  starting_pump: steady,
  collector_underpressure: { load: 0.8, weather: 0, inertia: 45 * SECOND, strandStop: 0.05, twinStop: -0.76 },
  collector_temperature: { load: 0.6, weather: 0.2, inertia: 12 * MINUTE, strandStop: -0.3, twinStop: -0.2 },
  strand_speed: { load: 0.7, weather: 0, inertia: 20 * SECOND },
  strand_running: steady,
}
