import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockDataDir } from './lock.ts'

const taken = expect.objectContaining({ code: 'DATA_DIR_LOCKED' })

test('a data directory is open once in a process, and free again when it is let go', () => {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-lock-'))
  const release = lockDataDir(join(dir, 'data'))
  expect(() => lockDataDir(join(dir, 'data'))).toThrow(taken)
  lockDataDir(join(dir, 'other'))()
  release()
  lockDataDir(join(dir, 'data'))()
  rmSync(dir, { recursive: true })
})

test('another process is kept out until this one is gone, even when that was killed', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-lock-'))
  const hold = `import { lockDataDir } from ${JSON.stringify(join(import.meta.dir, 'lock.ts'))}
    globalThis.release = lockDataDir(${JSON.stringify(dir)}); console.log('held'); setInterval(() => {}, 1000)`
  const child = Bun.spawn([process.execPath, '-e', hold], { stdout: 'pipe' })
  const { value } = await child.stdout.getReader().read()
  expect(new TextDecoder().decode(value)).toBe('held\n')
  expect(() => lockDataDir(dir)).toThrow(taken)
  child.kill('SIGKILL')
  await child.exited
  lockDataDir(dir)()
  rmSync(dir, { recursive: true })
})
