import { ask, type Answer, type Request } from './asking.ts'
import type { Node } from './node.ts'

export const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' }
/** Of 15 min that a token lives. Clocks go wrong by up to a minute. */
const RENEW_MS = 5 * 60_000

/** Asks nodes as the admin, whoever of them issued the token. */
export function createSession(nodes: readonly Node[]) {
  let token = ''
  let since = -Infinity
  let renewing: Promise<void> | undefined

  async function renew(): Promise<void> {
    for (const { url } of nodes) {
      const form = new URLSearchParams({ username: ADMIN.email, password: ADMIN.password })
      const answer = await ask(`${url}/auth/jwt/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      })
      if (answer.status !== 200) continue
      token = (JSON.parse(answer.text) as { access_token: string }).access_token
      since = performance.now()
      return
    }
  }

  return {
    /** As {@link ask}; a 401 is for the caller to try again. */
    async ask(node: Node, path: string, request: Request = {}): Promise<Answer> {
      if (performance.now() - since > RENEW_MS) await (renewing ??= renew().finally(() => (renewing = undefined)))
      const headers = { authorization: `Bearer ${token}`, ...request.headers }
      const answer = await ask(node.url + path, { ...request, headers })
      if (answer.status === 401) since = Math.min(since, performance.now() - RENEW_MS + 1_000)
      return answer
    },
  }
}
export type Session = ReturnType<typeof createSession>
