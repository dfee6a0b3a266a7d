import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { nativeFiles, productionPackages, readLock } from './native.ts'
import { ROOT } from './tree.ts'

const folder = mkdtempSync(join(tmpdir(), 'windbox-native-'))
afterAll(() => rmSync(folder, { recursive: true }))
const write = (path: string, content: string | Uint8Array) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
}

test('no package of the product brings machine code or a WebAssembly file', () => {
  const packages = productionPackages(ROOT, readLock(ROOT))
  expect(packages).toContain('node_modules/mongodb')
  expect(nativeFiles(ROOT, packages)).toEqual([])
})

// bson holds a WebAssembly module as an array of numbers, for 64-bit multiplication, beside the same in JavaScript. A check of
// files cannot see it; that the product does not need it is shown by taking WebAssembly away.
test('the MongoDB driver encodes and decodes 64-bit numbers without WebAssembly', () => {
  const script = `
    delete globalThis.WebAssembly
    const { BSON, Long } = await import('mongodb')
    const product = Long.fromString('3037000499').multiply(Long.fromString('3037000499'))
    const { n } = BSON.deserialize(BSON.serialize({ n: product }), { promoteLongs: false })
    console.log(typeof WebAssembly, n.toString(), n.divide(Long.fromNumber(7)).toString())`
  const { stdout, stderr } = Bun.spawnSync([process.execPath, '-e', script], { cwd: ROOT })
  expect(stdout.toString().trim() || stderr.toString()).toBe('undefined 9223372030926249001 1317624575846607000')
})

test('machine code is found by its name and by its first bytes, in packages of the product only', () => {
  write('node_modules/a/build/a.node', '')
  write('node_modules/a/lib/libz.so.1.2', '')
  write('node_modules/a/index.js', 'export {}')
  write('node_modules/b/bin/tool', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2]))
  write('node_modules/b/node_modules/c/module.bin', new Uint8Array([0, 0x61, 0x73, 0x6d, 1]))
  write('node_modules/b/empty', '')
  write('node_modules/d/d.wasm', '')
  const lock = {
    name: 'x',
    version: '1.0.0',
    packages: {
      '': {},
      'node_modules/a': {},
      'node_modules/b': { optional: true },
      'node_modules/b/node_modules/c': { peer: true },
      'node_modules/d': { dev: true },
      'node_modules/not-installed-here': { optional: true },
    },
  }
  expect(nativeFiles(folder, productionPackages(folder, lock)).sort()).toEqual([
    'node_modules/a/build/a.node',
    'node_modules/a/lib/libz.so.1.2',
    'node_modules/b/bin/tool (ELF)',
    'node_modules/b/node_modules/c/module.bin (WebAssembly)',
  ])
})
