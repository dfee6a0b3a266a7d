import type { Bus } from '../../actors/cluster/port.ts'
import { Fault } from '../../actors/runtime/index.ts'
import type { Collection, Documents } from '../../actors/store/port.ts'
import { CURRENT_MS } from '../freshness.ts'
import { isoTime } from '../time.ts'

const DEVICES: Collection = { name: 'devices', indexed: ['user_id', 'owned', 'deletion'] }
const REMEMBERED = 100_000
/** A number that no device had may have one at any moment: it is looked for at each question, though not more often than that. */
const LOOK_AGAIN_MS = 250
/** What nodes tell each other: the id of a device that has changed. */
const TOPIC = 'device'

/** What is remembered of a device: whose it is. The rest may be long, and is read when it is asked for. */
export type Owned = Pick<Device, 'id' | 'user_id'>

/** A device, whether or not it has ever sent anything. */
export interface Device {
  /** From 1, never given twice. */
  readonly id: number
  readonly name: string | null
  readonly kind: string | null
  /** The owner's account; null: it is ownerless. */
  readonly user_id: number | null
  readonly attributes: Readonly<Record<string, unknown>>
  readonly created_at: string
}

export type DeviceChange = Partial<Pick<Device, 'name' | 'kind' | 'user_id' | 'attributes'>>

/** How far the deletion has come; a device that has one is there for nobody any more. */
export type Deletion = 'marked' | 'told' | 'swept'

interface Stored extends Device {
  readonly deletion?: Deletion
  /** Epoch ms of the last step of the deletion. */
  readonly deleted?: number
}

/** A device that is being deleted, as the sweep sees it. */
export interface Deleted {
  readonly id: number
  readonly deletion: Deletion
  readonly since: number
}

/** Padded, so that the order of the documents is the order of the numbers. */
const documentId = (id: number) => String(id).padStart(15, '0')
const viewOf = ({ id, name, kind, user_id, attributes, created_at }: Stored): Device => ({
  id,
  name,
  kind,
  user_id,
  attributes,
  created_at,
})
const noDevice = () => new Fault('NOT_FOUND', 'There is no such device.')

/**
 * The devices, in the store, and a memory of them that costs the hot path a look into a map. What one node changes counts there at once, on
 * the others when they hear of it, and when what they know is no longer current.
 */
export class Registry {
  readonly #store: Documents
  readonly #now: () => number
  readonly #bus: Bus
  readonly #known = new Map<
    number,
    { readonly device: Owned | undefined; readonly until: number; readonly lookAgainAt: number }
  >()
  readonly #asking = new Map<number, Promise<Owned | undefined>>()
  #changes = 0

  constructor(store: Documents, now: () => number, bus: Bus) {
    this.#store = store
    this.#now = now
    this.#bus = bus
  }

