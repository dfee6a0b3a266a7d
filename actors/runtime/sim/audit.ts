import { readRows } from '../history/read.ts'
import { openSegment } from '../history/segment.ts'
import { decodeTexts } from '../history/texts.ts'
import type { ActorKind } from '../kind.ts'
import type { Limits } from '../limits.ts'
import type { Segment } from '../ports.ts'
import { DEAD_LETTERS } from '../supervision.ts'
import { fold, type Folded, type Outcome } from './fold.ts'
import type { MemoryStore } from './memory-store.ts'
import type { SimLog } from './sim-log.ts'

/** One read of an actor's history while the world was running. */
export interface Observation {
  readonly address: string
  /** Segments of one moment, and what memory had beside them. */
  readonly segments: readonly Segment[]
  /** Offset of the snapshot that was stored when the read began, -1 for none. */
  readonly snapshot: number
}

/** What the world has come to against the plain fold of its log: one sentence for each difference. */
export function audit(
  log: SimLog,
  store: MemoryStore,
  kinds: ReadonlyMap<string, ActorKind>,
  limits: Limits,
  clip: boolean,
  observations: readonly Observation[],
  answers: ReadonlyMap<string, string>,
): string[] {
  const wrong: string[] = []
  const expected = log.partitions.map((records, partition) => fold(records, partition, kinds, limits))
  const actors = new Map(expected.flatMap((outcome) => [...outcome.actors]))
  for (const [address, folded] of actors) {
    compareActor(wrong, address, folded, store, kinds)
    const segments = [...(store.segments.get(address)?.values() ?? [])]
    for (const segment of segments) checkDigest(wrong, kinds.get(address.split('/')[0]!)!, segment)
    compare(wrong, `history of ${address}`, readOf(segments, clip), rowsOf(folded.rows))
  }
  for (const [address, body] of answers) {
    const kind = kinds.get(address.split('/')[0]!)!
    const { state } = actors.get(address)!
    compare(wrong, `answer of ${address}`, body, JSON.stringify(kind.toJson ? kind.toJson(state) : state))
  }
  for (const { address, segments, snapshot } of observations) {
    const last = segments.reduce((most, segment) => Math.max(most, segment.last), snapshot)
    const rows = (actors.get(address)?.rows ?? []).filter(({ offset }) => offset <= last)
    compare(wrong, `read of ${address} up to ${last}`, readOf(segments, clip), rowsOf(rows))
  }
  compareMap(
    wrong,
    'effect',
    effectsOf(store),
    merged(expected, ({ effects }) => effects),
  )
  const ids = new Map([...store.ids].map(([key, { offset }]) => [key, offset]))
  compareMap(
    wrong,
    'id',
    ids,
    merged(expected, (outcome) => outcome.ids),
  )
  checkMessages(wrong, log, expected)
  return wrong
}

function compareActor(
  wrong: string[],
  address: string,
  folded: Folded,
  store: MemoryStore,
  kinds: ReadonlyMap<string, ActorKind>,
): void {
  const snapshot = store.snapshots.get(address)
  if (snapshot === undefined) return void wrong.push(`${address} has no snapshot`)
  const kind = kinds.get(address.split('/')[0]!)!
  const stored = JSON.parse(snapshot.state)
  compare(
    wrong,
    address,
    {
      offset: snapshot.offset,
      state: stored.state,
      timers: Object.entries(stored.timers ?? {}).sort(byName),
      failures: stored.failures ?? [],
      quarantined: stored.quarantine !== undefined,
    },
    {
      offset: folded.offset,
      state: kind.toJson ? kind.toJson(folded.state) : folded.state,
      timers: [...folded.timers]
        .map(([name, { due, type, value }]): [string, unknown] => [name, [due, type, JSON.stringify(value)]])
        .sort(byName),
      failures: folded.failures,
      quarantined: folded.quarantined,
    },
  )
  if (!folded.quarantined && folded.timers.size > 0) wrong.push(`${address} has timers that did not fire`)
  const due = Math.min(...[...folded.timers.values()].map((timer) => timer.due))
  compare(wrong, `due of ${address}`, snapshot.due ?? Infinity, due)
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1)

/** A digest is that of the rows beside which it lies, whoever wrote or merged them. */
function checkDigest(wrong: string[], { digest }: ActorKind, segment: Segment): void {
  const open = openSegment(segment.data)
  const texts = segment.texts && decodeTexts(segment.texts)
  const rows = { names: [], times: open.times(), offsets: open.offsets(), columns: [], ...(texts ? { texts } : {}) }
  compare(wrong, `digest of ${segment.address} ${segment.first}`, segment.digest, digest?.(rows))
}

const NAMES = ['offset', 'odd', 'v']

function readOf(segments: readonly Segment[], clip: boolean): string[] {
  const range = { from: -Infinity, to: Infinity, names: NAMES, texts: true }
  const { times, columns, texts } = readRows(segments, range, clip)
  return [...times].map((time, i) => `${time} ${columns.map((values) => values[i])} ${texts![i]}`).sort()
}

const rowsOf = (rows: Folded['rows']): string[] =>
  rows.map(({ time, values, text }) => `${time} ${NAMES.map((name) => values[name] ?? NaN)} ${text}`).sort()

/** The cause of a dead letter is its code: a stack is text for people. */
const effectsOf = (store: MemoryStore): Map<string, string> =>
  new Map(
    [...store.effects].map(([key, { collection, body }]) => [
      key,
      collection === DEAD_LETTERS ? JSON.parse(body).code : body,
    ]),
  )

const merged = <Value>(
  outcomes: readonly Outcome[],
  pick: (outcome: Outcome) => ReadonlyMap<string, Value>,
): Map<string, Value> => new Map(outcomes.flatMap((outcome) => [...pick(outcome)]))

/** Every message sent is in the log, none that was not sent, and the first arrivals at one actor keep the order of sending. */
function checkMessages(wrong: string[], log: SimLog, expected: readonly Outcome[]): void {
  const sent = new Map(
    expected
      .flatMap(({ messages }) => messages)
      .map(({ source, key, type, value }) => [`${key}\t${source}`, `${type} ${value}`]),
  )
  const arrived = new Map<string, string>()
  const latest = new Map<string, [number, number]>()
  for (const { source, key, type, value } of log.partitions.flat()) {
    if (source === '' || arrived.has(`${key}\t${source}`)) continue
    arrived.set(`${key}\t${source}`, `${type} ${value}`)
    const [partition, offset, n] = source.split('-').map(Number) as [number, number, number]
    const before = latest.get(`${key}\t${partition}`) ?? [-1, -1]
    if (offset < before[0] || (offset === before[0] && n < before[1]))
      wrong.push(`message ${source} to ${key} came late`)
    latest.set(`${key}\t${partition}`, [offset, n])
  }
  compareMap(wrong, 'message', arrived, sent)
}

function compare(wrong: string[], what: string, found: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)]
  if (left !== right) wrong.push(`${what}: found ${left}, expected ${right}`)
}

function compareMap<Value>(
  wrong: string[],
  what: string,
  found: ReadonlyMap<string, Value>,
  expected: ReadonlyMap<string, Value>,
): void {
  for (const key of new Set([...found.keys(), ...expected.keys()])) {
    compare(wrong, `${what} ${key}`, found.get(key), expected.get(key))
  }
}
