/** Those who wait until somebody says so; each perhaps for a number of its own. */
export class Waiters<Answer> {
  #waiting: { readonly until: number; readonly resolve: (answer: Answer) => void }[] = []

  wait(until = 0): Promise<Answer> {
    return new Promise((resolve) => void this.#waiting.push({ until, resolve }))
  }

  /** Lets go those whose number is `due`; without it, all. */
  release(answer: Answer, due: (until: number) => boolean = () => true): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = waiting.filter(({ until }) => !due(until))
    for (const { until, resolve } of waiting) if (due(until)) resolve(answer)
  }
}
