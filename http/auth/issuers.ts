import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import { Fault } from '../../actors/runtime/index.ts'
import type { TrustedIssuer } from './issuer-setting.ts'
import { atLeast, type Role } from './roles.ts'

/** Who a token of another service speaks for: they have no account here. */
export interface Outsider {
  readonly issuer: string
  readonly role: Role
  /** The `sub`; null: the token names nobody. */
  readonly uuid: string | null
  /** Epoch ms. */
  readonly until: number
}

/** How far clocks of two machines may differ. */
const CLOCK_TOLERANCE_S = 30
const LONGEST_SUBJECT = 128
/** Before a key that was not found is looked for again: a forged `kid` must not make requests. */
const LOOK_AGAIN_MS = 30_000
const ANSWER_MS = 3_000
/** An issuer that did not give its keys is asked again after this long: not every request has to wait for it. */
const ASK_AGAIN_MS = 5_000

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** A subject that cannot be kept whole is not cut or replaced: two could become one. Ids of records hold it, on one line. */
const isKeepable = (sub: unknown): boolean =>
  typeof sub === 'string' && sub.length <= LONGEST_SUBJECT && sub.isWellFormed() && !CONTROL.test(sub)

type Claims = JWTPayload & Readonly<Record<string, unknown>>

/** Asks for the keys of an issuer. Fault ISSUER_UNAVAILABLE, for a while without asking. */
function askingFor(name: string, now: () => number): (url: string, options: RequestInit) => Promise<Response> {
  let awayUntil = -Infinity
  return async (url, options) => {
    if (now() >= awayUntil) {
      try {
        const answer = await fetch(url, options)
        if (answer.status === 200) return Response.json(await answer.json())
      } catch {
        // Whatever it was, there are no keys.
      }
      awayUntil = now() + ASK_AGAIN_MS
    }
    const retryAfterS = Math.max(1, Math.ceil((awayUntil - now()) / 1000))
    throw new Fault('ISSUER_UNAVAILABLE', `Whether the token is good cannot be told: ${name} does not give its keys.`, {
      retryAfterS,
    })
  }
}

function keyOf({ name, algorithm, secret, jwksUrl }: TrustedIssuer, now: () => number): JWTVerifyGetKey {
  if (algorithm === 'HS256') {
    const bytes = new TextEncoder().encode(secret)
    return () => bytes as never
  }
  return createRemoteJWKSet(new URL(jwksUrl!), {
    cooldownDuration: LOOK_AGAIN_MS,
    timeoutDuration: ANSWER_MS,
    [customFetch]: askingFor(name, now),
  })
}

/** The greatest role that the claim stands for; undefined: the token has no such claim, or no role that is known here. */
function roleOf(claims: Claims, { rolesClaim, roles }: TrustedIssuer): Role | undefined {
  const claim = Object.hasOwn(claims, rolesClaim) ? claims[rolesClaim] : undefined
  const theirs = typeof claim === 'string' ? [claim] : claim
  if (!Array.isArray(theirs) || !theirs.every((one) => typeof one === 'string')) return undefined
  const names = [...(theirs as string[]), '*']
  const ours = names.flatMap((name) => (Object.hasOwn(roles, name) ? [roles[name]!] : []))
  return ours.reduce<Role | undefined>((most, role) => (most && atLeast(most, role) ? most : role), undefined)
}

/**
 * Verifies tokens of other services. Each issuer has one algorithm and one source of keys, so a token cannot choose how it is checked: `none`,
 * another algorithm, or a public key taken for a secret are nobody. A token without `exp` is good for as long as its secret.
 */
export function createTrustedIssuers(issuers: readonly TrustedIssuer[], now: () => number) {
  const all = issuers.map((issuer) => ({ issuer, key: keyOf(issuer, now) }))

  /** Nobody is asked for the keys of a token that is over or of another issuer, and nobody is told that these are missing. */
  function isWorthAsking({ issuer }: TrustedIssuer, token: string): boolean {
    const { iss, exp } = decodeJwt(token)
    const isOver = typeof exp === 'number' && (exp + CLOCK_TOLERANCE_S) * 1000 <= now()
    return !isOver && (issuer === undefined || iss === issuer)
  }

  async function verifiedBy({ issuer, key }: (typeof all)[number], token: string): Promise<Outsider | undefined> {
    if (!isWorthAsking(issuer, token)) return undefined
    const { payload } = await jwtVerify(token, key, {
      algorithms: [issuer.algorithm],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(now()),
      ...(issuer.issuer === undefined ? {} : { issuer: issuer.issuer }),
      ...(issuer.audience === undefined ? {} : { audience: issuer.audience }),
    })
    const role = roleOf(payload as Claims, issuer)
    if (role === undefined) return undefined
    const { sub, exp } = payload
    if (sub !== undefined && !isKeepable(sub)) return undefined
    const until = exp === undefined ? Infinity : (exp + CLOCK_TOLERANCE_S) * 1000
    return { issuer: issuer.name, role, uuid: sub || null, until }
  }

  return {
    /** Whom the first issuer that the token is of lets it speak for; undefined: none of them. Fault ISSUER_UNAVAILABLE: that is not known. */
    async verify(token: string): Promise<Outsider | undefined> {
      let away: Fault | undefined
      for (const one of all) {
        try {
          const outsider = await verifiedBy(one, token)
          if (outsider) return outsider
        } catch (error) {
          if (error instanceof Fault) away = error
        }
      }
      if (away) throw away
      return undefined
    },
  }
}
export type TrustedIssuers = ReturnType<typeof createTrustedIssuers>
