import type { ActorKind, NewRecord, Turn } from '../runtime/index.ts'

export interface Emitted {
  readonly collection: string
  readonly at: number
  readonly body: Record<string, unknown>
}

/** One actor with turns that only collect: what it emitted and sent, which rows it added, which timers are armed. */
export function actorAlone(kind: ActorKind, id: string) {
  const address = `${kind.kind}/${id}`
  let state = kind.initial(id)
  let offset = -1
  const rows: { time: number; values: Float64Array }[] = []
  const emitted: Emitted[] = []
  const sent: NewRecord[] = []
  const timers = new Map<string, { dueMs: number; type: string; value: unknown }>()
  const seen = new Set<string>()
  let changes = 0

  function apply(type: string, value: unknown, { at = 0, id: recordId = '' } = {}): void {
    if (recordId !== '' && seen.has(recordId)) return
    seen.add(recordId)
    offset++
    let outputs = 0
    const turn: Turn = {
      address,
      actorId: id,
      partition: 0,
      offset,
      at,
      takenAt: at,
      id: recordId,
      text: JSON.stringify(value),
      emit(collection, at, body) {
        emitted.push({ collection, at, body: body as Record<string, unknown> })
        return `0-${offset}-${outputs++}`
      },
      send(record) {
        sent.push(record)
        outputs++
      },
      setTimer: (name, dueMs, type, value) => void timers.set(name, { dueMs, type, value }),
      clearTimer: (name) => void timers.delete(name),
      row: (time, values) => void rows.push({ time, values: Float64Array.from(values) }),
      rows: (times, columns) =>
        times.forEach((time, i) => rows.push({ time, values: Float64Array.from(columns, (values) => values[i]!) })),
      changed: () => void changes++,
    }
    const reduce = kind.on[type]
    if (!reduce) throw new Error(`${kind.kind} has no record ${type}`)
    reduce(state, value as never, turn)
  }

  return {
    rows,
    emitted,
    sent,
    timers,
    apply,
    /** Applies a record as it stands in the log; an id that was applied is skipped. */
    take: ({ type, value, id }: NewRecord, at = 0) => apply(type, JSON.parse(value), { at, ...(id ? { id } : {}) }),
    /** Fires the timer `name` at the moment it is due. */
    fire(name: string) {
      const timer = timers.get(name)
      if (!timer) throw new Error(`no timer ${name} is armed`)
      timers.delete(name)
      apply(timer.type, timer.value, { at: timer.dueMs })
    },
    /** An answer as it goes out: through JSON. */
    ask<Answer>(question: string, query: object = {}, nowMs = 0): Answer {
      const answer = kind.ask?.[question]
      if (!answer) throw new Error(`${kind.kind} has no question ${question}`)
      return JSON.parse(JSON.stringify(answer(state, query as never, { address, actorId: id, offset, nowMs })))
    },
    /** Ends and begins again from its snapshot. */
    restart() {
      const json = JSON.parse(JSON.stringify(kind.toJson ? kind.toJson(state) : state))
      state = kind.fromJson ? kind.fromJson(json as never) : json
    },
    snapshotLength: () => JSON.stringify(kind.toJson ? kind.toJson(state) : state).length,
    get state() {
      return state
    },
    /** Of the last record. */
    lastOffset: () => offset,
    get changes() {
      return changes
    },
  }
}
