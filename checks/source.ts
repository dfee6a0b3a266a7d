import { dirname, join } from 'node:path/posix'
import type { Tree } from './tree.ts'

/** Words after which a `/` begins a regular expression and not a division. */
const BEFORE_REGEXP =
  /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|void|delete|throw|new|else|await|yield))\s*$/

/**
 * The same text, its comments and the insides of its strings, templates and regular expressions turned into blanks: what is
 * left is code, at the places where it was.
 */
export function codeOnly(source: string): string {
  let out = ''
  let i = 0
  /** For each template that we are inside of: how many braces are open in its `${…}`. */
  const templates: number[] = []
  const blankTo = (end: number) => {
    out += source.slice(i, end).replace(/[^\n]/g, ' ')
    i = end
  }
  const keep = (count = 1) => {
    out += source.slice(i, i + count)
    i += count
  }
  const template = () => {
    const stop = find(source, i, (char, at) => char === '`' || (char === '$' && source[at + 1] === '{'))
    blankTo(stop)
    if (source[i] === '$') {
      templates.push(0)
      keep(2)
    } else keep()
  }
  while (i < source.length) {
    const char = source[i]!
    const next = source[i + 1]
    if (char === '/' && next === '/') blankTo(find(source, i, (c) => c === '\n'))
    else if (char === '/' && next === '*') {
      const end = source.indexOf('*/', i + 2)
      blankTo(end < 0 ? source.length : end + 2)
    } else if (char === "'" || char === '"') {
      keep()
      blankTo(find(source, i, (c) => c === char || c === '\n'))
      keep()
    } else if (char === '`') {
      keep()
      template()
    } else if (char === '/' && BEFORE_REGEXP.test(out.slice(-40))) {
      keep()
      let set = false
      const end = find(source, i, (c) => {
        if (c === '[') set = true
        else if (c === ']') set = false
        return c === '\n' || (c === '/' && !set)
      })
      blankTo(end)
      keep()
    } else if (templates.length > 0 && char === '{') {
      templates[templates.length - 1]!++
      keep()
    } else if (templates.length > 0 && char === '}') {
      keep()
      if (templates[templates.length - 1]!-- === 0) {
        templates.pop()
        template()
      }
    } else keep()
  }
  return out
}

/** Index of the first character from `from` on, escaped ones left out, that is the one looked for; else the end. */
function find(text: string, from: number, wanted: (char: string, at: number) => boolean): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (wanted(text[at]!, at)) return at
  }
  return text.length
}

export interface Import {
  /** Path in the tree for one of our files, else the name of a package (`node:fs`, `elysia`, `@scope/name`). */
  readonly target: string
  readonly ours: boolean
  /** Vanishes when types are stripped: `import type`, `export type … from`. */
  readonly typeOnly: boolean
  /** Names taken from the target; `*` for all of them. */
  readonly names: readonly string[]
  /** For a re-export: name there → name here; `*` for `export * from`. */
  readonly reexports?: ReadonlyMap<string, string>
  readonly index: number
}

export interface Module {
  readonly path: string
  readonly source: string
  readonly code: string
  readonly imports: readonly Import[]
  /** Name → where it is declared; a name declared as a type and a value stands once, as a value. */
  readonly exports: ReadonlyMap<string, { index: number; type: boolean }>
}

