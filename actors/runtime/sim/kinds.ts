import { defineActor, type ActorKind, type Turn } from '../kind.ts'
import type { NewRecord } from '../record.ts'

interface Value {
  readonly v: number
}

interface Ledger {
  /** Depends on every record applied and on their order. */
  hash: number
  count: number
}

/** Everything an actor may ask for, in one kind. Its rows' first column is the offset that made them. */
const ledger = defineActor<Ledger>({
  kind: 'ledger',
  version: 1,
  initial: () => ({ hash: 0, count: 0 }),
  history: ({ count }) => (count % 2 === 0 ? ['offset', 'v'] : ['offset', 'odd', 'v']),
  historyText: true,
  digest: ({ times, texts }) => JSON.stringify([times.length, [...(texts ?? [])].sort()]),
  repeated: { add: again, tell: again },
  on: {
    add: (state, { v, late }: Value & { late: number }, turn) => {
      note(state, v, turn)
      turn.row(turn.at - late, state.count % 2 === 0 ? [turn.offset, v] : [turn.offset, -v, v], textOf(v))
      if (v % 3 === 0) turn.row(turn.at - 2 * late, [turn.offset, v])
      if (v % 5 === 0) {
        const values = state.count % 2 === 0 ? [turn.offset, v] : [turn.offset, -v, v]
        const columns = values.map((value) => Float64Array.of(value, value))
        turn.rows(Float64Array.of(turn.at, turn.at - 3 * late), columns)
      }
      if (v % 4 === 0) turn.emit('notes', turn.at, { v, hash: state.hash }, { urgent: v % 3 === 1 })
      turn.changed()
    },
    tell: (state, { v, to }: Value & { to: readonly string[] }, turn) => {
      note(state, v, turn)
      for (const key of to) turn.send(message(key, 'heard', { v }))
      turn.emit('told', turn.at, { v }, { urgent: v % 2 === 0 })
    },
    heard: (state, { v }: Value, turn) => {
      note(state, v, turn)
      turn.row(turn.at, [turn.offset, v])
    },
    arm: (state, { v, name, ms, times }: Value & { name: string; ms: number; times: number }, turn) => {
      note(state, v, turn)
      turn.setTimer(name, turn.at + ms, 'rang', { v, name, ms, times })
    },
    disarm: (state, { v, name }: Value & { name: string }, turn) => {
      note(state, v, turn)
      turn.clearTimer(name)
    },
    rang: (state, { v, name, ms, times }: Value & { name: string; ms: number; times: number }, turn) => {
      if (v % 7 === 0) throw new Error('the timer throws')
      note(state, v, turn)
      turn.emit('rang', turn.at, { name, times })
      if (times > 1) turn.setTimer(name, turn.at + ms, 'rang', { v, name, ms, times: times - 1 })
    },
    boom: (_, { v, to }: Value & { to: string }, turn) => {
      turn.emit('notes', turn.at, { v })
      turn.send(message(to, 'heard', { v }))
      turn.setTimer('boom', turn.at, 'rang', { v: 1, name: 'boom', ms: 1, times: 1 })
      turn.row(turn.at, [turn.offset, v], 'never')
      throw new Error('the reducer throws')
    },
  },
  ask: { state: (state) => state },
})

/** State that is not plain JSON, and no history. */
const tally = defineActor<Map<number, number>>({
  kind: 'tally',
  version: 1,
  initial: () => new Map(),
  toJson: (state) => [...state],
  fromJson: (json: [number, number][]) => new Map(json),
  on: {
    add: count,
    heard: count,
    tell: (state, { v, to }: Value & { to: readonly string[] }, turn) => {
      count(state, { v })
      for (const key of to) turn.send(message(key, 'heard', { v }))
    },
    boom: () => {
      throw new Error('the tally throws')
    },
  },
  ask: { state: (state) => [...state] },
})

function count(state: Map<number, number>, { v }: Value): void {
  state.set(v, (state.get(v) ?? 0) + 1)
}

/** Of no length, some, and many; one that takes more bytes than units. */
const textOf = (v: number): string => (v % 5 === 0 ? '' : `${'ж'.repeat(v % 7)}${v}`)

function again(state: Ledger, { v }: Value, turn: Turn): void {
  note(state, v, turn)
  turn.row(turn.at, [turn.offset, v], `again ${turn.id}`)
}

function note(state: Ledger, v: number, { offset, at }: Turn): void {
  state.hash = (Math.imul(state.hash, 31) + v + Math.imul(offset, 7) + at) | 0
  state.count++
}

const message = (key: string, type: string, value: object): NewRecord => ({ key, type, value: JSON.stringify(value) })

export const KINDS: ReadonlyMap<string, ActorKind> = new Map([ledger, tally].map((kind) => [kind.kind, kind]))
