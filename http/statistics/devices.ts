import { deviceAddress } from '../../actors/device/schema.ts'
import type { Registry } from '../devices/registry.ts'
import { CURRENT_MS } from '../freshness.ts'

/** Which devices a question is about; all of it must hold. */
export interface DeviceFilter {
  readonly device?: number | undefined
  readonly user?: number | undefined
}

const PAGE = 1_000
/** Users whose devices are remembered. */
const REMEMBERED = 1_000

interface Known {
  readonly version: number
  readonly until: number
  readonly ids: Promise<readonly number[]>
}

/** The ids of the devices that are there, by filter. A device that is deleted, or given to another user, is gone from the next answer. */
export class DeviceIds {
  readonly #devices: Pick<Registry, 'deviceOf' | 'list' | 'version'>
  readonly #now: () => number
  readonly #known = new Map<number | undefined, Known>()

  constructor(devices: Pick<Registry, 'deviceOf' | 'list' | 'version'>, now: () => number) {
    this.#devices = devices
    this.#now = now
  }

  async of({ device, user }: DeviceFilter): Promise<readonly number[]> {
    if (device === undefined) return await this.#allOf(user)
    const found = await this.#devices.deviceOf(device)
    return found && (user === undefined || found.user_id === user) ? [device] : []
  }

  async addresses(filter: DeviceFilter): Promise<string[]> {
    return (await this.of(filter)).map(deviceAddress)
  }

  #allOf(user: number | undefined): Promise<readonly number[]> {
    const { version } = this.#devices
    const known = this.#known.get(user)
    if (known?.version === version && this.#now() < known.until) return known.ids
    const ids = this.#list(user)
    ids.catch(() => this.#known.delete(user))
    this.#known.delete(user)
    this.#known.set(user, { version, until: this.#now() + CURRENT_MS, ids })
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value)
    return ids
  }

  async #list(user: number | undefined): Promise<readonly number[]> {
    const ids: number[] = []
    for (;;) {
      const after = ids.at(-1) ?? 0
      const found = await this.#devices.list({ after, limit: PAGE, ...(user === undefined ? {} : { user }) })
      for (const { id } of found) ids.push(id)
      if (found.length < PAGE) return ids
    }
  }
}