const NAME = String.raw`[A-Za-z_$][\w$]*`
const IMPORT = new RegExp(
  String.raw`\bimport\s+(?<type>type\s+(?!from\b))?(?<clause>(?:${NAME}\s*,\s*)?(?:\{[^}]*\}|\*\s*as\s+${NAME})|${NAME})\s*from\s*['"]`,
  'g',
)
const REEXPORT = new RegExp(
  String.raw`\bexport\s+(?<type>type\s+)?(?<clause>\{[^}]*\}|\*(?:\s*as\s+${NAME})?)\s*from\s*['"]`,
  'g',
)
/** Imports for their side effects, dynamic ones, and what is asked of a package by its path. */
const WHOLE = /\b(?:import\s*\(?|import\.meta\.resolve\s*\()\s*['"]/g
/** Files that are started or read by their place: Workers, children, assets. */
const PLACED = /\b(?:new\s+URL\s*\(|import\.meta\.dir\s*,)\s*['"]/g
const DECLARATION = new RegExp(
  String.raw`\bexport\s+(?:default\s+)?(?:declare\s+|abstract\s+|async\s+)*(?<what>const|let|function\s*\*?|class|interface|type)\s+(?<name>${NAME})`,
  'g',
)
const LIST = /\bexport\s+(?<type>type\s+)?(?:const\s*)?\{(?<list>[^}]*)\}(?!\s*from\b)/g

/** Reads what a file imports and exports. */
export function parseModule(path: string, source: string, tree: Tree): Module {
  const code = codeOnly(source)
  const imports: Import[] = []
  const specifierAfter = (match: RegExpMatchArray) => /[^'"]*/.exec(source.slice(match.index! + match[0].length))![0]
  const fileAt = (specifier: string) => join(dirname(path), specifier)
  const target = (match: RegExpMatchArray) => {
    const specifier = specifierAfter(match)
    const ours = /^\.\.?\//.test(specifier)
    return { target: ours ? fileAt(specifier) : packageOf(specifier), ours }
  }
  for (const match of code.matchAll(IMPORT)) {
    const { type, clause } = match.groups!
    const space = /\*\s*as\s+(?<name>[\w$]+)/.exec(clause!)?.groups?.name
    const names = space ? namesBehind(space, code) : listed(clause!).map(([there]) => there)
    if (/^[\w$]/.test(clause!)) names.push('default')
    imports.push({ ...target(match), typeOnly: type !== undefined, names, index: match.index })
  }
  for (const match of code.matchAll(REEXPORT)) {
    const { type, clause } = match.groups!
    const all = /^\*\s*$/.test(clause!)
    const reexports = new Map(all ? [['*', '*']] : listed(clause!))
    const names = clause!.startsWith('*') && !all ? ['*'] : []
    imports.push({ ...target(match), typeOnly: type !== undefined, names, reexports, index: match.index })
  }
  for (const match of code.matchAll(WHOLE)) {
    imports.push({ ...target(match), typeOnly: false, names: ['*'], index: match.index })
  }
  for (const match of code.matchAll(PLACED)) {
    const file = fileAt(specifierAfter(match))
    if (tree.has(file)) imports.push({ target: file, ours: true, typeOnly: false, names: ['*'], index: match.index })
  }
  const exports = new Map<string, { index: number; type: boolean }>()
  const declare = (name: string, index: number, type: boolean) => {
    const before = exports.get(name)
    exports.set(name, { index, type: type && (before?.type ?? true) })
  }
  for (const match of code.matchAll(DECLARATION)) {
    const { what, name } = match.groups!
    declare(match[0].includes('default') ? 'default' : name!, match.index, what === 'interface' || what === 'type')
  }
  for (const match of code.matchAll(LIST)) {
    for (const [, here] of listed(match.groups!.list!)) declare(here, match.index, match.groups!.type !== undefined)
  }
  return { path, source, code, imports, exports }
}

/** `{ a, type b as c }` → [[a, a], [b, c]]: the name in the other file, the name here. */
function listed(clause: string): [string, string][] {
  const inner = /\{(?<list>[^}]*)\}/.exec(clause)?.groups?.list ?? (clause.includes('*') ? '' : clause)
  return inner
    .split(',')
    .map((item) => item.trim().replace(/^type\s+/, ''))
    .filter(Boolean)
    .map((item) => {
      const [there, here] = item.split(/\s+as\s+|\s*:\s*/)
      return [there!, here ?? there!]
    })
}

/** Which names of a namespace import are used; all of them when it is handed on as a whole. */
function namesBehind(space: string, code: string): string[] {
  const uses = [...code.matchAll(new RegExp(String.raw`(?<!\bas\s+|\.)\b${space}\b(?:\s*\.\s*(?<name>[\w$]+))?`, 'g'))]
  return uses.some(({ groups }) => !groups!.name) ? ['*'] : uses.map(({ groups }) => groups!.name!)
}

const packageOf = (specifier: string) =>
  /^(?:node|bun):/.test(specifier) ? specifier : specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')

export const isSource = (path: string) => /\.(ts|mjs)$/.test(path)

/** Every source file of the tree, parsed. */
export const modulesOf = (tree: Tree): Map<string, Module> =>
  new Map([...tree].filter(([path]) => isSource(path)).map(([path, text]) => [path, parseModule(path, text, tree)]))
