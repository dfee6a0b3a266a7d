import { expect, test } from 'bun:test'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './tree.ts'

/** The output of one of Bun's own tools where it found something, else ''. */
function complaints(command: string[], cwd = ROOT): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, ...command], {
    cwd,
    env: { ...process.env, NO_COLOR: '1' },
  })
  return exitCode === 0 ? '' : `${stdout}${stderr}`.trim() || `exit ${exitCode}`
}

/** A folder with the project's own settings and one file. */
function withFile(name: string, text: string, run: (folder: string) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'windbox-types-'))
  try {
    for (const settings of ['tsconfig.json', 'bunfig.toml', 'package.json'])
      cpSync(join(ROOT, settings), join(folder, settings))
    writeFileSync(join(folder, name), text)
    run(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('the types fit everywhere', () => {
  expect(complaints(['check'])).toBe('')
}, 60_000)

test('every file is formatted', () => {
  expect(complaints(['fmt', '--check'])).toBe('')
})

test.each([
  ["export const a: number = 'b'", 'TS2322'],
  ['export const first = (list: number[]): number => list[0]', 'TS2322'],
  ['const unused = 1\nexport {}', 'TS6133'],
  ['export enum E { A }', 'TS1294'],
])('%s is an error of types', (text, code) => {
  withFile('a.ts', `${text}\n`, (folder) => expect(complaints(['check', '--types=', 'a.ts'], folder)).toContain(code))
})

test.each([
  ['a.ts', 'const a = "b";\n'],
  ['a.json', '{"a":1}'],
  ['a.css', 'a{color:red}'],
  ['a.md', '*  a\n\n\n\n* b'],
  ['a.mjs', 'a( )'],
])('%s that holds %j is not formatted', (name, text) => {
  withFile(name, text, (folder) => expect(complaints(['fmt', '--check', name], folder)).not.toBe(''))
})
