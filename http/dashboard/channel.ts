import { preciseNow } from '../../tracing/span.ts'
import type { Fragments } from '../../views/layout.ts'

/** One message of the stream: every line of it as data, so that markup may have lines. */
export const event = (data: string, name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}${data
    .split('\n')
    .map((line) => `data: ${line}\n`)
    .join('')}\n`

/** Fragments that replace the elements of their ids, in place, keeping focus. */
const partials = (fragments: Iterable<readonly [string, string]>): string => {
  let text = ''
  for (const [id, markup] of fragments)
    text += `<hx-partial hx-target="#${id}" hx-swap="outerMorph">${markup}</hx-partial>\n`
  return text
}

/** What a viewer's stream is to a channel: a place for text. */
export type Send = (text: string) => void

/** At most two updates a second. */
const PACE_MS = 500
/** A frame changes ten actors, one after another: they are shown together. */
const GATHER_MS = 50

/**
 * One page in one language: its fragments are rendered once, and what changed goes to all who look at it. `render` reads the
 * present; when a touch finds that it cannot, `report` hears of it.
 */
export class Channel {
  readonly #render: () => Promise<Fragments>
  readonly #report: (error: unknown) => void
  readonly #out: (trace: string, beganMs: number, viewers: number) => void
  /** Changes that are followed and not yet shown: when they were heard of, epoch ms. */
  readonly #followed = new Map<string, number>()
  readonly #viewers = new Set<Send>()
  #joining = 0
  #shown = new Map<string, string>()
  #refreshing: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Of the last update that a touch brought, on the clock of `performance`. */
  #touchedAt = -Infinity

  /** `out` hears of changes that are followed, when they have gone out. */
  constructor(
    render: () => Promise<Fragments>,
    report: (error: unknown) => void,
    out: (trace: string, beganMs: number, viewers: number) => void = () => {},
  ) {
    this.#render = render
    this.#report = report
    this.#out = out
  }

  /** Those who look, and those who are about to. */
  get viewers(): number {
    return this.#viewers.size + this.#joining
  }

  /** Sends the present fragments, and from then on each that changes. */
  async join(send: Send): Promise<void> {
    this.#joining++
    try {
      await this.refresh()
      send(event(partials(this.#shown)))
      this.#viewers.add(send)
    } finally {
      this.#joining--
    }
  }

  leave(send: Send): void {
    this.#viewers.delete(send)
    if (this.viewers > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Something may have changed: looks soon, and not again before the pace allows it. `trace`: of the change, where it is followed. */
  touch(trace?: string): void {
    if (trace !== undefined && this.viewers > 0) this.#followed.set(trace, preciseNow())
    if (this.#timer !== undefined || this.viewers === 0) return
    const wait = Math.max(GATHER_MS, this.#touchedAt + PACE_MS - performance.now())
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#touchedAt = performance.now()
      // An update under way may have read the present before the touch.
      const before = this.#refreshing ?? Promise.resolve()
      before.then(() => this.refresh()).catch(this.#report)
    }, wait)
  }

  /** Renders anew and sends what is no longer as it was sent. Many at once render once. */
  refresh(): Promise<void> {
    return (this.#refreshing ??= this.#update().finally(() => (this.#refreshing = undefined)))
  }

  async #update(): Promise<void> {
    const followed = [...this.#followed]
    this.#followed.clear()
    const fragments = await this.#render()
    const changed: [string, string][] = []
    for (const [id, fragment] of fragments) {
      const markup = fragment.toString()
      if (this.#shown.get(id) === markup) continue
      this.#shown.set(id, markup)
      changed.push([id, markup])
    }
    if (changed.length === 0) return
    const text = event(partials(changed))
    for (const send of this.#viewers) send(text)
    for (const [trace, beganMs] of followed) this.#out(trace, beganMs, this.#viewers.size)
  }
}
