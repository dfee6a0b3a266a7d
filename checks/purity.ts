import { modulesOf } from './source.ts'
import { isTest, place, type Tree } from './tree.ts'

/** What comes from outside a turn: time, chance, environment, input and output. */
const IMPURE: readonly [pattern: RegExp, name: string][] = [
  [/\bDate\s*\.\s*now\b/g, 'the clock'],
  [/\bnew\s+Date\s*\(\s*\)|\bnew\s+Date\b(?!\s*\()|(?<!new\s+|[.\w$])Date\s*\(/g, 'the clock'],
  [/\bperformance\b\s*\./g, 'the clock'],
  [/\bMath\s*\.\s*random\b/g, 'chance'],
  [/\bcrypto\b\s*\./g, 'chance'],
  [/\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/g, 'the event loop'],
  [/\bprocess\b\s*\./g, 'the process'],
  [/\bBun\b\s*[.[]/g, 'the process'],
  [/\bimport\s*\.\s*meta\b/g, 'the process'],
  [/\bglobalThis\b/g, 'the process'],
  [/\b(?:console|navigator|localStorage)\b\s*\./g, 'output'],
  [/(?<![.\w$])(?:fetch|alert|prompt)\s*\(/g, 'the network'],
  [/\bnew\s+(?:WebSocket|Worker|EventSource|BroadcastChannel|XMLHttpRequest)\b/g, 'the network'],
]

/** The command line of the simulator is the one file in the core that talks to a terminal. */
const OUTSIDE = 'actors/runtime/sim/main.ts'

/** Folders whose code must be a function of its arguments: the core, and every folder that defines a kind of actor. */
export function pureFolders(tree: Tree): string[] {
  const kinds = [...modulesOf(tree).values()]
    .filter(({ path, code }) => /^actors\/[^/]+\//.test(path) && !isTest(path) && /\bdefineActor\s*[(<]/.test(code))
    .map(({ path }) => path.split('/', 2).join('/'))
  return [...new Set(['actors/runtime', ...kinds])]
}

/** Places in the pure folders where something else than the arguments decides. */
export function impurities(tree: Tree): string[] {
  const folders = pureFolders(tree)
  const found: string[] = []
  for (const { path, source, code, imports } of modulesOf(tree).values()) {
    if (isTest(path) || path === OUTSIDE || !folders.some((folder) => path.startsWith(`${folder}/`))) continue
    for (const [pattern, name] of IMPURE) {
      for (const { 0: text, index } of code.matchAll(pattern))
        found.push(`${place(path, source, index)} ${text.trim()}: ${name}`)
    }
    for (const { target, ours, typeOnly, index } of imports) {
      if (!ours && !typeOnly && /^(?:node|bun):/.test(target)) {
        found.push(`${place(path, source, index)} ${target}: input and output`)
      }
    }
  }
  return found
}
