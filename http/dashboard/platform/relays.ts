import type { RelayKind } from '../../../actors/relay/schema.ts'
import { Fault } from '../../../actors/runtime/index.ts'
import { hrefOf } from '../../../views/components/choices.ts'
import { relaysFragments, relaysPage, relayPath, RELAYS_PATH } from '../../../views/pages/relays/list.ts'
import type { RelayModel, RelayRow, RelaysModel, Standing } from '../../../views/pages/relays/model.ts'
import { relayFragments, relayPage } from '../../../views/pages/relays/relay.ts'
import type { Text } from '../../../views/text/catalogue.ts'
import { atLeast } from '../../auth/roles.ts'
import type { RelayActs } from '../../relays/acts.ts'
import { MOST_RELAYS, relayView, type Relays } from '../../relays/relays.ts'
import { NewRelay, RelayChange, type DeliveryView, type RelayView } from '../../relays/schema.ts'
import { isoTime } from '../../time.ts'
import type { Act, FindScreen, Readers, Screen } from '../screen.ts'
import { stepBehind, textOfQuery } from './address.ts'
import { fits, mistakeOf, orNull } from './form.ts'

const ROWS = 25
/** So far back the last attempt is looked for. */
const LOOKED_AT = 1000
/** A person waits for a test. */
const TEST_MS = 10_000

/** Relays, and one page a relay. They say where data goes: for engineers. */
export function relayScreens(
  parts: {
    relays: Relays
    relayActs: RelayActs
    relayKinds: readonly RelayKind[]
    restingUntil: (target: string) => number | null
  },
  { plant }: Readers,
): FindScreen {
  const { relays, relayActs, relayKinds, restingUntil } = parts

  async function lastTry(id: number): Promise<RelayRow['tried']> {
    const wasTried = ({ tried_at }: DeliveryView) => tried_at !== null
    let { items } = await relays.deliveries(id, { limit: ROWS })
    // All that came while the target was spared has not been tried: what was lies behind it.
    if (items.length === ROWS && !items.some(wasTried)) ({ items } = await relays.deliveries(id, { limit: LOOKED_AT }))
    const last = items.filter(wasTried).toSorted((a, b) => (a.tried_at! < b.tried_at! ? 1 : -1))[0]
    return last ? { at: last.tried_at!, error: last.error } : null
  }

  function standingOf({ id, kind, active }: RelayView, tried: RelayRow['tried']): Standing {
    if (!active) return { kind: 'paused' }
    const until = restingUntil(`${kind}/${id}`)
    if (until !== null) return { kind: 'resting', until: isoTime(until) }
    if (tried === null) return { kind: 'idle' }
    return { kind: tried.error === null ? 'delivering' : 'failing' }
  }

  async function rowOf(relay: RelayView): Promise<RelayRow> {
    const { id, name, kind, url, topic, filter, active } = relay
    const tried = await lastTry(id)
    return { id, name, kind, place: url ?? topic ?? '', filter, active, tried, standing: standingOf(relay, tried) }
  }

  async function readAll(): Promise<RelaysModel> {
    const all = await relays.list(0, MOST_RELAYS)
    return { plant: await plant(), relays: await Promise.all(all.map(rowOf)), kinds: relayKinds }
  }

  async function readOne(id: number, cursor: string | undefined): Promise<RelayModel> {
    const relay = relayView(await relays.get(id))
    const [row, shown] = await Promise.all([
      rowOf(relay),
      relays.deliveries(id, { limit: ROWS, ...(cursor === undefined ? {} : { cursor }) }),
    ])
    const { created_at, updated_at } = relay
    return {
      plant: await plant(),
      relay: { ...row, created_at, updated_at },
      deliveries: shown.items,
      older: shown.next_cursor,
      cursor,
    }
  }

  const wantedOf = ({ name, kind, place, type, subject }: Readonly<Record<string, string>>) => {
    const [ofType, ofSubject] = [orNull(type), orNull(subject)]
    const at = orNull(place)
    return {
      name: orNull(name),
      ...(kind === 'topic' ? { topic: at } : { url: at }),
      filter: { ...(ofType === null ? {} : { type: ofType }), ...(ofSubject === null ? {} : { subject: ofSubject }) },
    }
  }

  /** Of an address it says which of the rules it breaks: one that is no URL at all, or leads into a network of ours. */
  function refusal(fault: Fault, { relays }: Text): string | undefined {
    if (fault.code !== 'VALIDATION') return undefined
    const isInner = /^url: \S+ is /.test(fault.message)
    const { innerUrl, ...mistakes } = relays.mistakes
    return relays.refused({ cause: mistakeOf(fault, isInner ? { ...mistakes, url: innerUrl } : mistakes) })
  }

  const list: Screen = {
    path: RELAYS_PATH,
    audience: 'engineer',
    // Deliveries are told by no actor: a beat looks at them.
    concerns: () => false,
    fragments: async (view) => relaysFragments(view, await readAll()),
    page: async (view, reader) => relaysPage(view, await readAll(), reader),
    acts: {
      create: {
        role: 'engineer',
        async run(fields, { by }) {
          const made = await relayActs.create(by, fits(NewRelay, { ...wantedOf(fields), kind: fields.kind }))
          return made.secret === null ? { see: relayPath(made.id) } : { show: { secret: made.secret } }
        },
        refusal,
      },
    },
  }

  function acts(id: number): Record<string, Act> {
    const act = (run: Act['run'], words = refusal): Act => ({ role: 'engineer', run, refusal: words })
    const changed = { see: `${relayPath(id)}?done=relay-changed` }
    const activate = (active: boolean) =>
      act(async (_, { by }) => {
        await relayActs.change(by, id, { active })
        return changed
      })
    return {
      test: act(
        async (_, { by }) => {
          const attempt = await relayActs.test(by, id, AbortSignal.timeout(TEST_MS))
          if (!attempt.taken) throw new Fault('CONFLICT', attempt.error)
          return { see: `${relayPath(id)}?done=relay-tested` }
        },
        ({ code, message }, text) => (code === 'CONFLICT' ? text.relays.notTaken({ cause: message }) : undefined),
      ),
      pause: activate(false),
      resume: activate(true),
      change: act(async (fields, { by }) => {
        const { kind, filter } = await relays.get(id)
        const wanted = wantedOf({ ...fields, kind })
        // A page has no field for it: what a program has set stays.
        const keeps = filter.kind === undefined ? {} : { kind: filter.kind }
        await relayActs.change(by, id, fits(RelayChange, { ...wanted, filter: { ...keeps, ...wanted.filter } }))
        return changed
      }),
      remove: act(async (_, { by }) => {
        await relayActs.remove(by, id)
        return { see: `${RELAYS_PATH}?done=relay-removed` }
      }),
    }
  }

  return async ({ pathname, searchParams }, { role }) => {
    const id = Number(stepBehind(RELAYS_PATH, pathname))
    if (pathname !== RELAYS_PATH && (!Number.isSafeInteger(id) || id < 1)) return null
    if (!atLeast(role, 'engineer')) throw new Fault('FORBIDDEN', 'Relays are for engineers.')
    if (pathname === RELAYS_PATH) return list
    const cursor = textOfQuery(searchParams, 'cursor')
    await relays.get(id)
    return {
      path: hrefOf(relayPath(id), { cursor }),
      audience: 'engineer',
      concerns: () => false,
      fragments: async (view) => relayFragments(view, await readOne(id, cursor)),
      page: async (view, reader) => relayPage(view, await readOne(id, cursor), reader),
      acts: acts(id),
    }
  }
}
