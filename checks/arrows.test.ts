import { expect, test } from 'bun:test'
import { cycles, ROOMS, wrongArrows } from './arrows.ts'
import { readTree } from './tree.ts'

const tree = readTree()

test('every import points the way that ROOMS allows', () => {
  expect(wrongArrows(tree)).toEqual([])
})

test('no file imports itself by way of others', () => {
  expect(cycles(tree)).toEqual([])
})

test('every room is lived in', () => {
  const empty = ROOMS.filter(
    ({ in: prefixes }) =>
      !prefixes.some((prefix) => [...tree.keys()].some((path) => path.startsWith(prefix.split('*')[0]!))),
  )
  expect(empty.map(({ room }) => room)).toEqual([])
})

test.each([
  [
    'actors/runtime/a.ts',
    "import { b } from '../log/port.ts'",
    'actors/runtime/a.ts:1: runtime may not import actors/log/port.ts',
  ],
  ['actors/runtime/a.ts', "\nimport fs from 'node:fs'", 'actors/runtime/a.ts:2: runtime may not import node:fs'],
  [
    'actors/device/a.ts',
    "import type { B } from '../event/b.ts'",
    'actors/device/a.ts:1: kind may not import actors/event/b.ts',
  ],
  [
    'actors/log/sqlite/a.ts',
    "export * from '../../store/port.ts'",
    'actors/log/sqlite/a.ts:1: log may not import actors/store/port.ts',
  ],
  [
    'actors/cluster/a.ts',
    "import { b } from '../../http/b.ts'",
    'actors/cluster/a.ts:1: cluster may not import http/b.ts',
  ],
  ['http/a.ts', "await import('../actors/cluster/pool.ts')", 'http/a.ts:1: http may not import actors/cluster/pool.ts'],
  [
    'actors/device/a.ts',
    "import { b } from '../runtime/b.ts'; import { Elysia } from 'elysia'",
    'actors/device/a.ts:1: kind may not import elysia',
  ],
  [
    'views/a.ts',
    "import { b } from '../actors/exhauster/b.ts'",
    'views/a.ts:1: views may not import actors/exhauster/b.ts',
  ],
  [
    'sims/a.ts',
    "import type { B } from '../actors/log/port.ts'",
    'sims/a.ts:1: sims may not import actors/log/port.ts',
  ],
  ['http/a.ts', "import { main } from '../main.ts'", 'http/a.ts:1: http may not import main.ts'],
  ['http/a.ts', "import { b } from './b.test.ts'", 'http/a.ts:1 imports a test, http/b.test.ts'],
  ['http/a.ts', "import { b } from './b.fixture.ts'", 'http/a.ts:1 imports a test, http/b.fixture.ts'],
])('%s with %s is a wrong arrow', (path, source, problem) => {
  expect(wrongArrows(new Map([[path, source]]))).toEqual([problem])
})

test.each([
  [
    'actors/device/a.ts',
    "import { b } from '../runtime/index.ts'; import { c } from './c.ts'; import { Type } from '@sinclair/typebox'",
  ],
  ['actors/plant/a.ts', "import { b } from '../exhauster/signals.ts'"],
  ['actors/device/a.ts', "import { b } from './schema.ts'; import { c } from '../event/schema.ts'"],
  ['views/b.ts', "import { IDS } from '../actors/exhauster/schema.ts'"],
  ['views/a.ts', "import type { B } from '../actors/exhauster/schema.ts'"],
  ['main.ts', "import { b } from './http/b.ts'; import { c } from './actors/cluster/c.ts'"],
  ['actors/log/a.test.ts', "import { b } from '../store/sqlite/b.ts'"],
  ['http/a.fixture.ts', "import { b } from '../actors/cluster/b.ts'; import { c } from './c.fixture.ts'"],
])('%s with %s is a good arrow', (path, source) => {
  expect(wrongArrows(new Map([[path, source]]))).toEqual([])
})

test('a cycle of three files is seen once, one that types close is none', () => {
  const circle = (last: string) =>
    new Map([
      ['a.ts', "import { b } from './b.ts'"],
      ['b.ts', "import { c } from './c.ts'"],
      ['c.ts', last],
    ])
  expect(cycles(circle("export * from './a.ts'"))).toEqual(['a.ts → b.ts → c.ts → a.ts'])
  expect(cycles(circle("import type { A } from './a.ts'"))).toEqual([])
})

test('the rooms have no cycle, so that types cannot close one between them', () => {
  const reachable = (room: string, seen: Set<string>): Set<string> => {
    for (const next of ROOMS.filter(({ room: name }) => name === room).flatMap(({ may, types = [] }) => [
      ...may,
      ...types,
    ])) {
      if (!seen.has(next)) reachable(next, seen.add(next))
    }
    return seen
  }
  expect(
    ROOMS.map(({ room }) => room).filter((room) => reachable(room, new Set()).has(room) && room !== 'schema'),
  ).toEqual([])
})
