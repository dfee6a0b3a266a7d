// Starts the product in a temporary folder and lets schemathesis try its API document out: `node run.mjs bench/fuzz.ts [cases]`.
// Ends with 1 when a check of it failed, or when the last admin is gone.
import { Database } from 'bun:sqlite'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { startProduct } from './product.ts'

const VERSION = '4.32.5'
const CASES = Number(process.argv[2] ?? 3000)
const root = join(import.meta.dir, '..')
const cache = process.env.WINDBOX_TOOLS_CACHE ?? join(homedir(), '.cache', 'windbox')

/** The program, installed where it is missing: once, beside the project. */
function schemathesis(): string {
  const dir = join(cache, `schemathesis-${VERSION}`)
  const program = join(dir, 'bin', 'schemathesis')
  if (!existsSync(program)) {
    mkdirSync(cache, { recursive: true })
    for (const command of [
      ['python3', '-m', 'venv', dir],
      [join(dir, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', `schemathesis==${VERSION}`],
    ]) {
      if (Bun.spawnSync(command, { stdio: ['ignore', 'inherit', 'inherit'] }).exitCode !== 0) {
        throw new Error(`${command.join(' ')} failed`)
      }
    }
  }
  return program
}

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
}

/** Pairs of times of which the first must not be after the second: no schema of OpenAPI can say that. */
const PAIRS = [
  ['from', 'to'],
  ['after', 'before'],
  ['start_date', 'end_date'],
]
/** Operations with another reason to refuse what fits their schema. */
const REFUSES: Record<string, readonly number[]> = {
  // The contract answers a wrong password with 400.
  'POST /auth/jwt/login': [400],
  // Two replaced systems have this path: which parameters are needed depends on whose they are.
  'GET /events': [422],
  // `progress` is at most `total`.
  'POST /api/v1/progresses/films/{film_id}': [422],
  // A loop that sends commands has to know where to.
  'PUT /api/v1/control/loops/{loop}': [422],
  // A topic needs a broker.
  'POST /api/v1/relays': [422],
  // OpenAPI 3.0 has no word for the length of a key.
  'POST /api/v1/data': [422],
  // The new owner has to be a user.
  'PATCH /api/v1/devices/{id}': [422],
}
/** Operations that take many items and answer for each of them: what does not fit is one that was rejected, and the answer is 202. */
const MANY = ['POST /api/v1/data', 'POST /api/v1/events', 'POST /api/v1/control/loops/{loop}/readings']

/** What a valid request may be answered with where the schema cannot say all of it. */
function exceptions(paths: Record<string, Record<string, Operation>>): string {
  // No text has a NUL: what the document says once, at its beginning.
  const lines = ['[generation]', 'allow-x00 = false', '']
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { parameters = [] }] of Object.entries(methods)) {
      const name = `${method.toUpperCase()} ${path}`
      const names = parameters.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name)
      const ordered = PAIRS.some((pair) => pair.every((one) => names.includes(one)))
      const more = [...(REFUSES[name] ?? []), ...(ordered ? [400, 422] : [])]
      const many = MANY.includes(name)
      if (more.length === 0 && !many) continue
      lines.push('[[operations]]', `include-name = ${JSON.stringify(name)}`)
      if (many) lines.push('checks.negative_data_rejection.expected-statuses = [202, "4xx"]')
      const expected = ['2xx', '3xx', 401, 403, 404, 409, 429, '5xx', ...more]
      lines.push(`checks.positive_data_acceptance.expected-statuses = ${JSON.stringify(expected)}`, '')
    }
  }
  return lines.join('\n')
}

/** How many of the answers had which class of status: a fuzz whose token had died would be clean, and all 401. */
async function classes(url: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const counts: Record<string, number> = {}
  for (const [, status, n] of text.matchAll(
    /^windbox_http_request_duration_seconds_count\{.*status="(\d+)".*\} (\d+)$/gm,
  )) {
    const name = status === '401' ? '401' : `${status![0]}xx`
    counts[name] = (counts[name] ?? 0) + Number(n)
  }
  return counts
}

function activeAdmins(folder: string): number {
  const store = new Database(join(folder, 'data', 'store.sqlite'), { readonly: true })
  try {
    return store
      .query<{ body: string }, []>("SELECT body FROM documents WHERE collection = 'users'")
      .all()
      .map(({ body }) => JSON.parse(body) as { role: string; is_active: boolean })
      .filter(({ role, is_active }) => role === 'admin' && is_active).length
  } finally {
    store.close()
  }
}

const program = schemathesis()
/** Where relays of the fuzz lead: nothing of it leaves the machine. Answers with the status that the path names. */
const sink = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: ({ url }) => new Response(null, { status: Number(new URL(url).pathname.slice(1)) || 404 }),
})
const product = await startProduct({
  env: { WINDBOX_REGISTRATION: 'open', WINDBOX_PLANT: 'synthetic', WINDBOX_ALLOW_PRIVATE_RELAYS: 'true' },
})
try {
  const { paths } = (await (await fetch(`${product.url}/swagger/json`)).json()) as {
    paths: Record<string, Record<string, Operation>>
  }
  writeFileSync(join(product.folder, 'schemathesis.toml'), exceptions(paths))
  const operations = Object.values(paths).reduce((sum, methods) => sum + Object.keys(methods).length, 0)
  const run = Bun.spawn(
    [
      program,
      'run',
      `${product.url}/swagger/json`,
      ...['--url', product.url, '--phases', 'coverage,fuzzing'],
      ...['--max-examples', String(Math.ceil(CASES / operations))],
      ...['--seed', '1', '--workers', '1', '--generation-database', 'none', '--warnings', 'off', '--no-color'],
      // A stream does not end: its own tests read it.
      ...['--exclude-path', '/api/v1/live'],
      ...['--exclude-checks', 'unsupported_method', '--request-timeout', '10', '--max-failures', '40'],
      ...process.argv.slice(3),
    ],
    {
      cwd: product.folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        PYTHONPATH: join(root, '.ci', 'schemathesis'),
        SCHEMATHESIS_HOOKS: 'hooks',
        FUZZ_URL: product.url,
        FUZZ_SINK: `http://127.0.0.1:${sink.port}`,
        FUZZ_DATA: join(product.folder, 'data'),
        FUZZ_COMMAND: JSON.stringify([process.execPath, join(root, 'main.ts')]),
      },
    },
  )
  let said = ''
  const text = new TextDecoder()
  for await (const piece of run.stdout) {
    const part = text.decode(piece, { stream: true })
    said += part
    process.stdout.write(part)
  }
  const code = await run.exited
  const cases = Number(/Test cases:\s*(?:\n\s*)?([\d,]+) generated/.exec(said)?.[1]?.replaceAll(',', '') ?? 0)
  const answers = await classes(product.url)
  const admins = activeAdmins(product.folder)
  const verdict = code === 0 ? 'clean' : `schemathesis ended with ${code}`
  console.log(`fuzz: answers ${JSON.stringify(answers)}, active admins left ${admins}`)
  console.log(`fuzz: ${cases} cases over ${operations} operations, ${verdict}`)
  const faults = [
    ...(code === 0 ? [] : [verdict]),
    ...(cases < CASES ? [`fewer cases than ${CASES}`] : []),
    ...(admins === 0 ? ['the last admin is gone'] : []),
    ...((answers['2xx'] ?? 0) < cases / 5 ? ['hardly any request was let in'] : []),
  ]
  for (const fault of faults) console.log(`fuzz: ${fault}`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  await product.remove()
  await sink.stop(true)
}
