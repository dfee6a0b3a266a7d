import { TokenBucket } from '../edge/token-bucket.ts'
import type { Role } from './roles.ts'

/** Who sends a request. Made once per verified token and kept with it. */
export interface Identity {
  /** null: nobody; only public endpoints answer. */
  readonly role: Role | null
  /** The integer id, or null for the anonymous role. */
  readonly user: number | null
  /** The token's `sub`. */
  readonly uuid: string | null
  readonly email: string | null
  /** Session, or '' without one. */
  readonly sid: string
  /** Epoch ms after which the token is worth nothing. */
  readonly until: number
  /** Shared by all tokens of one user. */
  readonly bucket: TokenBucket
}

/** Nobody has proved to be anybody. */
export const NOBODY: Identity = {
  role: null,
  user: null,
  uuid: null,
  email: null,
  sid: '',
  until: Infinity,
  bucket: new TokenBucket(Infinity),
}
