import { beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { readFrame } from '../plant/frame.ts'
import { machineRecords } from '../plant/split.ts'
import { Fault } from '../runtime/index.ts'
import { exhauster } from './actor.ts'
import { COLUMNS } from './columns.ts'
import { EXHAUSTERS } from './directory.ts'
import { documentFromRow, type Past } from './document.ts'
import type { ExhausterDocument, ExhausterId, Quality, Status } from './schema.ts'
import { POINTS, SIGNALS, scaleOf, signalOf, valueIndex } from './signals.ts'
import { actorAlone } from './turns.fixture.ts'
import { codesOf, wireKey } from './wire.ts'

const folder = new URL('../../../shared/data/exhausters/', import.meta.url)
const recorded = new URL('stream.jsonl.gz', folder)

interface Moment {
  readonly frame: Record<string, unknown>
  readonly moment: number
  readonly documents: Record<ExhausterId, ExhausterDocument>
}

/** The recorded plant, frame by frame, and each exhauster's document after each of them. */
describe.skipIf(!existsSync(recorded))('the recorded stream', () => {
  const actors = EXHAUSTERS.map(({ id }) => ({ id, actor: actorAlone(exhauster, id) }))
  const moments: Moment[] = []

  beforeAll(() => {
    const lines = gunzipSync(readFileSync(recorded)).toString().trim().split('\n')
    for (const line of lines) {
      const frame = readFrame(line)
      if (frame instanceof Fault) throw frame
      const records = machineRecords(frame, 'replay')
      const documents = actors.map(({ id, actor }) => {
        const record = records.find(({ key }) => key === `exhauster/${id}`)
        if (record) actor.take(record)
        return [id, actor.ask<ExhausterDocument>('document')]
      })
      moments.push({ frame: JSON.parse(line), moment: frame.moment, documents: Object.fromEntries(documents) })
    }
  })

  const each = function* (keys = SIGNALS.map(({ key }) => key)) {
    for (const { id, number } of EXHAUSTERS) {
      const codes = codesOf(id)
      for (const key of keys) {
        const signal = signalOf(key)!
        const wire = wireKey(codes[valueIndex(signal)]!)
        for (const { frame, moment, documents } of moments) {
          const sent = frame[wire] as number | undefined
          yield { id, number, signal, sent, moment, view: documents[id].signals[key]!, frame }
        }
      }
    }
  }

  test('has 534 frames, one of them cut short, and every frame makes a record for every machine', () => {
    expect(moments).toHaveLength(534)
    for (const { actor } of actors) expect(actor.rows).toHaveLength(534)
  })

  test('the strict statuses are the golden ones, count by count and place by place', () => {
    const golden = JSON.parse(readFileSync(new URL('golden-statuses.json', folder), 'utf8'))
    const counts: Record<string, number> = {}
    const notOk: Record<string, { n: number; first: string; last: string }> = {}
    for (const { id, signal, view, frame } of each(POINTS.map(({ key }) => key))) {
      const status = view.strict_status.toUpperCase()
      counts[status] = (counts[status] ?? 0) + 1
      if (status === 'OK') continue
      const code = wireKey(codesOf(id)[valueIndex(signal)]!)
      const at = String(frame.moment)
      const found = (notOk[`${code}|${status}`] ??= { n: 0, first: at, last: at })
      found.n++
      found.last = at
    }
    expect(counts).toEqual(golden.counts)
    const expected = Object.entries(golden.not_ok as typeof notOk).map(([place, found]) => [
      place.split('|').slice(3).join('|'),
      found,
    ])
    expect(Object.entries(notOk).sort()).toEqual(expected.sort() as never)
  })

  test('the strict status of each point follows from its own frame alone', () => {
    for (const { id, signal, sent, view, frame, moment } of each(POINTS.map(({ key }) => key))) {
      const codes = codesOf(id)
      const limit = (name: 'alarm_max' | 'alarm_min' | 'warning_max' | 'warning_min', none: number) =>
        (frame[wireKey(codes[valueIndex(signal, name)]!)] as number | undefined) ?? none
      let expected: Status = 'ok'
      if (sent === undefined || (signal.isTemperature && (sent > 1000 || sent < -100))) expected = 'unknown'
      else if (sent > limit('alarm_max', Infinity) || sent < limit('alarm_min', -Infinity)) expected = 'alarm'
      else if (sent > limit('warning_max', Infinity) || sent < limit('warning_min', -Infinity)) expected = 'warning'
      if (view.strict_status !== expected)
        expect({ id, key: signal.key, moment, is: view.strict_status }).toEqual({} as never)
    }
  })

  test('none of the five known false alarms shows: no point is ever in warning or alarm', () => {
    const shown = [...each(POINTS.map(({ key }) => key))].filter(
      ({ view }) => view.status === 'alarm' || view.status === 'warning',
    )
    expect(shown.map(({ id, signal, moment }) => `${id} ${signal.key} ${moment}`)).toEqual([])
  })

  test('every value is what was sent, in its unit; only what is no number is hidden', () => {
    let shown = 0
    for (const { number, signal, sent, view } of each()) {
      const readable = sent !== undefined && Math.abs(sent) < 3276
      if (view.value === null) {
        if (readable && view.quality !== 'out_of_range')
          throw new Error(`${signal.key}: ${sent} is hidden as ${view.quality}`)
        continue
      }
      if (!readable) throw new Error(`${signal.key}: ${sent} is shown as ${view.value}`)
      if (Math.abs(Number(view.value) - sent * scaleOf(number, signal)) >= 1e-9)
        throw new Error(`${view.value} of ${sent}`)
      shown++
    }
    expect(shown).toBeGreaterThan(110_000)
  })

  test('few real values are out of range, none of a point, and none but the permanent are doubted', () => {
    const counts = {} as Record<Quality, number>
    for (const { view, signal } of each()) {
      counts[view.quality] = (counts[view.quality] ?? 0) + 1
      if (signal.isPoint) expect(view.quality).not.toBe('out_of_range')
    }
    const all = 534 * 6 * 37
    expect(counts.out_of_range).toBeLessThan(all / 1000)
    expect(counts.frozen ?? 0).toBe(0)
    expect(counts.stale ?? 0).toBe(0)
    expect(counts.good / all).toBeGreaterThan(0.88)
  })

  const last = () => moments.at(-1)!.documents

  test('broken sensors are no numbers and raise nothing: cooler water of exhausters 5 and 6', () => {
    for (const { id, view, signal } of each(['cooler_water.temperature_after'])) {
      if (id !== 'x-171' && id !== 'x-172') continue
      expect([signal.key, view.value, view.quality, view.status]).toEqual([signal.key, null, 'sentinel', 'unknown'])
    }
  })

  test('a sensor of exhauster 6 that broke for one frame is unknown for one frame', () => {
    const broken = [...each(['bearing_1.temperature'])].filter(({ id, view }) => id === 'x-172' && view.value === null)
    expect(broken.map(({ moment }) => new Date(moment).toISOString())).toEqual(['2023-01-25T06:32:25.125Z'])
  })

  test('setpoints change over time: 10 and 7.1 on exhausters 3 and 4, 14 and 7.1 on exhauster 6, always 10 on exhauster 2', () => {
    const limits = (id: ExhausterId, key: string) =>
      [...new Set(moments.map(({ documents }) => documents[id].signals[key]!.limits.alarm_max!.toFixed(1)))].sort()
    for (const bearing of [7, 8]) {
      for (const axis of ['horizontal', 'vertical']) {
        const key = `bearing_${bearing}.vibration_${axis}`
        expect(limits('u-171', key)).toEqual(['7.1'])
        expect(limits('u-172', key)).toEqual(['10.0'])
        expect(limits('f-171', key)).toEqual(['10.0', '7.1'])
        expect(limits('f-172', key)).toEqual(['10.0', '7.1'])
        expect(limits('x-171', key)).toEqual(['7.1'])
        expect(limits('x-172', key)).toEqual(['14.0', '7.1'])
      }
    }
  })

  test('bearing 6 of exhauster 1 has its own minimums, that of exhauster 2 a warning above its alarm', () => {
    expect(last()['u-171'].signals['bearing_6.temperature']!.limits).toMatchObject({ alarm_min: 10, warning_min: 20 })
    expect(last()['u-172'].signals['bearing_6.temperature']).toMatchObject({
      misconfigured: ['warning_max'],
      limits: { warning_max: 105, alarm_max: 75 },
    })
  })

  test('drives of exhausters 3 to 6 stand in amperes and kilovolts, those of 1 and 2 as sent', () => {
    for (const id of ['f-171', 'f-172', 'x-171', 'x-172'] as const) {
      const { signals } = last()[id]
      expect(signals['drive.stator_current']!.value).toBeGreaterThan(150)
      expect(signals['drive.stator_current']!.value).toBeLessThan(230)
      expect(signals['drive.stator_voltage']!.value).toBeCloseTo(10.6, 0)
    }
    expect(last()['u-171'].signals['drive.stator_current']!.value).toBeGreaterThan(150)
    const red = [...each(['drive.stator_current'])].filter(({ view }) => view.advice === 'alarm')
    expect(red).toHaveLength(0)
  })

  test('exhausters 1 and 2 never send four of their signals: absent, not zero', () => {
    for (const id of ['u-171', 'u-172'] as const) {
      for (const key of [
        'drive.rotor_current',
        'drive.rotor_voltage',
        'drive.stator_voltage',
        'gate_valve.gas_valve_position',
      ])
        expect(last()[id].signals[key]).toMatchObject({ value: null, quality: 'absent', status: 'unknown' })
    }
  })

  test('exhausters 5 and 6 say open and closed at once: both stand as uncertain, and the gate at 10 % is not frozen', () => {
    for (const id of ['x-171', 'x-172'] as const) {
      expect(last()[id].signals['gate_valve.gas_valve_open']).toMatchObject({ value: true, quality: 'uncertain' })
      expect(last()[id].signals['gate_valve.gas_valve_closed']).toMatchObject({ value: true, quality: 'uncertain' })
      expect(last()[id].signals['gate_valve.gas_valve_position']).toMatchObject({ value: 10, quality: 'good' })
    }
  })

  test('oil pressure spikes, levels past the brim and noise below zero are told apart', () => {
    const found = (key: string, test: (sent: number) => boolean) =>
      new Set([...each([key])].filter(({ sent }) => sent !== undefined && test(sent)).map(({ view }) => view.quality))
    expect([...found('oil.oil_pressure', (sent) => sent > 700)]).toEqual(['out_of_range'])
    expect([...found('oil.oil_pressure', (sent) => sent < 0)]).toEqual(['uncertain'])
    expect([...found('oil.oil_level', (sent) => sent > 100)]).toEqual(['uncertain'])
    expect([...found('gas_collector.underpressure_before', (sent) => sent < 0)]).toEqual(['uncertain'])
  })

  test('the cooler’s 30 °C colours values most of the time and raises nothing', () => {
    const oil = [...each(['cooler_oil.temperature_after', 'cooler_oil.temperature_before'])].filter(
      ({ number }) => number >= 3,
    )
    const coloured = oil.filter(({ view }) => view.advice === 'warning')
    expect(coloured.length).toBeGreaterThan(oil.length / 2)
    for (const { view } of coloured) expect(view.status).toBe('ok')
  })

  test('oil temperatures are those of the oil', () => {
    const { frame, documents } = moments.at(-1)!
    expect(documents['u-171'].signals['cooler_oil.temperature_after']!.value).toBe(frame[wireKey('2:42')] as number)
    expect(documents['u-171'].signals['cooler_water.temperature_after']!.value).toBe(frame[wireKey('2:37')] as number)
  })

  test('the work bits: 1 and 2 stand on 2022-12-30, 5 and 6 on 2023-01-25, all run at the end', () => {
    const running = (day: string) => {
      const { documents } = moments.findLast(({ moment }) => new Date(moment).toISOString().startsWith(day))!
      return EXHAUSTERS.map(({ id }) => documents[id].running)
    }
    expect(running('2022-12-30').slice(0, 2)).toEqual([false, false])
    expect(running('2023-01-25').slice(4)).toEqual([false, false])
    expect(running('2023-02-18')).toEqual([true, true, true, true, true, true])
  })

  test('the frame that was cut short tells of absent signals in that frame alone, and the work bit is kept', () => {
    const place = moments.findIndex(({ frame }) => Object.keys(frame).length === 712)
    const during = moments[place]!.documents['x-171']
    expect(during.signals['oil.oil_level']).toMatchObject({ value: null, quality: 'absent', status: 'unknown' })
    expect(during.signals['bearing_1.temperature']!.quality).toBe('good')
    expect([during.running, during.status]).toEqual([true, 'ok'])
    for (const place_ of [place - 1, place + 1])
      expect(moments[place_]!.documents['x-171'].signals['oil.oil_level']!.quality).toBe('good')
  })

  test('days in work count no minute of the gaps between the recordings', () => {
    const gaps = moments.slice(1).map(({ moment }, i) => moment - moments[i]!.moment)
    const known = gaps.filter((gap) => gap <= 300_000).reduce((sum, gap) => sum + gap, 0)
    // Exhauster 3 has run in every frame.
    const worked = (id: ExhausterId) => Math.round(last()[id].rotor.days_in_work * 86_400_000)
    expect(worked('f-171')).toBe(known)
    expect(worked('u-171')).toBe(known - 120_000)
  })

  test('each row of the history rebuilds the document of its moment', () => {
    for (const { id, actor } of actors) {
      const past = actor.ask<Past>('past')
      actor.rows.forEach(({ time, values }, i) => {
        const rebuilt = documentFromRow(id, COLUMNS, values, time, time, past)
        expect(JSON.parse(JSON.stringify(rebuilt))).toEqual(moments[i]!.documents[id])
      })
    }
  })

  test('a restart changes no key, and the state is small', () => {
    for (const { actor } of actors) {
      const before = JSON.stringify(actor.ask('document'))
      actor.restart()
      expect(JSON.stringify(actor.ask('document'))).toBe(before)
      expect(actor.snapshotLength()).toBeLessThan(8000)
    }
  })

  test('the same frames again, in any order, are late: they add rows and move nothing', () => {
    const { actor } = actors[4]!
    const document = JSON.stringify(actor.ask('document'))
    const [rows, events, changes] = [actor.rows.length, actor.emitted.length, actor.changes]
    for (const { frame } of [...moments].reverse().slice(0, 50)) {
      const read = readFrame(JSON.stringify(frame))
      if (read instanceof Fault) throw read
      actor.take({ ...machineRecords(read, 'replay')[4]!, id: '' })
    }
    expect(JSON.stringify(actor.ask('document'))).toBe(document)
    expect([actor.rows.length, actor.emitted.length, actor.changes]).toEqual([rows + 50, events, changes])
  })
})
