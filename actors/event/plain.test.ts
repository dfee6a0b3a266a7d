import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { readPlainRecord, readPlainText } from './plain.ts'
import { readRecord } from './read.ts'
import { eventRecord } from './schema.ts'

const LABELS = ['id', 'type', 'source', 'subject', 'user_id', 'time', 'specversion'] as const

const label = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.uuid(),
  fc.constantFrom('', 'a"b', 'a\\b', 'a\nb', '\u0000', '\u0080', '\ud800', 'ё'),
)
const anyEvent = fc
  .record(
    {
      ...Object.fromEntries(LABELS.map((name) => [name, fc.oneof({ weight: 9, arbitrary: label }, fc.jsonValue())])),
      track_id: fc.oneof(label, fc.jsonValue()),
      data: fc.jsonValue({ maxDepth: 12 }),
      rest: fc.dictionary(fc.string(), fc.jsonValue()),
    },
    { requiredKeys: [] },
  )
  .map(({ rest, ...event }): Record<string, unknown> => ({ ...rest, ...event }))

/** As JSON text in one of the ways in which programs write it. */
const written = fc
  .tuple(anyEvent, fc.constantFrom('', ' ', '  ', '\t'), fc.boolean())
  .map(([event, indent, isTight]) => {
    const text = JSON.stringify(event, null, indent)
    return isTight ? text.replaceAll(/\n */g, ' ') : text
  })

/** What `JSON.parse` and nothing else says of a text that was taken for plain. */
function expectSame(text: string): void {
  const plain = readPlainText(text)
  if (plain === undefined) return
  const event = JSON.parse(text) as Record<string, unknown>
  for (const name of LABELS) expect(plain[name]).toEqual(event[name] as string | undefined)
  expect(plain.isTracked).toBe(typeof event.track_id === 'string')
  if (plain.id !== undefined) expect(text.slice(plain.idAt, plain.idAt + plain.id.length)).toBe(plain.id)
  expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
  expect(text).not.toMatch(/[\n\r\\]/)
  expect(Object.hasOwn(event, 'ingest_time') || Object.hasOwn(event, 'store_time')).toBe(false)
}

test('what is taken for plain is JSON, and says the same', () => {
  fc.assert(
    fc.property(written, (text) => expectSame(text)),
    { numRuns: 3000 },
  )
})

test('so it is when any character of it is another, or missing', () => {
  const anyCharacter = fc.constantFrom(...'{}[]",:\\ \n\t\r\u0000eE+-.0123456789truefalsn_п')
  fc.assert(
    fc.property(written, fc.nat(), fc.option(anyCharacter), (text, place, character) => {
      const at = place % text.length
      expectSame(text.slice(0, at) + (character ?? '') + text.slice(at + 1))
    }),
    { numRuns: 10_000 },
  )
})

const isPlain = (text: string): boolean => readPlainText(text) !== undefined

test('an event as most senders write it is plain', () => {
  for (const text of [
    '{}',
    ' { } ',
    '{"id":"1"}',
    '{ "id" : "1" , "data" : [ ] }',
    '{"id":"1","type":"a.b","user_id":"Иван","data":{"n":-1.5,"list":[1,0,true,false,null,{"x":{}}]}}',
  ]) {
    expect([text, isPlain(text)]).toEqual([text, true])
  }
})

test('what needs a closer look is not', () => {
  for (const text of [
    '',
    'null',
    '[]',
    '{"id":1}',
    '{"id":"\\u0041"}',
    '{"id":"1",}',
    '{"id":"1"}}',
    '{"id":"1"} x',
    '{"x":1e999}',
    '{"x":01}',
    '{"x":-}',
    '{"x":1.}',
    '{"x":.5}',
    `{"x":${'9'.repeat(400)}}`,
    '{"x":nul}',
    '{"x":[1,]}',
    '{"x":[1 2]}',
    '{"x":"a\u0001"}',
    '{"x":"a\u007f"}',
    '{"x":"a\u009f"}',
    '{"__proto__":1}',
    '{"data":{"__proto__":{}}}',
    '{"ingest_time":"2026-01-01"}',
    '{"store_time":5}',
    '{"id":"1",\n"type":"a"}',
    `{"x":${'['.repeat(40)}${']'.repeat(40)}}`,
  ]) {
    expect([text, isPlain(text)]).toEqual([text, false])
  }
})

test('of a name that comes twice the last one counts, as for JSON.parse', () => {
  expect(readPlainText('{"id":"1","id":"2","track_id":"t","track_id":null}')).toMatchObject({
    id: '2',
    isTracked: false,
  })
})

test('the record of an event is read the same, whether its event is plain or not', () => {
  fc.assert(
    fc.property(anyEvent, fc.nat(), (event, at) => {
      const { value } = eventRecord('event/#0', 'user/1', at, { id: 'x' }, JSON.stringify(event))
      const { labels, ...rest } = readRecord(value)
      expect(rest).toEqual({ at, isTracked: typeof event.track_id === 'string' })
      const { type, user_id, subject } = JSON.parse(value).event
      expect([labels.type, labels.user_id, labels.subject]).toEqual([type, user_id, subject])
    }),
    { numRuns: 1000 },
  )
  for (const value of [
    '',
    '{"at":1,"event":{}',
    '{"at":1,"event":{}}}',
    '{"at":1,"event":{} }',
    '{"at":,"event":{}}',
    '{"at":007,"event":{}}',
    '{"at":0x10,"event":{}}',
    '{"at":x,"event":{}}',
    '{"event":{}}',
  ])
    expect(readPlainRecord(value)).toBeUndefined()
  expect(() => readRecord('{"at":1,')).toThrow()
})
