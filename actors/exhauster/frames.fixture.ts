import type { FrameRecord } from './frame.ts'
import { POINTS, signalOf, valueIndex } from './signals.ts'
import { SETPOINTS, VALUE_COUNT, type Setpoint } from './wire.ts'

/** A quiet minute of a running machine: `signals` say what differs, by key or by `key:setpoint`; null takes a value away. */
export function quietFrame(
  moment: number,
  signals: Record<string, number | null> = {},
  clock: FrameRecord['clock'] = 'replay',
): FrameRecord {
  const values = new Array<number | null>(VALUE_COUNT).fill(1)
  for (const point of POINTS) {
    values[valueIndex(point)] = point.isTemperature ? 50 : 1
    for (const setpoint of SETPOINTS) {
      const [alarm, warning] = point.isTemperature ? [75, 65] : [7.1, 4.5]
      const max = setpoint === 'alarm_max' ? alarm : warning
      values[valueIndex(point, setpoint)] = setpoint.endsWith('max') ? max! : 0
    }
  }
  const set = (key: string, value: number | null) => {
    const [name, setpoint] = key.split(':')
    const signal = signalOf(name!)
    if (!signal) throw new Error(`no signal ${name}`)
    values[valueIndex(signal, setpoint as Setpoint | undefined)] = value
  }
  set('gate_valve.gas_valve_closed', 0)
  set('oil.oil_level', 80)
  for (const [key, value] of Object.entries(signals)) set(key, value)
  return { moment, clock, values }
}
