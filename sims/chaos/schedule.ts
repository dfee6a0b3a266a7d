import { createRandom } from './random.ts'

/** What is done to the system, as verbs. Each ends with everything running again; what it held for stands in {@link Fault.hold}. */
export const VERBS = [
  'kill node',
  'freeze node',
  'drop worker',
  'rolling restart',
  'jump clock',
  'fill node disk',
  'kill broker',
  'freeze broker',
  'fill broker disk',
  'kill leader',
  'kill mongod',
  'freeze mongod',
  'fill mongod disk',
] as const
export type Verb = (typeof VERBS)[number]

export interface Fault {
  readonly verb: Verb
  /** Which node, broker or partition, counted round. */
  readonly target: number
  /** 0 … 1 of what the verb may hold: how long it is down, how far the clock jumps. */
  readonly hold: number
}

/** Faults that begin together; the next step waits until the system is well again. */
export type Step = readonly Fault[]

/** What there is to be hurt. */
export interface Ground {
  /** Whether nodes have a broker and a mongod of this run beside them. */
  readonly servers: boolean
  readonly brokers: number
  /** Whether nodes store anything themselves. */
  readonly disks: boolean
}

/** How often a verb comes, against the others. Those that take everything down for seconds come less often. */
const WEIGHTS: Readonly<Record<Verb, number>> = {
  'kill node': 6,
  'freeze node': 4,
  'drop worker': 4,
  'rolling restart': 1,
  'jump clock': 2,
  'fill node disk': 2,
  'kill broker': 2,
  'freeze broker': 1,
  'fill broker disk': 1,
  'kill leader': 4,
  'kill mongod': 3,
  'freeze mongod': 1,
  'fill mongod disk': 1,
}
/** Of all steps, those of two faults at once. */
const PAIRS = 0.75

const isFor = (verb: Verb, { servers, brokers, disks }: Ground): boolean => {
  if (verb === 'fill node disk') return disks
  if (verb === 'kill leader') return servers && brokers > 1
  return servers || !/broker|mongod/.test(verb)
}

/** What a verb hurts: two faults of one step hurt two different things. */
const kindOf = (verb: Verb): 'nodes' | 'brokers' | 'mongod' =>
  /mongod/.test(verb) ? 'mongod' : /broker|leader/.test(verb) ? 'brokers' : 'nodes'

/** So many faults in steps. Each verb that can be comes once before any comes again by chance, so that a short run has them all. */
export function scheduleOf(faults: number, seed: number, ground: Ground): Step[] {
  const random = createRandom(seed, 'schedule')
  const able = VERBS.filter((verb) => isFor(verb, ground))
  const bag = able.flatMap((verb) => Array<Verb>(WEIGHTS[verb]).fill(verb))
  const first = able.map((verb) => ({ verb, at: random.next() })).sort((a, b) => a.at - b.at)
  const draw = (): Verb => first.pop()?.verb ?? random.pick(bag)
  const faultOf = (verb: Verb): Fault => ({ verb, target: Math.floor(random.next() * 1e6), hold: random.next() })
  const steps: Step[] = []
  for (let left = faults; left > 0;) {
    const one = faultOf(draw())
    const isElse = (verb: Verb) => kindOf(verb) !== kindOf(one.verb)
    const others = bag.filter(isElse)
    const isPair = random.next() < PAIRS && left > 1 && others.length > 0
    const unseen = first.findIndex(({ verb }) => isElse(verb))
    const other = () => (unseen < 0 ? random.pick(others) : first.splice(unseen, 1)[0]!.verb)
    steps.push(isPair ? [one, faultOf(other())] : [one])
    left -= isPair ? 2 : 1
  }
  return steps
}
