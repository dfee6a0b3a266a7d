import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Files of a project by their path from its root, with `/`. A check takes a tree, so it can be tried on a bad one. */
export type Tree = ReadonlyMap<string, string>

/** The project as it stands on the disk, without what `.gitignore` names; a binary file counts as empty. */
export function readTree(root: string = ROOT): Tree {
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n').filter(Boolean).map(matcher)
  const tree = new Map<string, string>()
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder + entry.name
      if (entry.name === '.git' || ignored.some((matches) => matches(path, entry.isDirectory()))) continue
      if (entry.isDirectory()) walk(`${path}/`)
      else {
        const text = readFileSync(join(root, path), 'utf8')
        tree.set(path, text.includes('\0') ? '' : text)
      }
    }
  }
  walk('')
  return tree
}

/** What of `.gitignore` this project uses: a name or `*.ending`, a leading `/` for the root only, a closing `/` for folders. */
function matcher(line: string): (path: string, folder: boolean) => boolean {
  const onlyFolders = line.endsWith('/')
  const glob = new Bun.Glob(line.replace(/^\/|\/$/g, ''))
  const rooted = line.replace(/\/$/, '').includes('/')
  return (path, folder) => (folder || !onlyFolders) && glob.match(rooted ? path : path.slice(path.lastIndexOf('/') + 1))
}

export const isTest = (path: string) => path.endsWith('.test.ts') || path.endsWith('.bench.ts')

/** `path:line`, as editors and terminals make it a link. */
export const place = (path: string, text: string, index: number) => `${path}:${text.slice(0, index).split('\n').length}`
