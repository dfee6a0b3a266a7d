const DEADLINE_MS = 5_000

export interface Answer {
  /** 0: there was none, and whether the request was done is not known. */
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly withinMs?: number
}

/** One request, without a second try; it never throws. */
export async function ask(url: string, { method = 'GET', headers = {}, body, withinMs = DEADLINE_MS }: Request = {}) {
  try {
    const answer = await fetch(url, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(withinMs),
      ...(body === undefined ? {} : { body }),
    })
    return { status: answer.status, headers: answer.headers, text: await answer.text() } satisfies Answer
  } catch (error) {
    return { status: 0, headers: new Headers(), text: String(error) } satisfies Answer
  }
}

/** A wait that was too long: the phase, who it was waited for, what was expected and what was there. */
export class TooLong extends Error {}

/** Looks until it is as expected. `look` says what is there, or null when it is as it should be. Fails with {@link TooLong}. */
export async function until(
  phase: string,
  entity: string,
  expected: string,
  withinMs: number,
  look: () => Promise<string | null> | string | null,
): Promise<void> {
  const end = performance.now() + withinMs
  for (;;) {
    const actual = await look()
    if (actual === null) return
    if (performance.now() > end) {
      throw new TooLong(`${phase}: ${entity}: expected ${expected} within ${withinMs / 1000} s, actual: ${actual}`)
    }
    await Bun.sleep(100)
  }
}

/** The actor's own place in the log, of a header like `x-position` or `x-actor-offset`: partition and offset. */
export function placeIn(text: string | null): { partition: number; offset: number } | null {
  const match = /^(\d+)-(-1|\d+)$/.exec(text ?? '')
  return match ? { partition: Number(match[1]), offset: Number(match[2]) } : null
}
