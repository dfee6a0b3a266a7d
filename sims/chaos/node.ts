import { appendFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Orders } from './inside.ts'
import { freePort, signal } from './process.ts'

const ROOT = join(import.meta.dir, '../..')
const LAST_WORDS = 600

/** The product as a process: started, hurt and asked from outside only. */
export class Node {
  readonly name: string
  readonly port = freePort()
  readonly url = `http://127.0.0.1:${this.port}`
  /** How often it was started. */
  lives = 0
  /** Stopped by SIGSTOP. */
  frozen = false
  readonly #folder: string
  readonly #env: Readonly<Record<string, string>>
  readonly #onEnded: (sentence: string) => void
  #child: Bun.Subprocess | undefined
  #orders: Orders = { skewMs: 0 }
  /** Its end is on purpose. */
  #ending = false

  /** `onEnded` hears of ends that nobody asked for. */
  constructor(options: {
    name: string
    folder: string
    /** By its own address. */
    env: (url: string) => Readonly<Record<string, string>>
    onEnded: (sentence: string) => void
  }) {
    this.name = options.name
    this.#folder = join(options.folder, options.name)
    this.#env = options.env(this.url)
    this.#onEnded = options.onEnded
    mkdirSync(this.#folder, { recursive: true })
  }

  get runs(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  get pid(): number {
    return this.#child?.pid ?? -1
  }

  start(): void {
    if (this.runs) return
    this.#ending = this.frozen = false
    this.lives++
    const [orders, log] = [join(this.#folder, 'orders'), join(this.#folder, 'log')]
    writeFileSync(orders, JSON.stringify({ skewMs: this.#orders.skewMs }))
    appendFileSync(log, `\n== life ${this.lives}\n`)
    const out = openSync(log, 'a')
    // A file that may not grow is an error for the one who writes, as a full disk is, and not its end.
    const command = [process.execPath, '--preload', join(import.meta.dir, 'inside.ts'), join(ROOT, 'main.ts')]
    const child = Bun.spawn(['bash', '-c', 'trap "" XFSZ; exec "$@"', '-', ...command], {
      cwd: ROOT,
      stdio: ['ignore', out, out],
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WINDBOX_'))),
        WINDBOX_PORT: String(this.port),
        WINDBOX_DATA_DIR: join(this.#folder, 'data'),
        CHAOS_ORDERS: orders,
        ...this.#env,
      },
      onExit: (_, code, by) => {
        if (this.#child !== child || this.#ending) return
        this.#onEnded(`${this.name} ended by itself with ${by ?? code}: ${this.lastWords()}`)
      },
    })
    this.#child = child
  }

  lastWords(): string {
    return readFileSync(join(this.#folder, 'log'), 'utf8').slice(-LAST_WORDS).trim()
  }

  /** As a power cut does. */
  async kill(): Promise<void> {
    this.#ending = true
    signal(this.pid, 'SIGKILL')
    await this.#child?.exited
  }

  /** As an orchestrator does. Returns its exit code; it has 15 s. */
  async terminate(): Promise<number> {
    this.#ending = true
    signal(this.pid, 'SIGTERM')
    const late = setTimeout(() => signal(this.pid, 'SIGKILL'), 20_000)
    const code = (await this.#child?.exited) ?? 0
    clearTimeout(late)
    return code
  }

  freeze(): void {
    this.frozen = signal(this.pid, 'SIGSTOP')
  }

  thaw(): void {
    this.frozen = false
    signal(this.pid, 'SIGCONT')
  }

  dropWorker(n: number): void {
    this.#order({ ...this.#orders, drop: n })
  }

  /** For all its lives to come. */
  skewClock(ms: number): void {
    this.#orders = { skewMs: ms }
    this.#order(this.#orders)
  }

  #order(orders: Orders): void {
    writeFileSync(join(this.#folder, 'orders'), JSON.stringify(orders))
    signal(this.pid, 'SIGUSR2')
  }
}
