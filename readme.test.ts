import { expect, test } from 'bun:test'
import { cpSync, mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { SETTINGS } from './config.ts'

const readme = readFileSync(join(import.meta.dir, 'README.md'), 'utf8')

test('the README lists every setting with its default', () => {
  const rows = [...readme.matchAll(/^\| `((?:WINDBOX|OTEL)_\w+)` *\| (.+?) *\| (.+?) *\|$/gm)].map(
    ([, ...cells]) => cells,
  )
  const settings = Object.entries(SETTINGS).map(([name, one]) => {
    const { shown, default: value, description } = one as { shown?: string; default: unknown; description: string }
    return [name, shown ?? String(value), description]
  })
  expect(rows).toEqual(settings)
})

/** The code block that follows the first mention of a file. */
function codeOf(path: string): string {
  const block = readme.slice(readme.indexOf(`\`${path}\``)).match(/```ts\n([\s\S]*?)```/)?.[1]
  if (!block) throw new Error(`the README shows no code for ${path}`)
  return block
}

test('whoever follows the README has a new kind of actor with one folder and one line', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'windbox-readme-'))
  try {
    for (const part of [
      'actors',
      'http',
      'views',
      'sims',
      'commands',
      'command-line.ts',
      'config-error.ts',
      'config.ts',
      'data-dir.ts',
      'editions',
      'figures',
      'http-config.ts',
      'logger.ts',
      'main.ts',
      'package.json',
      'sources.ts',
      'tracing',
      'tsconfig.json',
    ]) {
      cpSync(join(import.meta.dir, part), join(copy, part), {
        recursive: true,
        filter: (path) => !/\.(test|bench|fixture)\.ts$/.test(path),
      })
    }
    symlinkSync(join(import.meta.dir, 'node_modules'), join(copy, 'node_modules'))
    for (const name of ['schema', 'actor', 'actor.test']) {
      const path = `actors/lamp/${name}.ts`
      mkdirSync(join(copy, dirname(path)), { recursive: true })
      writeFileSync(join(copy, path), codeOf(path))
    }
    const registry = join(copy, 'actors/kinds.ts')
    const [imported, , list, entry] = codeOf('actors/kinds.ts').split('\n')
    const before = readFileSync(registry, 'utf8')
    const after = `${imported}\n${before.replace(list!, `${list}\n${entry}`)}`
    expect(after).not.toBe(`${imported}\n${before}`)
    writeFileSync(registry, after)

    const types = Bun.spawnSync([process.execPath, 'check'], { cwd: copy })
    expect(types.stdout.toString() + types.stderr.toString()).toContain('No type errors')
    const run = Bun.spawnSync([process.execPath, 'test', 'actors/lamp'], { cwd: copy })
    expect(run.stderr.toString()).toContain(' 1 pass')
    expect(run.exitCode).toBe(0)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}, 30_000)
