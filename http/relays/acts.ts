import type { Attempt, Message, TargetKind } from '../../actors/outgoing/target.ts'
import type { RelayKind, RelayMessage } from '../../actors/relay/schema.ts'
import { difference, type Actor, type Audit } from '../auth/audit.ts'
import { isoTime } from '../time.ts'
import { relayView, type Relay, type Relays } from './relays.ts'
import type { NewRelay, RelayChange } from './schema.ts'

const pathOf = (id: number) => `relay/${id}`

/** What people do with relays, each act in the journal. Faults: those of {@link Relays}. */
export function createRelayActs(parts: {
  relays: Relays
  targets: Readonly<Partial<Record<RelayKind, TargetKind>>>
  audit: Audit
  now: () => number
}) {
  const { relays, targets, audit, now } = parts
  return {
    async create(by: Actor, wanted: NewRelay): Promise<Relay> {
      const made = await relays.create(wanted)
      await audit.add(by, 'relay.created', pathOf(made.id), {}, { after: relayView(made) })
      return made
    },

    async change(by: Actor, id: number, wanted: RelayChange): Promise<Relay> {
      const { before, after } = await relays.change(id, wanted)
      const changed = difference(relayView(before), relayView(after), ['name', 'url', 'topic', 'filter', 'active'])
      const detail = wanted.secret === undefined ? {} : { secret: 'changed' }
      await audit.add(by, 'relay.changed', pathOf(id), detail, changed)
      return after
    },

    async remove(by: Actor, id: number): Promise<void> {
      const before = relayView(await relays.remove(id))
      await audit.add(by, 'relay.removed', pathOf(id), {}, { before })
    },

    /** Sends a message that says that it is a test: once, now. */
    async test(by: Actor, id: number, signal: AbortSignal): Promise<Attempt> {
      const { name, kind } = await relays.get(id)
      const payload: RelayMessage = {
        type: 'windbox.test',
        timestamp: isoTime(now()),
        data: { relay: id, name, text: 'A test of this relay: nothing has happened.' },
      }
      const message = { id: `test-${crypto.randomUUID()}`, key: String(id), payload }
      const attempt = await sendTo(targets[kind], message, signal)
      await audit.add(by, 'relay.tested', pathOf(id), { taken: attempt.taken })
      return attempt
    },
  }
}
export type RelayActs = ReturnType<typeof createRelayActs>

async function sendTo(target: TargetKind | undefined, message: Message, signal: AbortSignal): Promise<Attempt> {
  if (target === undefined) return { taken: false, error: 'this edition has no broker' }
  try {
    return await target.send(message, signal)
  } catch (error) {
    return { taken: false, error: error instanceof Error ? error.message : String(error) }
  }
}
