// Measures the benchmarks of one file, in a process of its own, and says each figure as a line of JSON on descriptor 3.
import { writeSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Bench, Figure } from './bench.ts'
import { servers } from './servers.ts'

/** What goes from here to bench.ts. */
export type Said = Omit<Bench, 'measure'> & ({ figure: Figure } | { failure: string } | { skipped: string })

const [file, only, quick] = process.argv.slice(2)
const { benches } = (await import(resolve(file!))) as { benches?: readonly Bench[] }
if (!Array.isArray(benches)) throw new Error(`${file} exports no benches`)

for (const { measure, ...about } of benches as readonly Bench[]) {
  if (only && about.id !== only) continue
  const say = (said: Said) => writeSync(3, `${JSON.stringify(said)}\n`)
  if (about.needs === 'servers' && !servers()) {
    say({ ...about, skipped: 'WINDBOX_KAFKA_BROKERS and WINDBOX_MONGODB_URL are not set' })
    continue
  }
  try {
    const figure = await measure({ quick: quick === 'quick' })
    if (![figure.value, figure.ratio ?? 1].every(Number.isFinite)) throw new Error(`no number: ${Bun.inspect(figure)}`)
    say({ ...about, figure })
  } catch (error) {
    say({ ...about, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}
process.exit(0)
