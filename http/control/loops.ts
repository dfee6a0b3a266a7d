import type { Cluster } from '../../actors/cluster/port.ts'
import {
  DEFAULT_SETTINGS,
  type LoopDocument,
  type LoopSettings,
  type SettingsRecord,
} from '../../actors/control/schema.ts'
import { Fault, formatPosition, type NewRecord } from '../../actors/runtime/index.ts'
import type { Collection } from '../../actors/store/port.ts'
import { isoTime } from '../time.ts'

const LOOPS: Collection = { name: 'control_loops' }

/** The loop of the replaced system's paths. It is always there. */
export const DEFAULT_LOOP = 'default'

interface StoredLoop {
  readonly settings: LoopSettings
  readonly changed_at: string
  /** The user's id; null for the anonymous role and for the loop that is there from the beginning. */
  readonly changed_by: number | null
}

export const addressOf = (loop: string) => `control/${loop}`

const recordOf = (loop: string, record: SettingsRecord): NewRecord => ({
  key: addressOf(loop),
  type: 'settings',
  value: JSON.stringify(record),
  id: `settings-${record.version}`,
})

/**
 * The directory of loops: settings are a document in the store first, and then a record that carries the document's version. A loop that has
 * missed a version gets it again by `repair`; a version that comes twice counts once.
 */
export function createLoops({ cluster, now }: { cluster: Cluster; now: () => number }) {
  const { store } = cluster
  /** Loops are never deleted, so whoever was seen once is there. */
  const seen = new Set([DEFAULT_LOOP])

  async function send(loop: string, record: SettingsRecord): Promise<string> {
    const [position] = await cluster.append([recordOf(loop, record)])
    if (!position) throw new Fault('LOG_UNAVAILABLE', 'The settings are noted and reach the loop at the next start.')
    return formatPosition(position)
  }

  async function look(loop: string): Promise<void> {
    if ((await store.get(LOOPS, loop)) === undefined) throw new Fault('NOT_FOUND', 'There is no such loop.')
    seen.add(loop)
  }

  /** Writes the document whatever stands there: the last one wins. */
  async function write(loop: string, body: StoredLoop) {
    for (let attempt = 0; attempt < 8; attempt++) {
      const before = await store.get<StoredLoop>(LOOPS, loop)
      const put = before
        ? await store.replace(LOOPS, loop, before.version, body)
        : await store.insert(LOOPS, loop, body)
      if (put.ok) return { version: put.version, before: before?.body.settings ?? null }
    }
    throw new Fault('CONFLICT', 'Others are changing the settings of this loop at this moment.')
  }

  return {
    /** Nothing when it is known to be there: the usual case. Fault NOT_FOUND. */
    known: (loop: string): Promise<void> | undefined => (seen.has(loop) ? undefined : look(loop)),

    /** Names of loops, ascending, those after `after`. */
    async names(after: string | undefined, limit: number): Promise<string[]> {
      const documents = await store.find(LOOPS, { limit, ...(after === undefined ? {} : { after }) })
      return documents.map(({ id }) => id)
    },

    /** Faults: CONFLICT, LOG_UNAVAILABLE. Resolves when document and record are durable. `before`: null for a new loop. */
    async put(loop: string, settings: LoopSettings, by: number | null) {
      const { version, before } = await write(loop, { settings, changed_at: isoTime(now()), changed_by: by })
      seen.add(loop)
      return { before, version, position: await send(loop, { version, settings }) }
    },

    /**
     * At the start: makes the default loop where there is none, and tells each loop the settings that it has not heard of. Returns how
     * many records went out.
     */
    async repair(): Promise<number> {
      await store.insert(LOOPS, DEFAULT_LOOP, {
        settings: DEFAULT_SETTINGS,
        changed_at: isoTime(now()),
        changed_by: null,
      } satisfies StoredLoop)
      let sent = 0
      for (let after: string | undefined; ;) {
        const page = await store.find<StoredLoop>(LOOPS, { limit: 200, ...(after === undefined ? {} : { after }) })
        for (const { id, version, body } of page) {
          seen.add(id)
          const { body: text } = await cluster.ask(addressOf(id), 'document')
          if ((JSON.parse(text) as LoopDocument).version >= version) continue
          await send(id, { version, settings: body.settings })
          sent++
        }
        after = page.at(-1)?.id
        if (page.length < 200) return sent
      }
    },
  }
}
export type Loops = ReturnType<typeof createLoops>
