// Runs all tests, and says at the end how many were skipped and what was not there for them: `npm test`. Its arguments go to `bun test`.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './tree.ts'

const { WINDBOX_KAFKA_BROKERS, WINDBOX_MONGODB_URL } = process.env

/** What some tests need, and whether it is there. */
const NEEDED: readonly { readonly what: string; readonly isThere: boolean }[] = [
  {
    what: 'the servers of the cluster edition (WINDBOX_KAFKA_BROKERS and WINDBOX_MONGODB_URL, which `.ci/services start` prints)',
    isThere: Boolean(WINDBOX_KAFKA_BROKERS && WINDBOX_MONGODB_URL),
  },
  { what: 'a browser (chromium)', isThere: existsSync('/usr/bin/chromium') },
  { what: "the plant's recorded stream", isThere: existsSync(join(ROOT, '..', 'shared', 'data')) },
  ...['openssl', 'promtool', 'docker-compose', 'prlimit'].map((tool) => ({
    what: tool,
    isThere: Bun.which(tool) !== null,
  })),
]

const child = Bun.spawn([process.execPath, 'test', '--parallel', '--timeout', '30000', ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: ['inherit', 'inherit', 'pipe'],
  env: { ...process.env, ...(process.stderr.isTTY && { FORCE_COLOR: '1' }) },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))

let tail = ''
for await (const chunk of child.stderr) {
  process.stderr.write(chunk)
  tail = (tail + new TextDecoder().decode(chunk)).slice(-2_000)
}
const skipped = Number(/^\D*(\d+) skip\b/m.exec(tail)?.[1] ?? 0)
const missing = NEEDED.filter(({ isThere }) => !isThere).map(({ what }) => what)
if (skipped > 0) {
  const why = missing.length === 0 ? 'what they need is not here' : `not there: ${missing.join(', ')}`
  console.error(`${skipped} tests were skipped; ${why}`)
}
process.exit(await child.exited)
