const LOOK_EVERY_MS = 500
/** So many looks are remembered: more than lie between two scrapes. */
const LOOKS = 120

/** How late timers of this thread come: what every answer waits for before its own work begins. */
export function watchLoop(now: () => number = () => performance.now()) {
  const late = new Float64Array(LOOKS)
  let looks = 0
  let dueAt = now() + LOOK_EVERY_MS
  const timer = setInterval(() => {
    const at = now()
    late[looks++ % LOOKS] = Math.max(0, at - dueAt) / 1000
    dueAt = at + LOOK_EVERY_MS
  }, LOOK_EVERY_MS)
  timer.unref()
  return {
    /** The worst of the last minute, seconds. */
    worst: () => Math.max(...late),
    stop: () => clearInterval(timer),
  }
}
