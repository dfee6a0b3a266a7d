/** Does `work` at once and again and again, `pause` ms after it was done; it must not reject. Returns the way to stop, which waits for the run at hand. */
export function again(work: () => Promise<void>, pause: () => number): () => Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  let running: Promise<void>
  const run = () => {
    running = work().then(() => {
      if (!stopped) timer = setTimeout(run, pause())
    })
  }
  run()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await running
  }
}

/** Of many calls while one is under way all get what one further run gives: it began after each of them asked. */
export function singleFlight(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  return function call(): Promise<void> {
    if (running === undefined) {
      running = work().finally(() => (running = undefined))
      return running
    }
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined
        return call()
      })
    return next
  }
}
