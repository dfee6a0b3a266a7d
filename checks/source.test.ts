import { expect, test } from 'bun:test'
import { codeOnly, parseModule } from './source.ts'

const parse = (source: string) => parseModule('a/b.ts', source, new Map([['a/c.ts', '']]))

test('comments and the insides of strings are not code, what stands in a template is', () => {
  const code = codeOnly("a() // b()\n/* c() */ d('e()', `f() ${g(`h() ${i}`)} j()`) / k / 1; l = /m()[/\"]/.test(n)")
  expect(code.match(/[a-z]\w*/g)).toEqual(['a', 'd', 'g', 'i', 'k', 'l', 'test', 'n'])
})

test('blanking leaves every character at its place', () => {
  const source = "const a = '\\'x' // y\nconst b = `${'z'}`"
  const code = codeOnly(source)
  expect(code.length).toBe(source.length)
  expect(code.indexOf('const b')).toBe(source.indexOf('const b'))
})

test('all forms of import are seen, and those that vanish are told apart', () => {
  const { imports } = parse(`
    import type { A } from './c.ts'
    import { b, type C as D } from './c.ts'
    import e, { f } from 'elysia'
    import * as fs from 'node:fs'
    import 'side-effect/deep'
    export * from './c.ts'
    export { g as h } from '@scope/name/deep'
    // import { no } from 'comment'
    const text = "import { no } from 'string'"
    fs.stat; fs.open
    await import('./c.ts')
    new Worker(new URL('./c.ts', import.meta.url))
    spawn(join(import.meta.dir, './c.ts'))
  `)
  expect(
    imports.map(({ target, typeOnly, names }) => `${target}${typeOnly ? ' type' : ''} ${names}`.trim()).sort(),
  ).toEqual(
    [
      'a/c.ts type A',
      'a/c.ts b,C',
      'elysia f,default',
      'node:fs stat,open',
      'side-effect *',
      'a/c.ts',
      '@scope/name',
      'a/c.ts *',
      'a/c.ts *',
      'a/c.ts *',
    ].sort(),
  )
})

test('all forms of export are seen', () => {
  const { exports } = parse(`
    export const a = 1
    export async function* b() {}
    export interface C {}
    export type D = C
    export const D = 1
    export default class E {}
    const f = 1
    export { f as g }
    export const { h, i: j } = a
  `)
  expect([...exports].map(([name, { type }]) => (type ? `${name} type` : name))).toEqual([
    'a',
    'b',
    'C type',
    'D',
    'default',
    'g',
    'h',
    'j',
  ])
})
