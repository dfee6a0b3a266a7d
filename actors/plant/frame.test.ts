import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { signalOf, valueIndex } from '../exhauster/signals.ts'
import { Fault, type FaultCode } from '../runtime/index.ts'
import { readFrame, type Frame } from './frame.ts'
import { PLACES, UNUSED_KEYS } from './keys.ts'
import { readMoment } from './moment.ts'
import { machineRecords } from './split.ts'

const folder = new URL('../../../shared/data/exhausters/', import.meta.url)
const MOMENT = '2022-12-30T05:59:25.16886'
const BEARING = 'SM_Exgauster\\[2:27]'

const text = (signals: object, moment: unknown = MOMENT) => JSON.stringify({ moment, ...signals })
function frame(message: string | Uint8Array, now?: number): Frame {
  const read = readFrame(message, now)
  if (read instanceof Fault) throw read
  return read
}
const code = (message: string | Uint8Array, now?: number): FaultCode | undefined => {
  const read = readFrame(message, now)
  return read instanceof Fault ? read.code : undefined
}
const bearing = (read: Frame) => read.exhausters[0]?.[valueIndex(signalOf('bearing_1.temperature')!)]

describe('a moment', () => {
  const iso = (moment: unknown) => {
    const ms = readMoment(moment)
    return ms === undefined ? undefined : new Date(ms).toISOString()
  }

  test('has any number of fraction digits: those past milliseconds are cut, not rounded', () => {
    expect(iso('2022-12-30T05:59:25.16886')).toBe('2022-12-30T05:59:25.168Z')
    expect(iso('2023-02-18T16:33:25.439816')).toBe('2023-02-18T16:33:25.439Z')
    expect(iso('2023-02-18T16:33:25.999999')).toBe('2023-02-18T16:33:25.999Z')
    expect(iso('2023-02-18T16:33:25.5')).toBe('2023-02-18T16:33:25.500Z')
    expect(iso('2023-02-18T16:33:25')).toBe('2023-02-18T16:33:25.000Z')
  })

  test('without a zone is UTC, with one is what it says', () => {
    expect(iso('2023-02-18T16:33:25Z')).toBe('2023-02-18T16:33:25.000Z')
    expect(iso('2023-02-18T16:33:25.1+07:00')).toBe('2023-02-18T09:33:25.100Z')
    expect(iso('2023-02-18T16:33:25-0330')).toBe('2023-02-18T20:03:25.000Z')
  })

  test('is no nonsense', () => {
    for (const nonsense of [
      '',
      'yesterday',
      '2023-02-30T10:00:00',
      '2023-13-01T10:00:00',
      '2023-02-18T24:00:00',
      '2023-02-18T10:61:00',
      '2023-02-18',
      '0000-00-00T00:00:00',
      '0099-01-01T00:00:00',
      '2023-02-18T10:00:00+99:00',
      '2023-02-18T10:00:00 PM',
      1676737405,
      null,
      undefined,
      {},
      true,
    ])
      expect(readMoment(nonsense)).toBeUndefined()
  })

  test('comes back from each way of writing it', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(1), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }), (date) => {
        expect(readMoment(date.toISOString())).toBe(date.getTime())
        expect(readMoment(`${date.toISOString().slice(0, -1)}999`)).toBe(date.getTime())
      }),
    )
  })
})

