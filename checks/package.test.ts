import { expect, test } from 'bun:test'
import { readLock } from './native.ts'
import { packageFaults } from './package.ts'
import { readTree, ROOT } from './tree.ts'

const GOOD = {
  name: 'x',
  version: '1.0.0',
  scripts: { start: 'node run.mjs a', test: 'node run.mjs test', bench: 'node run.mjs b', sim: 'node run.mjs c' },
  dependencies: { a: '1.0.0' },
  devDependencies: { b: '2.0.0' },
}
const LOCK = {
  name: 'x',
  version: '1.0.0',
  packages: {
    '': { dependencies: { a: '1.0.0' }, devDependencies: { b: '2.0.0' } },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', dev: true },
  },
}

test('package.json pins exact versions, has no hook, and the lock file is its own', () => {
  expect(packageFaults(JSON.parse(readTree().get('package.json')!), readLock(ROOT))).toEqual([])
  expect(packageFaults(GOOD, LOCK)).toEqual([])
})

test.each([
  [{ dependencies: { a: '^1.0.0' } }, 'a ^1.0.0 is not an exact version'],
  [{ devDependencies: { b: 'latest' } }, 'b latest is not an exact version'],
  [{ dependencies: { a: '1.0.1' } }, 'a is 1.0.1 here and 1.0.0 in the lock file'],
  [{ dependencies: { a: '1.0.0', c: '1.0.0' } }, 'c is 1.0.0 here and absent in the lock file'],
  [{ dependencies: {} }, 'the lock file was made for other dependencies'],
  [{ scripts: { ...GOOD.scripts, pretest: 'node run.mjs x' } }, 'pretest is a hook'],
  [{ scripts: { ...GOOD.scripts, postinstall: 'node run.mjs x' } }, 'postinstall is a hook'],
  [{ scripts: { ...GOOD.scripts, prepare: 'node run.mjs x' } }, 'prepare is a hook'],
  [{ scripts: { ...GOOD.scripts, start: 'bun main.ts' } }, 'start does not go through run.mjs'],
  [{ scripts: { start: 'node run.mjs a', test: 'node run.mjs t', sim: 'node run.mjs s' } }, 'bench is not there'],
  [{ version: '1.0.1' }, 'the lock file is of another project or version'],
])('package.json with %j: %s', (change, fault) => {
  expect(packageFaults({ ...GOOD, ...change } as typeof GOOD, LOCK)).toContain(fault)
})
