import { expect, test } from 'bun:test'
import { formatTraceparent, newContext, parseTraceparent } from './context.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

test('a traceparent says where in a trace one is, and whether it is followed', () => {
  const context = { traceId: TRACE, spanId: SPAN }
  expect(parseTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual({ ...context, isSampled: true })
  expect(parseTraceparent(`00-${TRACE}-${SPAN}-00`)).toEqual({ ...context, isSampled: false })
  // A later version may have more flags, and more behind them.
  expect(parseTraceparent(`cc-${TRACE}-${SPAN}-03-what-comes`)).toEqual({ ...context, isSampled: true })
  expect(formatTraceparent(parseTraceparent(`00-${TRACE}-${SPAN}-01`)!)).toBe(`00-${TRACE}-${SPAN}-01`)
})

test.each([
  '',
  'nonsense',
  `ff-${TRACE}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}`,
  `00-${TRACE}-${SPAN}-0`,
])('%j is none', (text) => {
  expect(parseTraceparent(text)).toBeUndefined()
})

test('what is below goes on with the trace, under an id of its own', () => {
  const first = newContext()
  const below = newContext(first)
  expect(below).toMatchObject({ traceId: first.traceId, isSampled: true })
  expect(below.spanId).not.toBe(first.spanId)
  expect(parseTraceparent(formatTraceparent(below))).toEqual(below)
})
