import type { Cluster } from '../../actors/cluster/port.ts'
import type { RotorRecord } from '../../actors/exhauster/actor.ts'
import { EXHAUSTER_IDS, type ExhausterId } from '../../actors/exhauster/schema.ts'
import { Fault, formatPosition, type NewRecord } from '../../actors/runtime/index.ts'
import type { Collection } from '../../actors/store/port.ts'
import { RETRY_KEY_MS } from '../edge/retry-key.ts'
import { isoTime } from '../time.ts'
import { pastOf } from './past.ts'

const ROTORS: Collection = { name: 'rotors', indexed: ['exhauster', 'retry_key'] }

/** One installation: never changed afterwards. `version` counts those of one exhauster from 1. */
export interface RotorInstallation {
  readonly exhauster: ExhausterId
  readonly version: number
  readonly number: string
  readonly installed_at: string
  readonly recorded_at: string
  /** The user's id; null for the anonymous role. */
  readonly recorded_by: number | null
  /** Who wrote it under which key; see `../edge/retry-key.ts`. */
  readonly retry_key?: string
}

/** What is to be installed. */
export interface Rotor {
  readonly number: string
  /** Epoch ms. */
  readonly installedAt: number
  readonly by: number | null
  readonly retryKey?: string | undefined
}

const documentId = (exhauster: ExhausterId, version: number) => `${exhauster}/${String(version).padStart(9, '0')}`

const recordOf = ({ exhauster, version, number, installed_at }: RotorInstallation): NewRecord => ({
  key: `exhauster/${exhauster}`,
  type: 'rotor',
  value: JSON.stringify({ version, number, installed_at } satisfies RotorRecord),
  id: `rotor-${version}`,
})

/**
 * The directory of rotors: each installation is a document in the store first, and then a record to its exhauster. A version that the
 * exhauster has missed is sent again by `repair`; the record's id keeps it from counting twice.
 */
export function createRotors({ cluster, now }: { cluster: Cluster; now: () => number }) {
  /** An exhauster takes only versions higher than its last: those of one exhauster go out one after the other. */
  const last = new Map<ExhausterId, Promise<unknown>>()

  function inTurn<T>(exhauster: ExhausterId, work: () => Promise<T>): Promise<T> {
    const before = last.get(exhauster) ?? Promise.resolve()
    const mine = before.then(work, work)
    last.set(
      exhauster,
      mine.catch(() => {}),
    )
    return mine
  }

  async function send(record: NewRecord): Promise<string> {
    const [position] = await cluster.append([record])
    if (!position) throw new Fault('LOG_UNAVAILABLE', 'The rotor is noted and reaches the exhauster at the next start.')
    return formatPosition(position)
  }

  async function newest(exhauster: ExhausterId): Promise<number> {
    const [document] = await cluster.store.find<RotorInstallation>(ROTORS, {
      where: { exhauster },
      descending: true,
      limit: 1,
    })
    return document?.body.version ?? 0
  }

  /**
   * Tells the exhauster again what it has not heard of before this version, in order: once it has a later one, it takes them no more.
   * Returns how many records went out.
   */
  async function sendMissed(exhauster: ExhausterId, before: number): Promise<number> {
    if (before === 1) return 0
    const { rotors } = await pastOf(cluster, exhauster)
    const known = rotors.at(-1)?.version ?? 0
    if (known >= before - 1) return 0
    const later = await cluster.store.find<RotorInstallation>(ROTORS, {
      where: { exhauster },
      after: documentId(exhauster, known),
      limit: 1000,
    })
    const missed = later.filter(({ body }) => body.version < before)
    for (const { body } of missed) await send(recordOf(body))
    return missed.length
  }

  /** The newest installation that was written under this key within the time that keys are remembered. */
  async function writtenUnder(key: string): Promise<RotorInstallation | undefined> {
    const found = await cluster.store.find<RotorInstallation>(ROTORS, { where: { retry_key: key }, limit: 100 })
    return found
      .map(({ body }) => body)
      .filter(({ recorded_at }) => Date.parse(recorded_at) > now() - RETRY_KEY_MS)
      .sort((a, b) => Date.parse(b.recorded_at) - Date.parse(a.recorded_at))[0]
  }

  return {
    /**
     * Faults: LOG_UNAVAILABLE, CONFLICT, IDEMPOTENCY_MISMATCH. Resolves when document and record are durable. A retry under the same
     * key sends the record again, which counts once, and says so with `again`.
     */
    install: (exhauster: ExhausterId, rotor: Rotor) =>
      inTurn(exhauster, async () => {
        const retryKey = rotor.retryKey === undefined ? undefined : `${rotor.by ?? 'anonymous'} ${rotor.retryKey}`
        const written = retryKey === undefined ? undefined : await writtenUnder(retryKey)
        if (written) {
          const { number, installed_at } = written
          const isSame =
            written.exhauster === exhauster && number === rotor.number && installed_at === isoTime(rotor.installedAt)
          if (!isSame) throw new Fault('IDEMPOTENCY_MISMATCH', 'Another rotor was installed with this Idempotency-Key.')
          await sendMissed(exhauster, written.version)
          return { installation: written, position: await send(recordOf(written)), again: true }
        }
        for (let attempt = 0; attempt < 8; attempt++) {
          const version = (await newest(exhauster)) + 1
          const installation: RotorInstallation = {
            exhauster,
            version,
            number: rotor.number,
            installed_at: isoTime(rotor.installedAt),
            recorded_at: isoTime(now()),
            recorded_by: rotor.by,
            ...(retryKey === undefined ? {} : { retry_key: retryKey }),
          }
          const put = await cluster.store.insert(ROTORS, documentId(exhauster, version), installation)
          if (!put.ok) continue
          await sendMissed(exhauster, version)
          return { installation, position: await send(recordOf(installation)), again: false }
        }
        throw new Fault('CONFLICT', 'Others are installing rotors there at this moment.')
      }),

    /** At the start: what an exhauster has not heard of is told again, in order. Returns how many records went out. */
    async repair(): Promise<number> {
      let sent = 0
      for (const exhauster of EXHAUSTER_IDS) sent += await sendMissed(exhauster, (await newest(exhauster)) + 1)
      return sent
    },
  }
}
export type Rotors = ReturnType<typeof createRotors>
