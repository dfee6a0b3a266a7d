import { hasValue, qualityOf, qualityCode } from '../exhauster/quality.ts'
import type { MachineDocument, Quality } from '../exhauster/schema.ts'
import { QUANTITIES, type Quantity } from '../exhauster/signals.ts'
import { STALE_MS } from '../exhauster/staleness.ts'
import { defineActor, Fault } from '../runtime/index.ts'
import { codesOfMachine, machineOf } from './directory.ts'

/** Record `frame`: what one plant message says of one sinter machine. */
export interface MachineRecord {
  /** Epoch ms. */
  readonly moment: number
  readonly clock: 'live' | 'replay'
  /** Underpressure, temperature, speed, running bit; null for what did not come. */
  readonly values: readonly (number | null)[]
}

/** A belt at rest reads as the smallest of numbers, on either side of zero. */
const SPEED: Quantity = { ...QUANTITIES.voltage, unit: 'm/min', plausible: [-1, 20], physical: [-1e-3, Infinity] }
const MEASURED = [
  { name: 'collector_underpressure', quantity: QUANTITIES.underpressure },
  { name: 'collector_temperature', quantity: QUANTITIES.temperature },
  { name: 'speed', quantity: SPEED },
] as const
const RUNNING = MEASURED.length

export interface MachineState {
  moment: number | null
  clock: 'live' | 'replay'
  values: (number | null)[]
  running: boolean | null
  runningSince: number | null
}

const qualitiesOf = (values: readonly (number | null)[]): Quality[] =>
  MEASURED.map(({ quantity }, i) => qualityOf(values[i] ?? NaN, quantity))

/** A sinter machine, `machine/am-1` … `machine/am-3`: its strand's speed and the collector that two exhausters draw from. */
export const machine = defineActor<MachineState>({
  kind: 'machine',
  version: 1,
  initial: () => ({ moment: null, clock: 'replay', values: [null, null, null], running: null, runningSince: null }),
  /** Values as sent, their qualities (places in QUALITIES), and the running bit. */
  history: () => [...MEASURED.map(({ name }) => `v:${name}`), ...MEASURED.map(({ name }) => `q:${name}`), 'running'],
  on: {
    frame: (state, { moment, clock, values }: MachineRecord, turn) => {
      if (!Number.isFinite(moment) || values?.length !== codesOfMachine(1).length)
        throw new Fault('UNREADABLE_RECORD', 'A frame needs a moment and the values of a sinter machine.')
      const bit = values[RUNNING] === 1 ? true : values[RUNNING] === 0 ? false : null
      turn.row(moment, [
        ...MEASURED.map((_, i) => values[i] ?? NaN),
        ...qualitiesOf(values).map(qualityCode),
        bit === null ? NaN : Number(bit),
      ])
      if (state.moment !== null && moment <= state.moment) return
      turn.changed()
      const running = bit ?? state.running
      if (running !== state.running) state.runningSince = moment
      Object.assign(state, { moment, clock, values: values.slice(0, RUNNING), running })
    },
  },
  ask: {
    /** The machine now; `data_age_ms` is the last key. */
    document: (state, _: object, { actorId, nowMs }): MachineDocument => {
      const self = machineOf(actorId)
      if (!self) throw new Fault('NOT_FOUND', `There is no sinter machine ${actorId}.`)
      const { moment, clock, values, running, runningSince } = state
      const age = moment === null ? null : clock === 'live' ? Math.max(0, nowMs - moment) : 0
      const found = qualitiesOf(values)
      const value = (i: number) => (hasValue(found[i]!) ? values[i]! : null)
      const quality = found.map((one) => (hasValue(one) && age !== null && age > STALE_MS ? 'stale' : one))
      return {
        id: self.id,
        number: self.number,
        name: self.name,
        running,
        running_since: runningSince === null ? null : new Date(runningSince).toISOString(),
        speed: value(2),
        collector_underpressure: value(0),
        collector_temperature: value(1),
        quality: Object.fromEntries(MEASURED.map(({ name }, i) => [name, quality[i]!])),
        updated_at: moment === null ? null : new Date(moment).toISOString(),
        data_age_ms: age,
      }
    },
  },
})
