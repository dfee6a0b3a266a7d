import type { Actor, Timer } from './actor.ts'
import type { Append } from './ports.ts'
import type { NewRecord } from './record.ts'
import { Wakes } from './wakes.ts'

/** Type of the record that a due timer becomes; its value is {@link TimerRecord}. */
export const TIMER = '$timer'

export interface TimerRecord {
  readonly name: string
  readonly due: number
}

/**
 * Turns due timers into records of their actors. The record decides nothing: when it is applied, the timer runs only if it is
 * still armed with that very due time, so a record too many is harmless and a lost answer may be tried again.
 */
export class AlarmClock {
  readonly #wakes = new Wakes()
  /** Address and name → due time of the record that is in the log and not applied yet. */
  readonly #appended = new Map<string, number>()

  get size(): number {
    return this.#wakes.size
  }

  schedule(address: string, due: number): void {
    this.#wakes.schedule(address, due)
  }

  scheduleAll(actor: Actor): void {
    for (const { due } of actor.timers?.values() ?? []) this.schedule(actor.address, due)
  }

  /** The record of this timer has come. */
  arrived(address: string, { name, due }: TimerRecord): void {
    const key = `${address}\t${name}`
    if (this.#appended.get(key) === due) this.#appended.delete(key)
  }

  /**
   * Appends the records of all timers that are due, once each. `look` gives an actor, from memory or for this moment. Whatever
   * does not get into the log comes again at the next ring.
   */
  async ring(
    now: number,
    look: (addresses: readonly string[]) => Promise<Actor[]>,
    append: Append,
    repeat = true,
  ): Promise<void> {
    const taken = this.#wakes.take(now)
    if (taken.length === 0) return
    const actors = await look(taken).catch(() => undefined)
    if (actors === undefined) return taken.forEach((address) => this.schedule(address, now))
    const due: { address: string; name: string; timer: Timer }[] = []
    for (const { address, quarantine, timers } of actors) {
      // A quarantined actor's timers wait for its release.
      if (quarantine !== undefined) continue
      for (const [name, timer] of timers ?? []) {
        if (timer.due > now) this.schedule(address, timer.due)
        else if (this.#appended.get(`${address}\t${name}`) !== timer.due) due.push({ address, name, timer })
      }
    }
    if (due.length === 0) return
    const answers = await append(due.map(({ address, name, timer }) => timerRecord(address, name, timer.due))).catch(
      () => undefined,
    )
    due.forEach(({ address, name, timer }, i) => {
      if (answers?.[i]) this.#appended.set(`${address}\t${name}`, timer.due)
      else if (repeat) this.schedule(address, timer.due)
    })
  }
}

const timerRecord = (key: string, name: string, due: number): NewRecord => ({
  key,
  type: TIMER,
  value: JSON.stringify({ name, due } satisfies TimerRecord),
})
