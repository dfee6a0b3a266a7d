import { expect, test } from 'bun:test'
import { parseTraceparent } from '../../tracing/context.ts'
import type { LogRecord } from '../runtime/index.ts'
import { TracedTurns } from './traced.ts'

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const record = (offset: number, key: string, trace?: string): LogRecord => ({
  offset,
  at: 1,
  key,
  type: 'reading',
  value: '{}',
  id: '',
  source: '',
  ...(trace && { trace }),
})

test('a record that carries a trace becomes a turn, and the change of its actor goes on with it, once', () => {
  const traced = new TracedTurns()
  const turns = traced.applied(3, [record(7, 'device/1'), record(8, 'device/2', TRACE)], 9, 1000)
  expect(turns).toMatchObject([
    { trace: TRACE, kind: 'device', type: 'reading', partition: 3, offset: 8, beganMs: 1000 },
  ])
  const { traceId, spanId } = parseTraceparent(traced.take('device/2')!)!
  expect([traceId, spanId]).toEqual(['0af7651916cd43dd8448eb211c80319c', turns[0]!.spanId])
  expect([traced.take('device/2'), traced.take('device/1')]).toEqual([undefined, undefined])
})

test('what was not applied, because the partition went away, is no turn', () => {
  expect(new TracedTurns().applied(0, [record(8, 'device/2', TRACE)], 8, 0)).toEqual([])
})

test('a trace that is none is let be', () => {
  expect(new TracedTurns().applied(0, [record(1, 'device/2', 'nonsense')], 9, 0)).toEqual([])
})

test('actors that never say that they changed are forgotten', () => {
  const traced = new TracedTurns()
  traced.applied(0, [record(0, 'device/0', TRACE)], 1, 0)
  traced.applied(
    0,
    Array.from({ length: 300 }, (_, i) => record(i + 1, `device/${i + 1}`, TRACE)),
    400,
    0,
  )
  expect(traced.take('device/0')).toBeUndefined()
  expect(traced.take('device/300')).toBeDefined()
})
