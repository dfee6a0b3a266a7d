import { basename } from 'node:path/posix'
import { isSource, modulesOf, type Module } from './source.ts'
import { isTest, place, type Tree } from './tree.ts'

/** What only tests and benchmarks need may stand here, and nowhere else: a part that nothing else reaches is dead. */
const FOR_TESTS =
  /(?:^|\/)(?:conformance|fixtures?|fresh)(?:\/.*)?\.ts$|[.-](?:fixture|conformance)\.ts$|(?:^|[/-])test-kit\.ts$|^(?:checks|bench)\//

/** What the runner of benchmarks takes from each of its files, and k6 from a scenario. */
const TAKEN_BY_RUNNER = (path: string, name: string) =>
  path.endsWith('.bench.ts')
    ? name === 'benches'
    : path.startsWith('sims/k6/') && ['options', 'setup', 'handleSummary'].includes(name)

/** Where commands stand that name a file to run: such a file is a root beside the tests. Prose only counts where it is a command. */
const SCRIPTS = /^(?:package\.json|\.ci\/.*|docker-compose\.yml|Dockerfile)$/
const COMMAND = /\b(?:run\.mjs|node|bun|k6 run)\s[^`\n]*/g

/** Parts that stand in the tree, with all their tests, before the composition root starts them. An entry that is started, or gone, is a fault. */
const AWAITED: readonly string[] = []

/** Files that a person, a script or the test runner starts. */
function rootsOf(tree: Tree): { started: string[]; tests: string[] } {
  const scripts = [...tree]
    .filter(([path]) => SCRIPTS.test(path) || path.endsWith('.md'))
    .map(([path, text]) => (SCRIPTS.test(path) ? text : (text.match(COMMAND)?.join('\n') ?? '')))
    .join('\n')
  const sources = [...tree.keys()].filter(isSource)
  const started = sources.filter((path) =>
    new RegExp(String.raw`(?<![\w-]|\w/)(?:\./)?${RegExp.escape(path)}(?!\w)`).test(scripts),
  )
  return { started, tests: sources.filter(isTest) }
}

function reach(from: readonly string[], modules: ReadonlyMap<string, Module>): Set<string> {
  const reached = new Set<string>()
  const todo = [...from]
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    if (reached.has(path)) continue
    reached.add(path)
    for (const { target, ours } of modules.get(path)?.imports ?? []) if (ours) todo.push(target)
  }
  return reached
}

/** Source files that nothing starts or imports, files that only tests reach, and other files that nothing names. */
export function unusedFiles(tree: Tree, awaited: readonly string[] = AWAITED): string[] {
  const modules = modulesOf(tree)
  const { started, tests } = rootsOf(tree)
  const running = reach(started, modules)
  const product = reach([...started, ...awaited], modules)
  const all = reach([...started, ...awaited, ...tests], modules)
  const unused = awaited
    .filter((path) => running.has(path) || !tree.has(path))
    .map((path) => `${path} still counts as awaited`)
  for (const path of tree.keys()) {
    if (isSource(path)) {
      if (!all.has(path)) unused.push(`${path} is not used`)
      else if (!product.has(path) && !isTest(path) && !FOR_TESTS.test(path))
        unused.push(`${path} is used by tests only`)
    } else if (/\.(?:css|js|svg|html|woff2|csv|json|ndjson|txt)$/.test(path) && path.includes('/')) {
      const name = basename(path)
      if (![...tree].some(([other, text]) => other !== path && text.includes(name)))
        unused.push(`${path} is not named anywhere`)
    }
  }
  return unused
}

/**
 * Exports that nothing imports. What only tests import is used when its own file uses it too (a seam: the test looks at a
 * piece of the whole) and the test stands in the folder; a type is used when its own file says it in another type.
 */
export function unusedExports(tree: Tree, awaited: readonly string[] = AWAITED): string[] {
  const modules = modulesOf(tree)
  const { started } = rootsOf(tree)
  const product = reach([...started, ...awaited], modules)
  const uses = usesOf(modules)
  const unused: string[] = []
  for (const { path, source, code, exports } of modules.values()) {
    for (const [name, { index, type }] of exports) {
      if (TAKEN_BY_RUNNER(path, name) || awaited.includes(path)) continue
      const users = uses.get(`${path} ${name}`) ?? new Set()
      const usedByProduct = [...users].some((user) => !isTest(user) && (product.has(user) || FOR_TESTS.test(user)))
      if (usedByProduct || (users.size > 0 && FOR_TESTS.test(path))) continue
      const usedHere =
        [...code.matchAll(new RegExp(String.raw`(?<![\w$])${RegExp.escape(name)}(?![\w$])`, 'g'))].length > 1
      const folder = path.slice(0, path.lastIndexOf('/') + 1)
      const seam = [...users].some((user) => user.startsWith(folder))
      if (usedHere && (type || seam)) continue
      unused.push(`${place(path, source, index)} ${name} ${users.size > 0 ? 'is used by tests only' : 'is not used'}`)
    }
  }
  return unused
}

/** `path name` → the files that take that export, through every re-export. */
function usesOf(modules: ReadonlyMap<string, Module>): Map<string, Set<string>> {
  const uses = new Map<string, Set<string>>()
  const use = (path: string, name: string, user: string, seen: ReadonlySet<string>) => {
    const module = modules.get(path)
    const key = `${path} ${name}`
    if (!module || seen.has(key)) return
    const trail = new Set(seen).add(key)
    const names = name === '*' ? [...module.exports.keys()] : [name]
    for (const one of names) {
      const users = uses.get(`${path} ${one}`) ?? new Set()
      uses.set(`${path} ${one}`, users.add(user))
    }
    for (const { target, ours, reexports } of module.imports) {
      if (!ours || !reexports) continue
      for (const [there, here] of reexports) {
        if (there === '*') use(target, name, user, trail)
        else if (here === name || name === '*') use(target, there, user, trail)
      }
    }
  }
  for (const { path, imports } of modules.values()) {
    for (const { target, ours, names } of imports)
      if (ours) for (const name of names) use(target, name, path, new Set())
  }
  return uses
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** The runtime itself, named in run.mjs, and the types of what it and k6 bring along: never imported by their names. */
const TOOLS = new Set(['bun', '@types/bun', '@types/k6'])
/** Packages of package.json that no code names, product code that needs a development package, and packages that it does not name. */
export function unusedPackages(tree: Tree): string[] {
  const { dependencies, devDependencies } = JSON.parse(tree.get('package.json')!) as Manifest
  const modules = [...modulesOf(tree).values()]
  const outside = (path: string) => isTest(path) || FOR_TESTS.test(path)
  const names =
    (name: string) =>
    ({ source }: Module) =>
      new RegExp(String.raw`['"\`/]${RegExp.escape(name)}['"\`/]`).test(source)
  const wrong: string[] = []
  for (const name of Object.keys(dependencies)) {
    if (!modules.some((module) => !outside(module.path) && names(name)(module))) {
      wrong.push(`${name} is not used by the product`)
    }
  }
  for (const name of Object.keys(devDependencies)) {
    if (!TOOLS.has(name) && !modules.some(names(name))) wrong.push(`${name} is not used`)
  }
  for (const { path, source, imports } of modules) {
    for (const { target, ours, typeOnly, index } of imports) {
      if (ours || /^(?:node|bun):|^(?:bun|k6)$/.test(target) || target in dependencies) continue
      if (!(target in devDependencies)) wrong.push(`${place(path, source, index)} ${target} is not in package.json`)
      else if (!outside(path) && !typeOnly)
        wrong.push(`${place(path, source, index)} ${target} is a development package`)
    }
  }
  return wrong
}
