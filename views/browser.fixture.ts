import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Subprocess } from 'bun'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))
export const ADMIN = { email: 'admin@plant.example', password: 'correct horse battery staple' }
export const DESK = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }
/** Every page has to look right in both themes, at a desk and in the hand. */
export const LOOKS = [
  ['light', DESK],
  ['dark', DESK],
  ['light', PHONE],
  ['dark', PHONE],
] as const
const PATIENCE_MS = 30_000
/** For a test in a browser, on a slow machine. */
export const LONG = 120_000

/** Tests in a browser are skipped where there is none. */
export const noBrowser = !existsSync(CHROMIUM)

/** Waits for something that is there at last; the failure says what was, and what else is known. */
export async function until<T>(
  what: string,
  find: () => T | Promise<T>,
  known: () => unknown = () => '',
  patienceMs = PATIENCE_MS,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const found = await find()
    if (found) return found
    if (Date.now() > deadline) throw new Error(`waited ${patienceMs} ms for ${what}; ${String(known())}`)
    await Bun.sleep(50)
  }
}

/** The product as people start it, with a plant, and a browser in front of it. */
export interface Stage {
  readonly url: string
  /** A person at a browser; `wrong` collects what a page must not do. */
  person(options?: BrowserContextOptions): Promise<{ page: Page; wrong: string[] }>
  /** Ends the server without a word, as a failure of power would. */
  kill(): Promise<void>
  /** Starts it again, at the same address. */
  start(): Promise<void>
  close(): Promise<void>
}

/** Opens a stage with a data directory of its own, and with these settings besides; `close` removes everything. */
export async function openStage(settings: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), 'windbox-browser-'))
  let url = ''
  let server: Subprocess<'ignore', 'pipe', 'pipe'>

  async function start(): Promise<void> {
    server = Bun.spawn([process.execPath, MAIN], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WINDBOX_'))),
        WINDBOX_DATA_DIR: dir,
        WINDBOX_PORT: url ? new URL(url).port : '0',
        WINDBOX_ADMIN_EMAIL: ADMIN.email,
        WINDBOX_ADMIN_PASSWORD: ADMIN.password,
        WINDBOX_PLANT: 'synthetic',
        WINDBOX_WORKERS: '1',
        ...settings,
      },
    })
    let output = ''
    for (const stream of [server.stdout, server.stderr]) {
      void (async () => {
        for await (const chunk of stream.pipeThrough(new TextDecoderStream())) output += chunk
      })()
    }
    url = await until(
      'the server to listen',
      () => /listening on (http:\S+)/.exec(output)?.[1],
      () => output,
    )
    await until(
      'the server to be ready',
      async () => (await fetch(`${url}/health/ready`).catch(() => null))?.ok,
      () => output,
    )
  }

  async function endServer(): Promise<void> {
    server.kill()
    await server.exited
    await rm(dir, { recursive: true, force: true })
  }

  let browser: Browser
  try {
    await start()
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
  } catch (error) {
    await endServer()
    throw error
  }

  return {
    get url() {
      return url
    },
    async person(options = {}) {
      const context = await browser.newContext({ baseURL: url, viewport: DESK, locale: 'en-US', ...options })
      context.setDefaultTimeout(PATIENCE_MS)
      const page = await context.newPage()
      const wrong: string[] = []
      page.on('console', (message) => message.type() === 'error' && wrong.push(`console: ${message.text()}`))
      page.on('pageerror', (error) => wrong.push(`error: ${error.message}`))
      page.on('request', (request) => new URL(request.url()).origin !== url && wrong.push(`request: ${request.url()}`))
      return { page, wrong }
    },
    async kill() {
      server.kill('SIGKILL')
      await server.exited
    },
    start,
    async close() {
      await browser.close()
      await endServer()
    },
  }
}

/** Goes to a page by way of the log-in. */
export async function logIn(page: Page, path = '/dashboard'): Promise<void> {
  await page.goto(path)
  await page.fill('input[name=username]', ADMIN.email)
  await page.fill('input[name=password]', ADMIN.password)
  await page.click('form button')
  await page.waitForURL((at) => at.pathname === path.split('?')[0])
}

/** The newest frame that the page shows. */
const frame = (page: Page) => page.locator('#clock [data-age]').getAttribute('datetime')

export async function nextFrame(page: Page): Promise<void> {
  const seen = await frame(page)
  await until(
    'a newer frame',
    async () => (await frame(page)) !== seen,
    () => seen,
  )
}

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[]
}

/** What stands seriously in the way of anyone, as axe finds it. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(await Bun.file(AXE).text())
  const found = (await page.evaluate('axe.run(document)')) as { violations: Violation[] }
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
    )
}

/** {@link violations}, and whether something runs over the page's sides. */
export async function flaws(page: Page): Promise<string[]> {
  const found = await violations(page)
  const width = await page.evaluate('document.documentElement.scrollWidth')
  const room = page.viewportSize()!.width
  return width === room ? found : [...found, `${width} pixels wide, where ${room} are seen`]
}