  /** Hears of what other nodes change. Returns the way to stop. */
  start(): () => void {
    const all = () => {
      this.#changes++
      this.#known.clear()
    }
    const stops = [this.#bus.subscribe(TOPIC, (body) => this.#forget(Number(body))), this.#bus.onGap(all)]
    return () => {
      for (const stop of stops) stop()
    }
  }

  /**
   * Whose the device with this id is, undefined where there is none (any more). At once when it is known; a promise when the store has to be
   * asked: the first time, every few seconds, and always for one that was not there.
   */
  readonly deviceOf = (id: number): Owned | undefined | Promise<Owned | undefined> => {
    const known = this.#known.get(id)
    if (known !== undefined && this.#now() < known.until) return known.device
    let asking = this.#asking.get(id)
    if (asking === undefined) {
      asking = this.#load(id, known?.lookAgainAt ?? 0).finally(() => this.#asking.delete(id))
      this.#asking.set(id, asking)
    }
    return asking
  }

  /** Moves with each change that this process makes or hears of: what was listed before it may be old. */
  get version(): number {
    return this.#changes
  }

  /** Fault NOT_FOUND. */
  async get(id: number): Promise<Device> {
    const found = await this.#read(id)
    if (found === undefined) throw noDevice()
    return viewOf(found)
  }

  /** By id, those behind `after`; those of one user, or with null the ownerless ones. */
  async list(query: { after?: number; limit: number; user?: number | null }): Promise<Device[]> {
    const { user, limit } = query
    const where: Record<string, number> = user === undefined ? {} : user === null ? { owned: 0 } : { user_id: user }
    const found: Device[] = []
    for (let after = documentId(query.after ?? 0); ;) {
      const documents = await this.#store.find<Stored>(DEVICES, { where, after, limit })
      for (const { body } of documents) if (!body.deletion && found.length < limit) found.push(viewOf(body))
      const last = documents.at(-1)
      if (found.length === limit || documents.length < limit || !last) return found
      after = last.id
    }
  }

  async create(wanted: Omit<Device, 'id' | 'created_at'>): Promise<Device> {
    const id = await this.#store.next('device')
    const device: Device = { ...wanted, id, created_at: isoTime(this.#now()) }
    const put = await this.#store.insert(DEVICES, documentId(id), stored(device))
    if (!put.ok) throw new Fault('CONFLICT', 'The number of the device is taken.')
    this.#changed(id)
    return device
  }

  /** Faults: NOT_FOUND, CONFLICT. */
  async change(id: number, change: DeviceChange): Promise<{ before: Device; after: Device }> {
    return await this.#replace(id, (before) => ({ ...before, ...change }))
  }

  /** From the moment this resolves, the device is there for nobody. Faults: NOT_FOUND, CONFLICT. */
  async mark(id: number): Promise<Device> {
    const deleted = this.#now()
    return (await this.#replace(id, (before) => ({ ...before, deletion: 'marked', deleted }))).before
  }

  /** All devices of a user become ownerless. */
  async disown(user: number): Promise<void> {
    for (let after = 0; ;) {
      const devices = await this.list({ user, after, limit: 500 })
      for (const { id } of devices) {
        await this.#replace(id, (before) => (before.user_id === user ? { ...before, user_id: null } : before)).catch(
          ignoreMissing,
        )
      }
      const last = devices.at(-1)
      if (last === undefined) return
      after = last.id
    }
  }

  /** Those whose deletion has come to this step, by id, behind `after`. */
  async deleted(deletion: Deletion, after: number, limit: number): Promise<Deleted[]> {
    const documents = await this.#store.find<Stored>(DEVICES, { where: { deletion }, after: documentId(after), limit })
    return documents.map(({ body }) => ({ id: body.id, deletion, since: body.deleted ?? 0 }))
  }

  /** The next step of a deletion; undefined: it is over, and nothing is left of the device. */
  async advance(id: number, next: Deletion | undefined): Promise<void> {
    const found = await this.#store.get<Stored>(DEVICES, documentId(id))
    if (!found?.body.deletion) return
    if (next === undefined) await this.#store.remove(DEVICES, documentId(id), found.version)
    else {
      const body = { ...found.body, deletion: next, deleted: this.#now() }
      await this.#store.replace(DEVICES, documentId(id), found.version, body)
    }
  }

  async #replace(id: number, edit: (before: Stored) => Stored): Promise<{ before: Device; after: Device }> {
    for (let attempt = 0; attempt < 8; attempt++) {
      const found = await this.#store.get<Stored>(DEVICES, documentId(id))
      if (!found || found.body.deletion) throw noDevice()
      const after = edit(found.body)
      const put = await this.#store.replace(DEVICES, documentId(id), found.version, stored(after))
      if (!put.ok) continue
      this.#changed(id)
      return { before: viewOf(found.body), after: viewOf(after) }
    }
    throw new Fault('CONFLICT', 'The device is being changed by others.')
  }

  /** The device as it is stored; undefined also for one that is being deleted. */
  async #read(id: number): Promise<Stored | undefined> {
    const found = await this.#stored(id)
    return found?.deletion ? undefined : found
  }

  async #stored(id: number): Promise<Stored | undefined> {
    if (!Number.isSafeInteger(id) || id < 1) return undefined
    return (await this.#store.get<Stored>(DEVICES, documentId(id)))?.body
  }

  async #load(id: number, notBefore: number): Promise<Owned | undefined> {
    const wait = Math.min(LOOK_AGAIN_MS, notBefore - this.#now())
    if (wait > 0) await Bun.sleep(wait)
    for (;;) {
      const began = this.#changes
      const now = this.#now()
      const found = await this.#stored(id)
      // What was read before a change must not be remembered after it.
      if (began !== this.#changes) continue
      const device = found && !found.deletion ? { id: found.id, user_id: found.user_id } : undefined
      const until = found ? now + CURRENT_MS : now
      this.#known.delete(id)
      this.#known.set(id, { device, until, lookAgainAt: found ? now : now + LOOK_AGAIN_MS })
      if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value as number)
      return device
    }
  }

  #forget(id: number): void {
    this.#changes++
    this.#known.delete(id)
  }

  /** Here and on the other nodes. */
  #changed(id: number): void {
    this.#forget(id)
    this.#bus.publish(TOPIC, String(id))
  }
}

/** With the field that the ownerless are found by: null is no key of an index. */
const stored = <Body extends Stored>(device: Body) => ({ ...device, owned: device.user_id === null ? 0 : 1 })

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Fault) || error.code !== 'NOT_FOUND') throw error
}
