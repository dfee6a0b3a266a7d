import { expect, test } from 'bun:test'
import { readTree } from './tree.ts'
import { unusedExports, unusedFiles, unusedPackages } from './unused.ts'

const tree = readTree()
const PACKAGE = ['package.json', '{ "scripts": { "start": "node run.mjs main.ts" } }'] as const
const project = (files: Record<string, string>) => new Map([PACKAGE, ['run.mjs', ''], ...Object.entries(files)])

test('every file is used', () => {
  expect(unusedFiles(tree)).toEqual([])
})

test('every export is used', () => {
  expect(unusedExports(tree)).toEqual([])
})

test('every package is used where package.json says, and every one that is used is there', () => {
  expect(unusedPackages(tree)).toEqual([])
})

test('a file that nothing starts, imports or names is found', () => {
  const files = {
    'main.ts': "import './a.ts'; new Worker(new URL('./worker.ts', import.meta.url)); serve('views/used.css')",
    'a.ts': '',
    'worker.ts': '',
    'sims/load.ts': '',
    'README.md': '`bun sims/load.ts`, or read dead.ts',
    'dead.ts': "import './dead-too.ts'",
    'dead-too.ts': '',
    'tested.ts': '',
    'tested.test.ts':
      "import './tested.ts'; import './conformance.ts'; import './test-kit.ts'; import './bench/child.ts'",
    'conformance.ts': "import './conformance/part.ts'",
    'conformance/part.ts': '',
    'test-kit.ts': '',
    'bench/child.ts': "spawn(join(import.meta.dir, './grandchild.ts'))",
    'bench/grandchild.ts': '',
    'views/used.css': '',
    'views/unused.css': '',
  }
  expect(unusedFiles(project(files), [])).toEqual([
    'dead.ts is not used',
    'dead-too.ts is not used',
    'tested.ts is used by tests only',
    'views/unused.css is not named anywhere',
  ])
})

test('what is awaited counts as started, until it is', () => {
  const files = {
    'main.ts': "import './old.ts'",
    'old.ts': '',
    'new.ts': "export const a = 1; import './part.ts'",
    'part.ts': '',
  }
  expect(unusedFiles(project(files), ['new.ts'])).toEqual([])
  expect(unusedExports(project(files), ['new.ts'])).toEqual([])
  expect(unusedFiles(project(files), ['new.ts', 'old.ts', 'gone.ts'])).toEqual([
    'old.ts still counts as awaited',
    'gone.ts still counts as awaited',
  ])
})

test('an export that nothing imports is found, through re-exports too', () => {
  const files = {
    'main.ts': "import { a } from './index.ts'; import * as all from './space.ts'; all.f()",
    'index.ts': "export * from './deep.ts'; export { c as d } from './deep.ts'",
    'deep.ts': 'export const a = 1\nexport const b = 2\nexport const c = 3',
    'space.ts': 'export const f = 1\nexport const g = 2',
  }
  expect(unusedExports(project(files), [])).toEqual([
    'deep.ts:2 b is not used',
    'deep.ts:3 c is not used',
    'space.ts:2 g is not used',
  ])
})

test('a test may look into a file of its folder, but does not keep alive what nothing else uses', () => {
  const files = {
    'main.ts': "import { whole } from './a/part.ts'",
    'a/part.ts':
      'export const piece = 1\nexport const whole = piece\nexport const dead = 2\nexport const far = 3 + piece\nfar',
    'a/part.test.ts': "import { piece, dead } from './part.ts'",
    'b/other.test.ts': "import { far } from '../a/part.ts'",
  }
  expect(unusedExports(project(files), [])).toEqual([
    'a/part.ts:3 dead is used by tests only',
    'a/part.ts:4 far is used by tests only',
  ])
})

test('the runner of benchmarks takes `benches`, and nothing else, from its files', () => {
  const files = { 'main.ts': '', 'a.bench.ts': 'export const benches = []\nexport const prepare = 1' }
  expect(unusedExports(project(files), [])).toEqual(['a.bench.ts:2 prepare is not used'])
})

test('a type may be exported for the sake of another, a value may not', () => {
  const files = {
    'main.ts': "import { whole } from './part.ts'",
    'part.ts':
      'export interface Piece {}\nexport const whole = (piece: Piece) => step\nexport const step = 1\nexport type Dead = 1',
  }
  expect(unusedExports(project(files), [])).toEqual(['part.ts:3 step is not used', 'part.ts:4 Dead is not used'])
})

test('packages that are not used, not named, or in the wrong list are found', () => {
  const files = new Map([
    [
      'package.json',
      '{ "dependencies": { "a": "1.0.0", "b": "1.0.0" }, "devDependencies": { "bun": "1.4.5", "c": "1.0.0", "d": "1.0.0" } }',
    ],
    ['main.ts', "import 'a/deep'; import { c } from 'c'; import 'e'; import 'node:fs'"],
    ['main.test.ts', "import 'b'"],
  ])
  expect(unusedPackages(files)).toEqual([
    'b is not used by the product',
    'd is not used',
    'main.ts:1 c is a development package',
    'main.ts:1 e is not in package.json',
  ])
})
