import { ROLES, type Role } from './roles.ts'

const ALGORITHMS = ['HS256', 'EdDSA', 'ES256', 'RS256'] as const

/** Another service whose tokens are taken here. The setting WINDBOX_TRUSTED_ISSUERS is a list of these. */
export interface TrustedIssuer {
  /** Tells its users from those of others, in ids of events and in the journal. For ever the same. */
  readonly name: string
  /** What `iss` must be; absent: tokens need no `iss`. */
  readonly issuer?: string
  /** What `aud` must hold; absent: it is not looked at. */
  readonly audience?: string
  /** The one algorithm that its tokens are signed with. */
  readonly algorithm: (typeof ALGORITHMS)[number]
  /** HS256: the shared secret, as text. */
  readonly secret?: string
  /** The others: where its public keys are. */
  readonly jwksUrl?: string
  /** The claim that holds the roles, a text or a list; `roles` by default. */
  readonly rolesClaim: string
  /** What a role of theirs is here; of several the greatest counts. `*` stands for any, and for a token with an empty list. */
  readonly roles: Readonly<Record<string, Role>>
}

const FIELDS = ['name', 'issuer', 'audience', 'algorithm', 'secret', 'jwks_url', 'roles_claim', 'roles']
const SHORTEST_SECRET = 8

/**
 * The issuers in the text of WINDBOX_TRUSTED_ISSUERS: a JSON list of
 * `{name, algorithm, secret | jwks_url, roles, roles_claim?, issuer?, audience?}`. Throws a sentence that completes "WINDBOX_TRUSTED_ISSUERS …".
 */
export function readIssuers(text: string): readonly TrustedIssuer[] {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    throw 'must be JSON: a list of issuers'
  }
  if (!Array.isArray(list)) throw 'must be a JSON list of issuers'
  const issuers = list.map(readIssuer)
  if (new Set(issuers.map(({ name }) => name)).size < issuers.length) throw 'must give each issuer a name of its own'
  return issuers
}

function readIssuer(one: unknown): TrustedIssuer {
  if (one === null || typeof one !== 'object' || Array.isArray(one)) throw 'must be a list of objects'
  const fields = one as Record<string, unknown>
  const unknown = Object.keys(fields).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined) throw `has an issuer with the field ${unknown}, which is none of ${FIELDS.join(', ')}`
  const { name } = fields
  if (typeof name !== 'string' || !/^[\w.-]{1,40}$/.test(name)) {
    throw 'must give each issuer a name of letters, digits, dots and dashes'
  }
  const say = (sentence: string) => `has the issuer ${name}, which must have ${sentence}`
  const textOf = (field: string): string | undefined => {
    const value = fields[field]
    if (value !== undefined && (typeof value !== 'string' || value === '')) throw say(`a text for ${field}`)
    return value as string | undefined
  }
  const [issuer, audience, secret, jwksUrl] = ['issuer', 'audience', 'secret', 'jwks_url'].map(textOf)
  const algorithm = ALGORITHMS.find((known) => known === fields.algorithm)
  if (algorithm === undefined) throw say(`one algorithm of ${ALGORITHMS.join(', ')}`)
  if (algorithm === 'HS256') {
    if (!secret || secret.length < SHORTEST_SECRET) throw say(`a secret of at least ${SHORTEST_SECRET} characters`)
    if (jwksUrl) throw say('no jwks_url: HS256 has a shared secret')
  } else {
    if (!jwksUrl || !/^https?:$/.test(URL.parse(jwksUrl)?.protocol ?? '')) throw say('a jwks_url')
    if (secret) throw say(`no secret: ${algorithm} has public keys`)
  }
  return {
    name,
    algorithm,
    rolesClaim: textOf('roles_claim') ?? 'roles',
    roles: readRoles(fields.roles, say),
    ...(issuer ? { issuer } : {}),
    ...(audience ? { audience } : {}),
    ...(secret ? { secret } : {}),
    ...(jwksUrl ? { jwksUrl } : {}),
  }
}

function readRoles(roles: unknown, say: (sentence: string) => string): Record<string, Role> {
  const pairs = roles !== null && typeof roles === 'object' && !Array.isArray(roles) ? Object.entries(roles) : []
  if (pairs.length === 0) throw say('roles: an object of their roles and ours')
  for (const [theirs, ours] of pairs) {
    if (!ROLES.includes(ours as Role)) throw say(`for its role ${theirs} one of ${ROLES.join(', ')}`)
  }
  return Object.fromEntries(pairs) as Record<string, Role>
}
