// Runs every `*.bench.ts` and prints what it found against its goal: `npm run bench -- [--only ID] [--quick] [--json FILE]`.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { GOALS } from './bench/goals.ts'
import type { Said } from './bench/one.ts'

const { values: flags } = parseArgs({
  options: {
    /** One benchmark by its id. */
    only: { type: 'string' },
    /** Small counts, no goals: shows that all benchmarks run. */
    quick: { type: 'boolean', default: false },
    /** Where the rows go as an array of JSON objects. */
    json: { type: 'string' },
  },
})

const rows: ReturnType<typeof rowOf>[] = []
const failures: string[] = []
const skipped: string[] = []
const seen = new Set<string>()

for (const file of [...new Bun.Glob('**/*.bench.ts').scanSync('.')]
  .filter((path) => !path.startsWith('node_modules/'))
  .sort()) {
  for await (const said of measured(file)) {
    seen.add(said.id)
    if ('skipped' in said) {
      skipped.push(said.id)
      console.log(`${said.id.padEnd(14)} skipped: ${said.skipped}`)
    } else if ('failure' in said) {
      failures.push(`${said.id} could not be measured: ${said.failure}`)
      console.error(`!! ${failures.at(-1)}`)
    } else {
      const row = rowOf(said)
      rows.push(row)
      console.log(lineOf(row, said.figure.note))
    }
  }
}
for (const id of flags.only ? [flags.only] : Object.keys(GOALS)) {
  if (!seen.has(id)) failures.push(`${id} has no benchmark`)
}
if (flags.json) {
  rmSync(flags.json, { force: true })
  await Bun.write(flags.json, `${JSON.stringify(rows, null, 2)}\n`)
}
if (skipped.length > 0) console.log(`\n${skipped.length} skipped: ${skipped.join(', ')}`)
const missed = rows.filter(({ met }) => met === false)
if (flags.quick)
  console.log(`\n${rows.length} benchmarks ran; --quick measures too little to say whether goals are met`)
else
  console.log(
    `\n${rows.length} measured, ${missed.length} missed${missed.length > 0 ? `: ${missed.map(({ id }) => id).join(', ')}` : ''}`,
  )
for (const failure of failures) console.error(`!! ${failure.split('\n')[0]}`)
process.exit(failures.length > 0 ? 1 : 0)

/** The benchmarks of a file as they are measured. A process that dies on the way is a failure of the file. */
async function* measured(file: string): AsyncGenerator<Said> {
  const child = Bun.spawn(
    [
      process.execPath,
      '--no-orphans',
      join(import.meta.dir, 'bench/one.ts'),
      file,
      flags.only ?? '',
      flags.quick ? 'quick' : '',
    ],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    },
  )
  let rest = ''
  for await (const chunk of Bun.file(child.stdio[3]!).stream().pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    for (const line of lines) yield JSON.parse(line) as Said
  }
  const code = await child.exited
  if (code !== 0) failures.push(`${file} ended with ${code}`)
}

function rowOf(said: Said & { figure: { value: number; ratio?: number } }) {
  const { id, work, unit, yardstick, figure } = said
  const bound = GOALS[id]
  const measure = figure.ratio ?? figure.value
  const met = bound && !flags.quick ? ('atLeast' in bound ? measure >= bound.atLeast : measure <= bound.atMost) : null
  const goal = bound ? ('atLeast' in bound ? `≥ ${bound.atLeast}` : `≤ ${bound.atMost}`) : null
  return { id, work, value: figure.value, unit, yardstick: yardstick ?? null, ratio: figure.ratio ?? null, goal, met }
}

function lineOf(row: ReturnType<typeof rowOf>, note: string | undefined): string {
  const { id, work, value, unit, yardstick, ratio, goal, met } = row
  const columns = [
    id.padEnd(14),
    `${value >= 100 ? Math.round(value) : Number(value.toPrecision(3))} ${unit}`.padEnd(22),
    (ratio === null ? '' : `ratio ${ratio.toFixed(2)}`).padEnd(11),
    (goal ? `goal ${goal}` : '').padEnd(12),
    (met === null ? '' : met ? 'met' : 'MISSED').padEnd(7),
    work + (yardstick ? ` ÷ ${yardstick}` : ''),
  ]
  return columns.join(' ') + (note ? `\n${' '.repeat(15)}${note}` : '')
}
