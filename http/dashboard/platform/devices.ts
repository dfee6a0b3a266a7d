import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../../actors/cluster/port.ts'
import { deviceAddress, type DeviceStateDocument } from '../../../actors/device/schema.ts'
import { partitionOf } from '../../../actors/runtime/index.ts'
import { hrefOf } from '../../../views/components/choices.ts'
import { deviceFragments, devicePage } from '../../../views/pages/devices/device.ts'
import { devicePath, devicesFragments, devicesPage } from '../../../views/pages/devices/list.ts'
import {
  DEVICE_RANGES,
  SAMPLES,
  SHOWN_NAMES,
  type DeviceModel,
  type DeviceRange,
  type DevicesModel,
  type DeviceSummary,
  type Sample,
} from '../../../views/pages/devices/model.ts'
import { documentOf } from '../../../views/plant/machine.ts'
import type { Authority } from '../../auth/authority.ts'
import { atLeast } from '../../auth/roles.ts'
import type { DeviceActs } from '../../devices/acts.ts'
import { owns } from '../../devices/ownership.ts'
import type { Device } from '../../devices/registry.ts'
import { DeviceChangeBody, NewDevice, NewKey } from '../../devices/schema.ts'
import { fromCursor, page } from '../../paging.ts'
import type { StatisticsReader } from '../../statistics/statistics.ts'
import type { Act, FindScreen, Readers, Screen } from '../screen.ts'
import type { PageSession } from '../session.ts'
import { oneOfQuery, stepBehind, textOfQuery } from './address.ts'
import { createDeviceHistory } from './device-history.ts'
import { fits, orNull } from './form.ts'

const PATH = '/dashboard/devices'
const ROWS = 50
/** What a page asks for, where a program sends a `NewKey`. */
const NewPageKey = Type.Object({ ...NewKey.properties, key_id: Type.String({ pattern: '^[0-9a-f-]{36}$' }) })
const RANGES = Object.keys(DEVICE_RANGES) as DeviceRange[]

