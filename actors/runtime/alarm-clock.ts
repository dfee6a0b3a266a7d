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
  /** Address and name → the record of this timer that is under way into the log, or in it and not applied yet. */
  readonly #appended = new Map<string, { due: number; offset: number }>()

  get size(): number {
    return this.#wakes.size
  }

  /** No timer is due before this, epoch ms; Infinity when none is armed. */
  get next(): number {
    return this.#wakes.next
  }

  schedule(address: string, due: number): void {
    this.#wakes.schedule(address, due)
  }

  scheduleAll(actor: Actor): void {
    for (const { due } of actor.timers?.values() ?? []) this.schedule(actor.address, due)
  }

  /**
   * Appends the records of all timers that are due, once each. `look` gives actors, from memory or for this moment; `position` is
   * where the partition is now. Whatever does not get into the log comes again at the next ring.
   */
  async ring(
    now: number,
    look: (addresses: readonly string[]) => Promise<Actor[]>,
    append: Append,
    position: () => number,
    repeat = true,
  ): Promise<void> {
    const taken = this.#wakes.take(now)
    if (taken.length === 0) return
    const actors = await look(taken).catch(() => undefined)
    if (actors === undefined) return taken.forEach((address) => this.schedule(address, now))
    for (const [key, { offset }] of this.#appended) if (offset < position()) this.#appended.delete(key)
    const due: { address: string; name: string; timer: Timer }[] = []
    for (const { address, quarantine, timers } of actors) {
      // A quarantined actor's timers wait for its release.
      if (quarantine !== undefined) continue
      for (const [name, timer] of timers ?? []) {
        if (timer.due > now) this.schedule(address, timer.due)
        else if (this.#appended.get(`${address}\t${name}`)?.due !== timer.due) due.push({ address, name, timer })
      }
    }
    if (due.length === 0) return
    // Before the append: its record may be applied before its answer is here.
    for (const { address, name, timer } of due) {
      this.#appended.set(`${address}\t${name}`, { due: timer.due, offset: Infinity })
    }
    const answers = await append(due.map(({ address, name, timer }) => timerRecord(address, name, timer.due))).catch(
      () => undefined,
    )
    due.forEach(({ address, name, timer }, i) => {
      const offset = answers?.[i]?.offset
      if (offset !== undefined) this.#appended.set(`${address}\t${name}`, { due: timer.due, offset })
      else {
        this.#appended.delete(`${address}\t${name}`)
        if (repeat) this.schedule(address, timer.due)
      }
    })
  }
}

const timerRecord = (key: string, name: string, due: number): NewRecord => ({
  key,
  type: TIMER,
  value: JSON.stringify({ name, due } satisfies TimerRecord),
})
