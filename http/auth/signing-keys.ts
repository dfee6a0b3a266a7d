import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose'
import type { Bus } from '../../actors/cluster/port.ts'
import { Fault } from '../../actors/runtime/index.ts'
import type { Collection, Documents } from '../../actors/store/port.ts'

const KEYS: Collection = { name: 'signing_keys' }
/** A new key after this long; the old one is published for as long as its last token may live, and a margin for clocks. */
const SIGNS_FOR_MS = 90 * 86_400_000
const PUBLISHED_AFTER_MS = 3_600_000
/** Another process may have made a key: look again, but not for each forged `kid`. */
const LOOK_AGAIN_MS = 1_000
/** A `kid` that is not known is looked for at once, and after this long the next. */
const LOOK_FOR_MS = 250
const ATTEMPTS = 8
/** What nodes tell each other: that there is a new key. */
const TOPIC = 'keys'

/** By the key that it comes after: two who make the next one at the same moment make one. */
interface StoredKey {
  /** Absent in those of earlier versions: the document's id. */
  readonly kid?: string
  readonly private_jwk: JWK
  readonly public_jwk: JWK
  /** Epoch ms; later than that of the key before it, whatever the clocks of nodes say. */
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
  readonly #bus: Bus
  #keys: readonly Key[] = []
  #lookedAt = -Infinity
  #looking: Promise<void> | undefined

  constructor(store: Documents, now: () => number, bus: Bus) {
    this.#store = store
    this.#now = now
    this.#bus = bus
  }

  /** Before the first token. Makes a key when there is none, or when the newest is old. */
  async open(): Promise<void> {
    await this.#load()
    const newest = this.#keys[0]
    if (newest === undefined || this.#now() - newest.created > SIGNS_FOR_MS) await this.#make(newest)
  }

  /** Hears of keys that other nodes make. Returns the way to stop. */
  start(): () => void {
    const look = () => {
      this.#lookedAt = -Infinity
    }
    const stops = [this.#bus.subscribe(TOPIC, look), this.#bus.onGap(look)]
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** From now on a new key signs; its id. Tokens of the old ones stay good until they end. Fault CONFLICT. */
  async rotate(): Promise<string> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await this.#load()
      const kid = await this.#make(this.#keys[0])
      if (kid !== undefined) return kid
    }
    throw new Fault('CONFLICT', 'Others are making signing keys at this moment.')
  }

  /** The key that signs; one that another process has made counts within a second. */
  async signing(): Promise<Key> {
    await this.#lookAgain()
    const newest = this.#keys[0]
    if (newest === undefined) throw new Error('the signing keys are not open')
    return newest
  }

  /** The key of our own set with this id. One that is not known may have been made a moment ago, elsewhere. */
  async find(kid: string): Promise<CryptoKey | undefined> {
    const of = () => this.#keys.find((key) => key.kid === kid)?.verifies
    const known = of()
    if (known) return known
    await (this.#looking ??= this.#lookSoon())
    return of()
  }

  /** What `/.well-known/jwks.json` shows: no private part. */
  async published(): Promise<{ keys: JWK[] }> {
    // While the store is away, nobody makes a key.
    await this.#lookAgain().catch(() => {})
    return { keys: this.#keys.map((key) => key.public_jwk) }
  }

  async #lookAgain(): Promise<void> {
    if (this.#now() - this.#lookedAt >= LOOK_AGAIN_MS) await this.#load()
  }

  /** A look that begins after it was asked for: whoever comes while it waits shares it, whoever comes later gets another. */
  async #lookSoon(): Promise<void> {
    const wait = Math.min(LOOK_FOR_MS, this.#lookedAt + LOOK_FOR_MS - this.#now())
    if (wait > 0) await Bun.sleep(wait)
    this.#looking = undefined
    await this.#load()
  }

  /** The id of the key that was made; undefined when somebody else has made the one that follows. */
  async #make(before: Key | undefined): Promise<string | undefined> {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
    const kid = crypto.randomUUID()
    const key: StoredKey = {
      kid,
      private_jwk: await exportJWK(privateKey),
      public_jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'EdDSA' },
      created: Math.max(this.#now(), (before?.created ?? 0) + 1),
    }
    const { ok } = await this.#store.insert(KEYS, `after ${before?.kid ?? 'none'}`, key)
    if (ok) this.#bus.publish(TOPIC, '')
    await this.#load()
    return ok ? kid : undefined
  }

  async #load(): Promise<void> {
    this.#lookedAt = this.#now()
    const known = new Map(this.#keys.map((key) => [key.kid, key]))
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
      const { kid = id } = body
      const before = known.get(kid)
      const signs = before?.signs ?? ((await importJWK(body.private_jwk, 'EdDSA')) as CryptoKey)
      const verifies = before?.verifies ?? ((await importJWK(body.public_jwk, 'EdDSA')) as CryptoKey)
      keys.push({ ...body, kid, signs, verifies })
    }
    this.#keys = keys
  }
}
