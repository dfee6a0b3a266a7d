/** Does `work` again and again, each time `pause` ms after it was done; it must not reject. Returns the way to stop, which waits for the run at hand. */
export function again(pause: number | (() => number), work: () => Promise<unknown>): () => Promise<void> {
  let timer: ReturnType<typeof setTimeout>
  let stopped = false
  let running = Promise.resolve()
  const plan = () => {
    timer = setTimeout(
      () => {
        running = work().then(() => {
          if (!stopped) plan()
        })
      },
      typeof pause === 'number' ? pause : pause(),
    )
  }
  plan()
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
