import { OUTGOING } from '../../actors/outgoing/ending.ts'
import { readFrame } from '../../actors/plant/frame.ts'
import { PLANT_ADDRESS } from '../../actors/plant/split.ts'
import { relayAddress, resent } from '../../actors/relay/schema.ts'
import { REJECTED } from '../../actors/source/schema.ts'
import { Fault, type DeadLetter, type FaultCode, type NewRecord, type Outgoing } from '../../actors/runtime/index.ts'
import type { Collection, Documents } from '../../actors/store/port.ts'
import { isoTime } from '../time.ts'

const REPLAYS: Collection = { name: 'dead_letter_replays' }
const SWEEP_STEP = 500

/** The last replay of a dead letter. `position` null: it was begun, and may be in the log or not. */
export interface Replay {
  readonly attempt: number
  readonly at: string
  readonly by: string | null
  readonly position: string | null
}

/** Records that the runtime did not apply: their ids are still free, and remain what they are known by. */
const NOT_APPLIED: ReadonlySet<FaultCode> = new Set([
  'POISON',
  'UNREADABLE_RECORD',
  'UNKNOWN_KIND',
  'UNKNOWN_TYPE',
  'QUARANTINED',
])

/**
 * The record that gives a dead letter's payload to its actor once more; something that had to leave goes out by a delivery of its own. Its id is
 * the record's own where that was never applied, so that it is applied once whoever sends it, and else letter and attempt. Fault CONFLICT
 * for one that cannot be replayed, or would certainly fail again.
 */
export function recordOf(id: string, letter: DeadLetter, attempt: number, nowMs: number): NewRecord {
  const fresh = `replay/${id}/${attempt}`
  if (letter.type === OUTGOING) {
    const outgoing = resent(JSON.parse(letter.payload) as Outgoing, id)
    return { key: relayAddress(outgoing.target), type: 'send', value: JSON.stringify(outgoing), id: fresh }
  }
  if (letter.type.startsWith('$')) throw new Fault('CONFLICT', 'A record of the system itself cannot be replayed.')
  if (letter.code === 'SIGNAL_WRONG_TYPE') {
    throw new Fault('CONFLICT', 'The frame was taken; these are only the signals in it that were no numbers.')
  }
  if (letter.key.startsWith('source/') && letter.type === REJECTED) {
    throw new Fault('CONFLICT', 'The message is no event, and stays as it is in its topic.')
  }
  if (letter.key === PLANT_ADDRESS && letter.type === 'message') {
    // Records that throw are what actors are quarantined for.
    const frame = readFrame(letter.payload, nowMs)
    if (frame instanceof Fault) throw new Fault('CONFLICT', `It is still no frame: ${frame.message}`)
  }
  const recordId = NOT_APPLIED.has(letter.code) && letter.record_id !== '' ? letter.record_id : fresh
  return { key: letter.key, type: letter.type, value: oneLine(letter.payload), id: recordId }
}

function oneLine(payload: string): string {
  try {
    const value: unknown = JSON.parse(payload)
    return /[\r\n]/.test(payload) ? JSON.stringify(value) : payload
  } catch {
    throw new Fault('CONFLICT', 'The payload is not JSON: no actor can read it.')
  }
}

/** Which replays there were. An attempt is noted before its record is appended; one of which nobody knows is repeated under the same id. */
export function createReplays(store: Documents, now: () => number) {
  return {
    last: async (id: string): Promise<Replay | undefined> => (await store.get<Replay>(REPLAYS, id))?.body,

    /** `first`: undefined for one that was replayed already. Fault CONFLICT when somebody else does the same at this moment. */
    async begin(id: string, by: string | null, { first }: { first: boolean }): Promise<number | undefined> {
      const found = await store.get<Replay>(REPLAYS, id)
      if (first && found?.body.position != null) return undefined
      const unknown = found !== undefined && found.body.position === null
      const attempt = unknown ? found.body.attempt : (found?.body.attempt ?? 0) + 1
      const replay: Replay = { attempt, at: isoTime(now()), by, position: null }
      const put = found
        ? await store.replace(REPLAYS, id, found.version, replay)
        : await store.insert(REPLAYS, id, replay)
      if (!put.ok) throw new Fault('CONFLICT', 'Somebody else replays it at this moment.')
      return attempt
    },

    async done(id: string, position: string): Promise<void> {
      const found = await store.get<Replay>(REPLAYS, id)
      if (found) await store.replace(REPLAYS, id, found.version, { ...found.body, position })
    },

    forget: (id: string) => store.remove(REPLAYS, id),

    /** Forgets the replays of letters that are gone. */
    async sweep(isThere: (id: string) => Promise<boolean>): Promise<void> {
      for (let after = '', found = SWEEP_STEP; found === SWEEP_STEP;) {
        const some = await store.find(REPLAYS, { after, limit: SWEEP_STEP })
        for (const { id } of some) if (!(await isThere(id))) await store.remove(REPLAYS, id)
        after = some.at(-1)?.id ?? after
        found = some.length
      }
    },
  }
}
