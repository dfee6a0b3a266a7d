import type { ActorKind, Turn } from '../kind.ts'
import type { LogRecord, NewRecord } from '../record.ts'

/** One actor after all records of the log. */
export interface Folded {
  state: unknown
  offset: number
  timers: Map<string, { due: number; type: string; value: unknown }>
  failures: number[]
  quarantined: boolean
  /** `offset` and what the row says, in the order of the log. */
  rows: { offset: number; time: number; values: Record<string, number>; text: string }[]
}

/** What must be there in the end, by nothing but reading the log from its beginning. */
export interface Outcome {
  readonly actors: Map<string, Folded>
  /** Collection and id → body; of a dead letter its code. */
  readonly effects: Map<string, string>
  /** Address and id → the offset that brought it first. */
  readonly ids: Map<string, number>
  /** In the order of sending. */
  readonly messages: NewRecord[]
}

interface Rules {
  readonly quarantineAfter: number
  readonly quarantineMs: number
}

/** The meaning of one partition of the log, written down without memory, failure, snapshot or time. */
export function fold(
  records: readonly LogRecord[],
  partition: number,
  kinds: ReadonlyMap<string, ActorKind>,
  rules: Rules,
): Outcome {
  const outcome: Outcome = { actors: new Map(), effects: new Map(), ids: new Map(), messages: [] }
  const heard = new Set<string>()
  for (const record of records) {
    const kind = kinds.get(record.key.split('/')[0]!)
    const bury = (code: string) => outcome.effects.set(`dead_letters\t${partition}-${record.offset}-0`, code)
    if (kind === undefined) {
      bury('UNKNOWN_KIND')
      continue
    }
    const actor = outcome.actors.get(record.key) ?? emptyActor(kind, record.key)
    outcome.actors.set(record.key, actor)
    actor.offset = record.offset
    const message = `${record.key}\t${record.source}`
    if (record.source !== '' && heard.has(message)) continue
    heard.add(message)
    if (record.id !== '' && outcome.ids.has(`${record.key}\t${record.id}`)) {
      const { repeated = {} } = kind
      if (actor.quarantined || !Object.hasOwn(repeated, record.type)) continue
      apply(
        outcome,
        actor,
        kind,
        { ...record, id: '' },
        partition,
        rules,
        repeated[record.type],
        record.value,
        record.id,
      )
      continue
    }
    if (record.type === '$release') {
      actor.quarantined = false
      actor.failures = []
    } else if (record.type === '$timer') {
      const { name, due } = JSON.parse(record.value)
      const timer = actor.timers.get(name)
      if (timer === undefined || timer.due !== due || actor.quarantined) continue
      actor.timers.delete(name)
      apply(outcome, actor, kind, record, partition, rules, reducerOf(kind, timer.type), JSON.stringify(timer.value))
    } else if (actor.quarantined) bury('QUARANTINED')
    else apply(outcome, actor, kind, record, partition, rules, reducerOf(kind, record.type), record.value)
  }
  return outcome
}

const emptyActor = (kind: ActorKind, address: string): Folded => ({
  state: kind.initial(address.split('/')[1]!),
  offset: -1,
  timers: new Map(),
  failures: [],
  quarantined: false,
  rows: [],
})

const reducerOf = ({ on }: ActorKind, type: string) => (Object.hasOwn(on, type) ? on[type] : undefined)

function apply(
  outcome: Outcome,
  actor: Folded,
  kind: ActorKind,
  record: LogRecord,
  partition: number,
  { quarantineAfter, quarantineMs }: Rules,
  reduce: ActorKind['on'][string] | undefined,
  value: string,
  shownId = record.id,
): void {
  const { offset, at, key, id } = record
  const bury = (code: string) => outcome.effects.set(`dead_letters\t${partition}-${offset}-0`, code)
  if (reduce === undefined) return void bury('UNKNOWN_TYPE')
  const effects: [string, string][] = []
  const messages: NewRecord[] = []
  const timers = new Map(actor.timers)
  const rows: Folded['rows'] = []
  const output = () => `${partition}-${offset}-${effects.length + messages.length}`
  const addRow = (time: number, values: ArrayLike<number>, text = '') => {
    const named = kind.history!(actor.state).flatMap((name, i) => (i < values.length ? [[name, values[i]!]] : []))
    rows.push({ offset, time, values: Object.fromEntries(named), text })
  }
  const turn: Turn = {
    address: key,
    actorId: key.split('/')[1]!,
    partition,
    offset,
    at,
    takenAt: at,
    id: shownId,
    text: record.value,
    emit(collection, _, body) {
      const id = output()
      effects.push([`${collection}\t${id}`, JSON.stringify(body)])
      return id
    },
    send: (message) => messages.push({ ...message, source: output() }),
    setTimer: (name, due, timerType, timerValue) =>
      timers.set(name, { due, type: timerType, value: timerValue ?? null }),
    clearTimer: (name) => timers.delete(name),
    row: addRow,
    rows: (times, columns) =>
      times.forEach((time, i) =>
        addRow(
          time,
          columns.map((values) => values[i]!),
        ),
      ),
    changed: () => {},
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    bury('UNREADABLE_RECORD')
    return fail()
  }
  try {
    reduce(actor.state, parsed as never, turn)
  } catch {
    bury('POISON')
    return fail()
  }
  for (const [effect, body] of effects) outcome.effects.set(effect, body)
  outcome.messages.push(...messages)
  actor.timers = timers
  actor.rows.push(...rows)
  if (id !== '') outcome.ids.set(`${key}\t${id}`, offset)

  function fail(): void {
    actor.failures = [...actor.failures.filter((time) => time > at - quarantineMs), at]
    actor.quarantined = actor.failures.length >= quarantineAfter
  }
}
