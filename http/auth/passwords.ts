import { Fault } from '../../actors/runtime/index.ts'
import { inTurn } from '../edge/in-turn.ts'

/** Argon2id: memory in KiB, passes. */
export interface HashCost {
  readonly memoryCost: number
  readonly timeCost: number
}

/** OWASP's second choice: 19 MiB, two passes; 60 ms of one core. */
const STRONG: HashCost = { memoryCost: 19_456, timeCost: 2 }

/** Two fill two cores for as long as they run; the rest wait here, and past this number they are told to come back. */
const AT_ONCE = 2
const MOST_WAITING = 200

export interface Passwords {
  hash(password: string): Promise<string>
  /** With `null` for the hash it takes as long, and the answer is false: who is not known cannot be told by time. */
  verify(password: string, hash: string | null): Promise<boolean>
}

export function createPasswords(cost: HashCost = STRONG): Passwords {
  const run = inTurn({ atOnce: AT_ONCE, mostWaiting: MOST_WAITING, refusal: 'Too many log-ins wait.' })
  const make = (password: string) => Bun.password.hash(password, { algorithm: 'argon2id', ...cost })
  let nobodys: Promise<string> | undefined
  const makeNobodys = () =>
    run(() => make(crypto.randomUUID())).catch((error: unknown) => {
      // There was no place to wait: the next one tries again.
      nobodys = undefined
      throw error
    })
  return {
    hash: (password) => run(() => make(password)),
    async verify(password, hash) {
      const against = hash ?? (await (nobodys ??= makeNobodys()))
      const matches = await run(() => Bun.password.verify(password, against))
      return matches && hash !== null
    },
  }
}

const invalid = (message: string) => new Fault('VALIDATION', message, { errors: [{ path: '/password', message }] })

/** Fault VALIDATION when the password is too short, too long to hash at leisure, or holds the e-mail address. */
export function checkPassword(password: string, email: string): void {
  if (Array.from(password).length < 8) throw invalid('The password needs at least 8 characters.')
  if (password.length > 256) throw invalid('The password may have at most 256 characters.')
  if (password.toLowerCase().includes(email)) throw invalid('The password must not contain the e-mail address.')
}