describe('a frame', () => {
  test('is its moment and its signals, as integers or floats', () => {
    expect(frame(text({ [BEARING]: 75 })).moment).toBe(Date.parse('2022-12-30T05:59:25.168Z'))
    expect(bearing(frame(text({ [BEARING]: 75 })))).toBe(75)
    expect(bearing(frame(`{"moment":"${MOMENT}","SM_Exgauster\\\\[2:27]":75.0}`))).toBe(75)
    expect(bearing(frame(text({ [BEARING]: 0 })))).toBe(0)
  })

  test('may be bytes, with or without a byte order mark', () => {
    const bytes = new TextEncoder().encode(text({ [BEARING]: 1.5 }))
    expect(bearing(frame(bytes))).toBe(1.5)
    expect(bearing(frame(`\uFEFF${text({ [BEARING]: 1.5 })}`))).toBe(1.5)
  })

  test('may lack keys: a missing one and a null are absent, an exhauster without any key is not there', () => {
    const read = frame(text({ [BEARING]: null, 'SM_Exgauster\\[2:28]': 3 }))
    expect(bearing(read)).toBeNull()
    expect(read.exhausters.map((values) => values?.length)).toEqual([
      121,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(read.wrongCount).toBe(0)
    expect(machineRecords(read, 'live').map(({ key }) => key)).toEqual(['exhauster/u-171'])
  })

  test('that is not JSON, not an object, has no moment or no signal says which', () => {
    expect(code('')).toBe('FRAME_NOT_JSON')
    expect(code('{"moment":')).toBe('FRAME_NOT_JSON')
    expect(code(new Uint8Array([0xff, 0xfe, 0x00]))).toBe('FRAME_NOT_JSON')
    for (const other of ['[]', 'null', '7', '"x"', 'true']) expect(code(other)).toBe('FRAME_NOT_OBJECT')
    expect(code(JSON.stringify({ [BEARING]: 1 }))).toBe('FRAME_NO_MOMENT')
    expect(code(text({ [BEARING]: 1 }, '2023-02-31T00:00:00'))).toBe('FRAME_NO_MOMENT')
    expect(code(text({ [BEARING]: 1 }, 1672379965168))).toBe('FRAME_NO_MOMENT')
    expect(code(text({}))).toBe('FRAME_NO_SIGNALS')
    expect(code(text({ temperature: 5, 'SM_Exgauster\\[99:99]': 5 }))).toBe('FRAME_NO_SIGNALS')
  })

  test('of more than 1 MiB is refused, as text, as many-byte text and as bytes, also when it is 10 MB of nesting', () => {
    const filler = (length: number, letter = 'x') => text({ [BEARING]: 1, note: letter.repeat(length) })
    expect(code(filler(10_000_000))).toBe('FRAME_TOO_LARGE')
    expect(code(filler(600_000, 'ж'))).toBe('FRAME_TOO_LARGE')
    expect(code(new TextEncoder().encode(filler(1 << 20)))).toBe('FRAME_TOO_LARGE')
    expect(code('['.repeat(10_000_000))).toBe('FRAME_TOO_LARGE')
    expect(code('['.repeat(1_000_000))).toBe('FRAME_NOT_JSON')
    expect(code(filler(1_000_000))).toBeUndefined()
  })

  test('more than 5 min ahead of a live clock is in the future; a recording has no future', () => {
    const now = readMoment(MOMENT)!
    expect(code(text({ [BEARING]: 1 }), now - 300_000)).toBeUndefined()
    expect(code(text({ [BEARING]: 1 }), now - 300_001)).toBe('FRAME_IN_FUTURE')
    expect(code(text({ [BEARING]: 1 }, '2099-01-01T00:00:00'))).toBeUndefined()
  })

  test('with signals of a wrong type counts: those are absent and reported, the others stand', () => {
    const read = frame(
      text({ [BEARING]: '62.0', 'SM_Exgauster\\[2:28]': 3, 'SM_Exgauster\\[2:29]': [1], 'SM_Exgauster\\[2:30]': true }),
    )
    expect(bearing(read)).toBeNull()
    expect(read.exhausters[0]![valueIndex(signalOf('bearing_2.temperature')!)]).toBe(3)
    expect(read.wrongCount).toBe(3)
    expect(read.wrong).toEqual({ [BEARING]: '"62.0"', 'SM_Exgauster\\[2:29]': '[1]', 'SM_Exgauster\\[2:30]': 'true' })
  })

  test('with a number beyond all numbers has no number there', () => {
    const read = frame(`{"moment":"${MOMENT}","SM_Exgauster\\\\[2:27]":1e999}`)
    expect([bearing(read), read.wrongCount]).toEqual([null, 1])
  })

  test('may write a bit as a boolean', () => {
    const bit = (value: unknown) =>
      frame(text({ 'SM_Exgauster\\[2.0]': value })).exhausters[0]![valueIndex(signalOf('work.is_working')!)]
    expect([true, false, 1, 0.0].map(bit)).toEqual([1, 0, 1, 0])
  })

  test('counts the keys that the plant does not have, and takes no harm from their names', () => {
    const read = frame(
      `{"moment":"${MOMENT}","__proto__":1,"constructor":2,"SM_Exgauster\\\\[77:1]":3,"SM_Exgauster\\\\[2:27]":4}`,
    )
    expect([read.unknownCount, bearing(read)]).toEqual([3, 4])
  })

  test('never throws, whatever comes', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.uint8Array()), (message) => void readFrame(message, 0)))
  })

  test.skipIf(!existsSync(folder))(
    'of the real plant has no unknown key and no wrong type; the one cut short lacks 54',
    () => {
      const lines = gunzipSync(readFileSync(new URL('stream.jsonl.gz', folder)))
        .toString()
        .trim()
        .split('\n')
      const keys = new Set<number>()
      for (const line of lines) {
        const read = frame(line)
        expect([read.unknownCount, read.wrongCount]).toEqual([0, 0])
        expect(
          machineRecords(read, 'replay')
            .map(({ key }) => key)
            .filter((key) => key.startsWith('exhauster/')),
        ).toHaveLength(6)
        keys.add(Object.keys(JSON.parse(line)).length)
      }
      expect([...keys].sort()).toEqual([712, 766])
    },
  )

  test.skipIf(!existsSync(folder))('every signal of the plant’s own list is used, or known and left aside', () => {
    const listed = readFileSync(new URL('all-signals.csv', folder), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0]!)
    expect(listed.filter((key) => !PLACES.has(key) && !UNUSED_KEYS.has(key))).toEqual([])
    expect(PLACES.size + UNUSED_KEYS.size).toBe(listed.length)
  })
})

describe('the records of a frame', () => {
  test('have the moment as their id, so a frame that comes again has the ids that it had', () => {
    const read = frame(text({ [BEARING]: 1, 'SM_Exgauster\\[6:2]': 3.1 }, `${MOMENT}Z`))
    const records = machineRecords(read, 'live')
    expect(records.map(({ key, type, id }) => [key, type, id])).toEqual([
      ['exhauster/u-171', 'frame', '1672379965168'],
      ['machine/am-1', 'frame', '1672379965168'],
    ])
    expect(JSON.parse(records[1]!.value)).toEqual({
      moment: 1672379965168,
      clock: 'live',
      values: [null, null, 3.1, null],
    })
  })

  test('are small: one exhauster of a whole frame has some kilobytes on one line', () => {
    const whole = Object.fromEntries([...PLACES.keys()].map((key) => [key, 7.099999904632568]))
    for (const { value } of machineRecords(frame(text(whole)), 'replay')) {
      expect(value).not.toContain('\n')
      expect(value.length).toBeLessThan(3000)
    }
  })
})