/** Devices, and one page a device. */
export function deviceScreens(
  parts: {
    cluster: Cluster
    authority: Pick<Authority, 'devices' | 'deviceKeys' | 'accounts'>
    acts: DeviceActs
    statistics: StatisticsReader
    now: () => number
  },
  { plant, ask }: Readers,
): FindScreen {
  const { cluster, acts, now } = parts
  const { devices, deviceKeys, accounts } = parts.authority
  const history = createDeviceHistory(parts.statistics)
  const stateOf = (id: number) => ask<DeviceStateDocument>(deviceAddress(id), 'state')

  /** E-mails are for those who manage all devices, and one's own; others see a number. */
  async function ownerOf({ user_id }: Device, viewer: PageSession): Promise<string | number | null> {
    if (user_id === null) return null
    if (user_id === viewer.user) return viewer.name
    const known = atLeast(viewer.role, 'engineer') ? await accounts.find(user_id) : undefined
    return known?.email ?? user_id
  }
  const audienceOf = ({ role, user }: PageSession) => (atLeast(role, 'engineer') ? 'engineer' : `user/${user}`)

  async function summaryOf(device: Device, viewer: PageSession): Promise<DeviceSummary> {
    const [owner, state] = await Promise.all([ownerOf(device, viewer), stateOf(device.id)])
    const { updated_at: at = null, values = {} } = documentOf(state) ?? {}
    const silent = Object.values(values).every(({ quality }) => quality === 'stale')
    const { id, name, kind } = device
    return { id, name, kind, owner, lastAt: at === null ? null : Date.parse(at), silent }
  }

  function list(viewer: PageSession, cursor: string | undefined, origin: string): Screen {
    async function read(): Promise<DevicesModel> {
      const after = cursor === undefined ? 0 : (fromCursor(cursor, ['number'])[0] as number)
      const found = await devices.list({ after, limit: ROWS + 1 })
      const { items, next_cursor } = page(
        found,
        ROWS,
        (device) => summaryOf(device, viewer),
        ({ id }) => [id],
      )
      return { plant: await plant(), devices: await Promise.all(items), next: next_cursor, cursor }
    }
    return {
      path: hrefOf(PATH, { cursor }),
      audience: audienceOf(viewer),
      concerns: (address) => address.startsWith('device/'),
      fragments: async (view) => devicesFragments(view, await read()),
      page: async (view, reader) => devicesPage(view, await read(), reader, origin),
      acts: { create },
    }
  }

  const create: Act = {
    role: 'viewer',
    async run({ name, kind }, doer) {
      const wanted = fits(NewDevice, { name: orNull(name), kind: orNull(kind) })
      const { id } = await acts.create(doer, { name: wanted.name ?? null, kind: wanted.kind ?? null, attributes: {} })
      return { see: `${devicePath(id)}?done=device-made` }
    },
  }

  /** What an owner does with a device; the functions behind refuse everybody else. */
  function ownerActs(id: number, offered: boolean): Record<string, Act> {
    const path = devicePath(id)
    const act = (run: Act['run']): Act => ({ role: 'viewer', offered, run })
    return {
      change: act(async ({ name, kind }, doer) => {
        await acts.change(doer, id, fits(DeviceChangeBody, { name: orNull(name), kind: orNull(kind) }))
        return { see: `${path}?done=device-changed` }
      }),
      remove: act(async (_, doer) => {
        await acts.remove(doer, id)
        return { see: `${PATH}?done=device-deleted` }
      }),
      // The answer shows the key: to load it anew sends the form again, which makes no second one.
      'make-key': act(async ({ name, key_id }, doer) => {
        const wanted = fits(NewPageKey, { name: orNull(name), key_id })
        if ((await acts.keys(doer, id)).some((one) => one.id === wanted.key_id))
          return { see: `${path}?done=key-known` }
        const { key } = await acts.createKey(doer, id, wanted.name ?? null, wanted.key_id)
        return { show: { secret: key } }
      }),
      'revoke-key': act(async ({ key = '' }, doer) => {
        await acts.revokeKey(doer, id, key)
        return { see: `${path}?done=key-revoked` }
      }),
    }
  }

  async function one(
    id: number,
    viewer: PageSession,
    range: DeviceRange,
    sample: Sample,
    origin: string,
  ): Promise<Screen> {
    const address = deviceAddress(id)
    const isOwner = owns(viewer.identity, await devices.get(id))

    async function read(withKeys: boolean): Promise<DeviceModel> {
      const device = await devices.get(id)
      const [summary, state, keys] = await Promise.all([
        summaryOf(device, viewer),
        stateOf(id),
        withKeys && isOwner ? deviceKeys.list(id) : null,
      ])
      const document = documentOf(state)
      const values = Object.entries(document?.values ?? {}).map(([name, { value, at, quality }]) => ({
        name,
        value,
        at: Date.parse(at),
        quality,
      }))
      const shown = values.slice(0, SHOWN_NAMES)
      const names = shown.map(({ name }) => name)
      const past = await history(address, names, range, now())
      const offset = document?.offset ?? -1
      return {
        plant: await plant(),
        device: { ...summary, created_at: device.created_at, attributes: device.attributes },
        position: document && (offset < 0 ? '—' : `${partitionOf(address, cluster.partitions)}-${offset}`),
        values: shown,
        unshown: values.length - shown.length,
        range,
        ...past,
        keys: keys && { made: keys, next: crypto.randomUUID() },
      }
    }

    return {
      path: hrefOf(devicePath(id), { range, code: sample }),
      audience: audienceOf(viewer),
      concerns: (changed) => changed === address,
      fragments: async (view) => deviceFragments(view, await read(false)),
      page: async (view, reader) => devicePage(view, await read(true), sample, reader, origin),
      acts: ownerActs(id, isOwner),
    }
  }

  return ({ pathname, searchParams, origin }, viewer) => {
    if (pathname === PATH) return list(viewer, textOfQuery(searchParams, 'cursor'), origin)
    const id = Number(stepBehind(PATH, pathname))
    if (!Number.isSafeInteger(id) || id < 1) return null
    const range = oneOfQuery(searchParams, 'range', RANGES)
    return one(id, viewer, range, oneOfQuery(searchParams, 'code', SAMPLES), origin)
  }
}
