// Runs in a node before the product (`bun --preload`), and brings the two faults that no signal from outside can: at SIGUSR2 it reads the
// file that CHAOS_ORDERS names, ends a Worker, or lets the clock jump for all threads. The product knows nothing of it.
import { readFileSync } from 'node:fs'

/** What stands in the file. */
export interface Orders {
  /** How far the clock goes wrong from now on. */
  readonly skewMs: number
  /** End a Worker, the n-th of those that live, counted round. */
  readonly drop?: number
}

const TrueDate = globalThis.Date
const trueNow = TrueDate.now.bind(TrueDate)
const channel = new BroadcastChannel('chaos')
const read = (): Orders => JSON.parse(readFileSync(process.env.CHAOS_ORDERS!, 'utf8')) as Orders
let skewMs = read().skewMs

globalThis.Date = new Proxy(TrueDate, {
  construct: (_, given: unknown[], target) =>
    Reflect.construct(TrueDate, given.length === 0 ? [trueNow() + skewMs] : given, target) as object,
  apply: () => new TrueDate(trueNow() + skewMs).toString(),
})
TrueDate.now = () => trueNow() + skewMs

if (Bun.isMainThread) {
  const living = new Set<Worker>()
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL, options: WorkerOptions = {}) {
      super(url, { ...options, preload: [import.meta.path] })
      // One that is still being loaded is left alone: Bun does not survive its end.
      this.addEventListener('message', () => living.add(this), { once: true })
      this.addEventListener('close', () => living.delete(this))
    }
  }
  process.on('SIGUSR2', () => {
    const orders = read()
    channel.postMessage((skewMs = orders.skewMs))
    if (orders.drop === undefined || living.size === 0) return
    const worker = [...living][orders.drop % living.size]!
    living.delete(worker)
    worker.terminate()
  })
} else {
  channel.onmessage = ({ data }: MessageEvent<number>) => (skewMs = data)
}
channel.unref()
