import { modulesOf, type Import, type Module } from './source.ts'
import { isTest, place, type Tree } from './tree.ts'

/**
 * The rooms of the house and which way their arrows may point. A file belongs to the first room whose `in` it begins with.
 * A room may always import itself. `*` stands for one folder name, `types` for imports that vanish when types are stripped.
 */
export const ROOMS: readonly {
  readonly room: string
  readonly in: readonly string[]
  readonly may: readonly string[]
  readonly types?: readonly string[]
  /** Packages and built-in modules; absent: any that package.json names. */
  readonly packages?: readonly string[]
}[] = [
  { room: 'simulation', in: ['actors/runtime/sim/'], may: ['runtime'] },
  { room: 'runtime', in: ['actors/runtime/'], may: [], packages: [] },
  // What is counted anywhere and shown by /metrics.
  { room: 'figures', in: ['figures/'], may: [], packages: [] },
  { room: 'tracing', in: ['tracing/'], may: ['runtime'], packages: ['node:async_hooks'] },
  { room: 'sqlite', in: ['actors/sqlite/'], may: ['runtime'] },
  { room: 'log port', in: ['actors/log/port.ts'], may: ['runtime'], packages: [] },
  // Who gets which partitions: decided by a member of the group that the log is consumed with.
  { room: 'membership', in: ['actors/cluster/membership/'], may: [], packages: [] },
  { room: 'log', in: ['actors/log/'], may: ['runtime', 'log port', 'sqlite', 'membership'] },
  { room: 'store port', in: ['actors/store/port.ts'], may: ['runtime'], packages: [] },
  { room: 'store', in: ['actors/store/'], may: ['runtime', 'store port', 'sqlite'] },
  { room: 'cluster port', in: ['actors/cluster/port.ts'], may: ['runtime', 'store port'], packages: [] },
  {
    room: 'cluster',
    in: ['actors/cluster/'],
    may: ['figures', 'tracing', 'runtime', 'log', 'log port', 'store', 'store port', 'cluster port', 'kinds'],
  },
  {
    room: 'outgoing',
    in: ['actors/outgoing/'],
    may: ['runtime', 'store port', 'schema', 'log'],
    packages: ['node:crypto', 'node:dns/promises', 'kafkajs'],
  },
  // What leaves by TCP, and asks the loop that it comes from.
  {
    room: 'manipulator',
    in: ['actors/manipulator/'],
    may: ['schema'],
    types: ['cluster port', 'outgoing'],
    packages: [],
  },
  { room: 'backup', in: ['actors/backup/'], may: ['runtime', 'sqlite', 'log', 'store'] },
  { room: 'gateway', in: ['actors/gateway/'], may: ['runtime', 'log', 'log port', 'plant', 'schema'] },
  { room: 'kinds', in: ['actors/kinds.ts'], may: ['runtime', 'kind', 'machine', 'plant'], packages: [] },
  // What a kind's records, states and answers look like: the shapes and names that everybody may know.
  { room: 'schema', in: ['actors/*/schema.ts'], may: ['runtime', 'schema'], packages: ['@sinclair/typebox'] },
  // The two kinds that read the same frame as the exhausters do, by the same table of signals.
  {
    room: 'plant',
    in: ['actors/plant/'],
    may: ['runtime', 'schema', 'kind', 'machine'],
    packages: ['@sinclair/typebox'],
  },
  { room: 'machine', in: ['actors/machine/'], may: ['runtime', 'schema', 'kind'], packages: ['@sinclair/typebox'] },
  { room: 'kind', in: ['actors/*/'], may: ['runtime', 'schema'], packages: ['@sinclair/typebox'] },
  {
    room: 'views',
    in: ['views/'],
    may: ['schema'],
    types: ['runtime', 'cluster port', 'store port', 'kind', 'machine', 'plant'],
  },
  {
    room: 'http',
    in: ['http/'],
    may: [
      'figures',
      'tracing',
      'runtime',
      'log port',
      'store port',
      'cluster port',
      'outgoing',
      'kinds',
      'schema',
      'kind',
      'machine',
      'plant',
      'views',
    ],
  },
  // What stands on the command line beside `start`: under main.ts, above the parts.
  { room: 'commands', in: ['commands/'], may: ['root', 'runtime', 'backup', 'store', 'store port', 'http'] },
  { room: 'sims', in: ['sims/'], may: [] },
  { room: 'checks', in: ['checks/'], may: [] },
  { room: 'benchmarks', in: ['bench.ts', 'bench/'], may: ['runtime', 'log', 'store'] },
]

/** Knows every part, and nobody imports it: the composition root and the other files of the top folder. */
const ROOT_ROOM = 'root'

interface Place {
  readonly room: string
  /** Two kinds are two rooms: the folder that stood for `*`. */
  readonly folder: string
}

function placeOf(path: string): Place {
  for (const { room, in: prefixes } of ROOMS) {
    for (const prefix of prefixes) {
      const folder = new RegExp(`^${RegExp.escape(prefix).replace('\\*', '[^/]+')}`).exec(path)?.[0]
      if (folder) return { room, folder: prefix.includes('*') ? folder : '' }
    }
  }
  return { room: ROOT_ROOM, folder: '' }
}

function allowed(from: string, to: Import): boolean {
  const source = placeOf(from)
  if (source.room === ROOT_ROOM) return true
  const room = ROOMS.find(({ room }) => room === source.room)!
  if (!to.ours) return room.packages?.includes(to.target) ?? true
  const target = placeOf(to.target)
  if (target.room === source.room && target.folder === source.folder) return true
  return room.may.includes(target.room) || (to.typeOnly && (room.types?.includes(target.room) ?? false))
}

/** Part of the tests: what several of them stand on. */
const isFixture = (path: string) => path.endsWith('.fixture.ts')

/** Imports that point the wrong way. Tests, benchmarks and their fixtures stand outside and may look into every room; nothing else imports them. */
export function wrongArrows(tree: Tree): string[] {
  const wrong: string[] = []
  for (const { path, source, imports } of modulesOf(tree).values()) {
    const isOutside = isTest(path) || isFixture(path)
    for (const to of imports) {
      if (to.ours && (isTest(to.target) || (isFixture(to.target) && !isOutside))) {
        wrong.push(`${place(path, source, to.index)} imports a test, ${to.target}`)
      } else if (!isOutside && !allowed(path, to)) {
        wrong.push(`${place(path, source, to.index)}: ${placeOf(path).room} may not import ${to.target}`)
      }
    }
  }
  return wrong
}

/**
 * Each cycle once, as the files on it. Imports of types alone do not count: they vanish, and a part may name the type of the whole
 * that it is put into. Between rooms they count, for the arrows of `ROOMS` have no cycle.
 */
export function cycles(tree: Tree): string[] {
  const modules = modulesOf(tree)
  const found = new Map<string, string>()
  const done = new Set<string>()
  const trail: string[] = []
  const visit = ({ path, imports }: Module) => {
    if (done.has(path)) return
    trail.push(path)
    for (const { target, ours, typeOnly } of imports) {
      if (typeOnly) continue
      const at = trail.indexOf(target)
      const next = modules.get(target)
      if (at >= 0) found.set(trail.slice(at).sort().join(), [...trail.slice(at), target].join(' → '))
      else if (ours && next) visit(next)
    }
    trail.pop()
    done.add(path)
  }
  for (const module of modules.values()) visit(module)
  return [...found.values()]
}
