import { expect, test } from 'bun:test'
import { EXHAUSTER_IDS, QUALITIES, STATUSES } from '../../actors/exhauster/schema.ts'
import { documentOf } from '../fixture.ts'
import { TEXTS } from './format.ts'
import { machineName, signalName, signalShortName } from './names.ts'

const { en, ru } = TEXTS

/** Every text of a catalogue with its path; a phrase is said with the names of its parts. */
function* said(node: unknown, path = ''): Generator<[path: string, text: string]> {
  if (typeof node === 'string') yield [path, node]
  else if (typeof node === 'function') {
    const parts = new Proxy({}, { get: (_, name) => `{${String(name)}}` })
    yield [path, (node as (parts: object) => string)(parts)]
  } else
    for (const [key, value] of Object.entries(node as object)) yield* said(value, path === '' ? key : `${path}.${key}`)
}

test('both languages say the same things, and neither says nothing', () => {
  const open = /^(?:shortUnits\.|shell\.machines\.|mnemonic\.signals\.|control\.tries\.)/
  const paths = (text: object) => [...said(text)].map(([path]) => path).filter((path) => !open.test(path))
  expect(paths(ru)).toEqual(paths(en))
  for (const text of [en, ru]) expect([...said(text)].filter(([, words]) => words === '')).toEqual([])
})

test('a phrase uses the same parts in both languages', () => {
  const parts = (words: string) => (words.match(/\{\w+\}/g) ?? []).sort()
  const english = new Map(said(en))
  for (const [path, words] of said(ru))
    if (english.has(path)) expect([path, parts(words)]).toEqual([path, parts(english.get(path)!)])
})

test('no word mixes the two scripts', () => {
  const mixed = /[а-яё][a-z]|[a-z][а-яё]/i
  expect([...said(ru)].filter(([, words]) => mixed.test(words))).toEqual([])
  expect([...said(en)].filter(([path, words]) => /[а-яё]/i.test(words) && !path.startsWith('language'))).toEqual([])
})

test('machines are named in the script of the language', () => {
  expect(EXHAUSTER_IDS.map((id) => machineName(en, id))).toEqual(['U-171', 'U-172', 'F-171', 'F-172', 'X-171', 'X-172'])
  for (const id of EXHAUSTER_IDS) expect(machineName(ru, id)).toMatch(/^[УФХ]-17[12]$/u)
})

test('each of the 37 signals has a name of its own in each language', () => {
  const keys = Object.keys(documentOf('f-171').signals)
  expect(keys).toHaveLength(37)
  for (const text of [en, ru]) {
    for (const name of [signalName, signalShortName]) {
      const names = keys.map((key) => name(text, key))
      expect(new Set(names).size).toBe(37)
      expect(names.filter((one) => keys.includes(one))).toEqual([])
    }
    for (const status of STATUSES) expect(text.status[status]).toBeTruthy()
    for (const quality of QUALITIES) expect(text.quality[quality]).toBeTruthy()
  }
})
