import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose'
import type { Collection, Documents } from '../../actors/store/port.ts'

const KEYS: Collection = { name: 'signing_keys' }
/** A new key after this long; the old one is published for as long as its last token may live, and a margin for clocks. */
const SIGNS_FOR_MS = 90 * 86_400_000
const PUBLISHED_AFTER_MS = 3_600_000
/** Another process may have made a key: look again, but not for each forged `kid`. */
const LOOK_AGAIN_MS = 5_000

interface StoredKey {
  readonly private_jwk: JWK
  readonly public_jwk: JWK
  /** Epoch ms. */
  readonly created: number
}

interface Key extends StoredKey {
  readonly kid: string
  readonly signs: CryptoKey
  readonly verifies: CryptoKey
}

/** The Ed25519 keys that sign access tokens: in the store, made at the first start, the newest signs, all of them verify. */
export class SigningKeys {
  readonly #store: Documents
  readonly #now: () => number
  #keys: readonly Key[] = []
  #lookedAt = -Infinity

  constructor(store: Documents, now: () => number) {
    this.#store = store
    this.#now = now
  }

  /** Before the first token. Makes a key when there is none, or when the newest is old. */
  async open(): Promise<void> {
    await this.#load()
    const newest = this.#keys[0]
    if (newest === undefined || this.#now() - newest.created > SIGNS_FOR_MS) await this.rotate()
  }

  /** From now on a new key signs. Tokens of the old ones stay good until they end. */
  async rotate(): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
    const kid = crypto.randomUUID()
    const published = { kid, use: 'sig', alg: 'EdDSA' }
    const key: StoredKey = {
      private_jwk: await exportJWK(privateKey),
      public_jwk: { ...(await exportJWK(publicKey)), ...published },
      created: this.#now(),
    }
    await this.#store.insert(KEYS, kid, key)
    await this.#load()
  }

  /** The key that signs; one that another process has made counts within seconds. */
  async signing(): Promise<Key> {
    await this.#lookAgain()
    const newest = this.#keys[0]
    if (newest === undefined) throw new Error('the signing keys are not open')
    return newest
  }

  /** The key of our own set with this id. */
  async find(kid: string): Promise<CryptoKey | undefined> {
    const of = () => this.#keys.find((key) => key.kid === kid)?.verifies
    const known = of()
    if (known) return known
    await this.#lookAgain()
    return of()
  }

  /** What `/.well-known/jwks.json` shows: no private part. */
  async published(): Promise<{ keys: JWK[] }> {
    await this.#lookAgain()
    return { keys: this.#keys.map((key) => key.public_jwk) }
  }

  async #lookAgain(): Promise<void> {
    if (this.#now() - this.#lookedAt >= LOOK_AGAIN_MS) await this.#load()
  }

  async #load(): Promise<void> {
    this.#lookedAt = this.#now()
    const stored = await this.#store.find<StoredKey>(KEYS, { limit: 1000 })
    const newestFirst = stored.sort((a, b) => b.body.created - a.body.created || (a.id < b.id ? -1 : 1))
    const keys: Key[] = []
    for (const [i, { id, body }] of newestFirst.entries()) {
      // A key signs no longer since the next newer one was made.
      const since = newestFirst[i - 1]?.body.created ?? Infinity
      if (this.#now() - since > PUBLISHED_AFTER_MS) {
        await this.#store.remove(KEYS, id)
        continue
      }
      const signs = (await importJWK(body.private_jwk, 'EdDSA')) as CryptoKey
      const verifies = (await importJWK(body.public_jwk, 'EdDSA')) as CryptoKey
      keys.push({ ...body, kid: id, signs, verifies })
    }
    this.#keys = keys
  }
}
