import { drainMicrotasks } from 'bun:jsc'
import { GUARDS, runWorld, type AllGuards } from './world.ts'

const USAGE = `npm run sim -- --seeds N [--from S]   runs N worlds, from seed S on
npm run sim -- --seed S [--without GUARD]   tells the story of one world
npm run sim -- --mutations [--seeds N] [--from S]   switches off each guard in turn; each must be caught within N worlds`

/** Wrong seeds that are named; one is enough to begin with. */
const MOST_SHOWN = 10

const options = new Map<string, string>()
for (let i = 2; i < process.argv.length; i++) {
  const [name, value] = [process.argv[i]!, process.argv[i + 1]]
  const hasValue = value !== undefined && !value.startsWith('--')
  options.set(name, hasValue ? value : '')
  if (hasValue) i++
}

const numberOf = (name: string, otherwise: number): number => {
  const value = Number(options.get(name) ?? otherwise)
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} takes a whole number`)
  return value
}

if (options.has('--seed')) process.exit(story(numberOf('--seed', 0), options.get('--without')))
if (options.has('--mutations')) process.exit(mutations(numberOf('--seeds', 20_000), numberOf('--from', 1)))
if (options.has('--seeds')) process.exit(many(numberOf('--seeds', 1000), numberOf('--from', 1)))
console.log(USAGE)
process.exit(2)

function story(seed: number, without: string | undefined): number {
  if (without !== undefined && !(without in GUARDS))
    throw new RangeError(`${without} is none of ${Object.keys(GUARDS)}`)
  const guards = without === undefined ? {} : { [without]: false }
  const wrong = runWorld({ seed, drain: drainMicrotasks, guards, tell: (line) => console.log(line) })
  for (const sentence of wrong) console.log(sentence)
  console.log(wrong.length === 0 ? `seed ${seed} comes out right` : `seed ${seed} comes out wrong`)
  return wrong.length === 0 ? 0 : 1
}

function many(seeds: number, from: number): number {
  const started = performance.now()
  let failed = 0
  for (let seed = from; seed < from + seeds; seed++) {
    const wrong = runWorld({ seed, drain: drainMicrotasks })
    if (wrong.length === 0) continue
    if (++failed > MOST_SHOWN) continue
    console.log(`seed ${seed} comes out wrong: ${wrong[0]!.split('\n')[0]}\n  npm run sim -- --seed ${seed}`)
  }
  const seconds = (performance.now() - started) / 1000
  console.log(`${seeds} seeds, ${failed} wrong, ${Math.round(seeds / seconds)} seeds/s`)
  return failed === 0 ? 0 : 1
}

function mutations(most: number, from: number): number {
  let needless = 0
  for (const guard of Object.keys(GUARDS) as (keyof AllGuards)[]) {
    let seed = from
    let wrong: string[] = []
    for (; wrong.length === 0 && seed < from + most; seed++) {
      wrong = runWorld({ seed, drain: drainMicrotasks, guards: { [guard]: false } })
    }
    if (wrong.length === 0) needless++
    const outcome = wrong.length === 0 ? `NOT caught in ${most} seeds` : `caught after ${seed - from} seeds`
    console.log(`${guard.padEnd(26)} ${outcome}${wrong.length === 0 ? '' : `: ${wrong[0]!.slice(0, 120)}`}`)
  }
  return needless === 0 ? 0 : 1
}
