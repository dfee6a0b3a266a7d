/** An actor's viewers hear of its changes no more often. */
const NOTICE_EVERY_MS = 500

/**
 * Tells of changes: the first time at once, then at most twice a second, and all that came meanwhile together. `look` says that there may be
 * some. A clock that is set back delays nobody by more than the half second.
 */
export function changeNotices<Change>(parts: {
  take: () => Change[]
  tell: (changes: readonly Change[]) => void
  nowMs: () => number
}) {
  const { take, tell, nowMs } = parts
  let last = -Infinity
  let timer: ReturnType<typeof setTimeout> | null = null
  const look = () => {
    timer = null
    const changes = take()
    if (changes.length === 0) return
    last = nowMs()
    tell(changes)
  }
  return {
    look() {
      const wait = Math.min(NOTICE_EVERY_MS, last + NOTICE_EVERY_MS - nowMs())
      if (wait <= 0) look()
      else timer ??= setTimeout(look, wait)
    },
  }
}
