import { SignJWT, jwtVerify } from 'jose'
import { Fault } from '../../actors/runtime/index.ts'
import type { User } from './accounts.ts'
import type { SigningKeys } from './signing-keys.ts'

export const ACCESS_TOKEN_S = 15 * 60
const AUDIENCE = 'windbox'

/** What a good token says. `until`: epoch ms. */
export interface Claims {
  readonly sub: string
  readonly sid: string
  readonly until: number
}

/** EdDSA JWTs of this system. `issuer` is its public origin. */
export function createAccessTokens(keys: SigningKeys, issuer: string, now: () => number) {
  return {
    async issue(user: Pick<User, 'uuid' | 'role'>, sid: string): Promise<string> {
      const { kid, signs } = await keys.signing()
      const iat = Math.floor(now() / 1000)
      return await new SignJWT({ role: user.role, sid })
        .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'JWT' })
        .setSubject(user.uuid)
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setIssuedAt(iat)
        .setExpirationTime(iat + ACCESS_TOKEN_S)
        .sign(signs)
    },

    /**
     * Strict: EdDSA only, a key of our own set, our issuer and audience, every claim there. undefined for anything else. The role
     * in the token is for other services; here the account decides.
     */
    async verify(token: string): Promise<Claims | undefined> {
      try {
        const { payload } = await jwtVerify(
          token,
          async ({ kid }) => {
            const key = typeof kid === 'string' ? await keys.find(kid) : undefined
            if (key === undefined) throw new Error('not a key of ours')
            return key
          },
          {
            algorithms: ['EdDSA'],
            issuer,
            audience: AUDIENCE,
            requiredClaims: ['sub', 'sid', 'iat', 'exp', 'role'],
            currentDate: new Date(now()),
          },
        )
        const { sub, sid, exp } = payload
        if (typeof sub !== 'string' || typeof sid !== 'string' || typeof exp !== 'number') return undefined
        return { sub, sid, until: exp * 1000 }
      } catch (error) {
        // The store being away is no verdict on the token.
        if (error instanceof Fault) throw error
        return undefined
      }
    },
  }
}
export type AccessTokens = ReturnType<typeof createAccessTokens>
