import { expect, test } from 'bun:test'
import { impurities, pureFolders } from './purity.ts'
import { readTree } from './tree.ts'

const KIND = ['actors/pump/actor.ts', "export const pump = defineActor({ kind: 'pump' })"] as const

test('the core and the kinds use no clock, chance, environment, input or output', () => {
  expect(impurities(readTree())).toEqual([])
})

test('a folder is a kind as soon as it defines an actor', () => {
  expect(pureFolders(new Map([KIND, ['actors/log/port.ts', 'export const a = 1']]))).toEqual([
    'actors/runtime',
    'actors/pump',
  ])
})

test.each([
  'Date.now()',
  'new Date()',
  'new Date',
  'const text = Date()',
  'performance.now()',
  'Math.random()',
  'crypto.randomUUID()',
  'setTimeout(f, 1)',
  'setInterval(f, 1)',
  'setImmediate(f)',
  'queueMicrotask(f)',
  'process.env.HOME',
  'Bun.file(path)',
  'Bun["file"]',
  'console.log(1)',
  'await fetch(url)',
  'globalThis.Date',
  'const x = `${Date.now()}`',
  "import { readFileSync } from 'node:fs'",
  "import { randomBytes } from 'node:crypto'",
  "import { Database } from 'bun:sqlite'",
])('%s in a kind is found', (code) => {
  for (const path of ['actors/pump/curve.ts', 'actors/runtime/table.ts']) {
    const found = impurities(new Map([KIND, [path, `\n${code}`]]))
    expect(found).toHaveLength(1)
    expect(found[0]).toStartWith(`${path}:2 `)
  }
})

test.each([
  'new Date(record.at)',
  'clock.now()',
  '// Date.now()',
  "const text = 'process.env'",
  'const processed = candidate.process',
  'plant.fetch(1)',
])('%s in a kind is fine', (code) => {
  expect(impurities(new Map([KIND, ['actors/pump/curve.ts', code]]))).toEqual([])
})

test('a test may use the clock', () => {
  expect(impurities(new Map([KIND, ['actors/pump/a.test.ts', 'Date.now()']]))).toEqual([])
})
