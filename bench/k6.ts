// Runs a scenario of sims/k6 with the real k6 and holds what is stored against what was acknowledged:
//
//     npm run k6 -- NAME [--short] [--url URL --token TOKEN]
//
// Without a URL it starts the product in a temporary folder. Ends with 1 when a threshold is crossed or an acknowledged write is lost
// or stored twice.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LEDGERS, type Book } from './ledger.ts'
import { startProduct } from './product.ts'

const root = join(import.meta.dir, '..')
const names = Object.keys(LEDGERS)
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, url: { type: 'string' }, token: { type: 'string' } },
})
const name = positionals[0] ?? ''
if (!names.includes(name) || positionals.length !== 1) {
  console.error(`npm run k6 -- ${names.join('|')} [--short] [--url URL --token TOKEN]`)
  process.exit(2)
}

/** The program, built where it is missing. */
function k6(): string {
  const { exitCode, stdout } = Bun.spawnSync([join(root, '.ci/k6/install')], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (exitCode !== 0) throw new Error('k6 cannot be built')
  return stdout.toString().trim()
}

interface Target {
  readonly url: string
  readonly token: string
  close(): Promise<void>
}

async function target(): Promise<Target> {
  const { url, token } = values
  if (url !== undefined) return { url: url.replace(/\/+$/, ''), token: token ?? '', close: async () => {} }
  const product = await startProduct({ env: { WINDBOX_PLANT: name === 'exhausters' ? 'synthetic' : 'off' } })
  return { url: product.url, token: product.token, close: () => product.remove() }
}

const program = k6()
const scratch = mkdtempSync(join(tmpdir(), 'windbox-k6-'))
const { url, token, close } = await target()
try {
  const book: Book = { url, token, run: String(Date.now()), began: new Date() }
  const summaryFile = join(scratch, 'summary.json')
  const settings = { URL: url, TOKEN: token, SHORT: String(values.short), RUN: book.run, SUMMARY: summaryFile }
  const run = Bun.spawn(
    [
      ...[program, 'run', '--no-usage-report', '--quiet'],
      ...Object.entries(settings).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
      join(root, 'sims', 'k6', `${name}.ts`),
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const code = await run.exited
  const summary = JSON.parse(readFileSync(summaryFile, 'utf8')) as {
    metrics: Record<string, { values: Record<string, number> }>
    setup_data?: unknown
  }
  const counted = (metric: string) => summary.metrics[metric]?.values.count ?? 0
  const [accepted, unanswered] = [counted('accepted'), counted('unanswered')]
  const { good, sentence } = await LEDGERS[name]!(book, { accepted, unanswered, setup: summary.setup_data })
  console.log(`${name}: ${code === 0 ? 'thresholds hold' : `k6 ended with ${code}`}; ${sentence}`)
  process.exitCode = code === 0 && good ? 0 : 1
} finally {
  await close()
  rmSync(scratch, { recursive: true, force: true })
}
