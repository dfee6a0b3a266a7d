import type { Cluster } from '../../actors/cluster/port.ts'
import { DEAD_LETTERS, Fault, formatPosition, type DeadLetter, type Effect } from '../../actors/runtime/index.ts'
import { fromCursor, page, toCursor } from '../paging.ts'
import { isoTime } from '../time.ts'
import { createReplays, recordOf, type Replay } from './replays.ts'
import type { LetterDocument, LetterFilter, LetterSummary } from './schema.ts'

/** Read at once when only some are wanted: the store does not know what is in an effect. */
const BATCH = 500
/** After this many the page ends where it stands; its cursor goes on from there. */
const MOST_READ = 20_000
const MOST_SHOWN = 4096
/** Letters of one replay by filter. */
const MOST_REPLAYED = 1000
/** How long a replay that fails again may take until its own dead letter is there. */
const FAILS_WITHIN_MS = 100
const LOOK_EVERY_MS = 5

interface Letter {
  readonly id: string
  readonly letter: DeadLetter
}

const kindOf = ({ key }: DeadLetter) => key.slice(0, Math.max(0, key.indexOf('/')))
const letterOf = ({ id, body }: Effect): Letter => ({ id, letter: JSON.parse(body) as DeadLetter })

const fits = ({ kind, code }: LetterFilter, letter: DeadLetter) =>
  (kind === undefined || kindOf(letter) === kind) && (code === undefined || letter.code === code)

const shown = ({ id, letter }: Letter, replay: Replay | undefined) => ({
  id,
  at: isoTime(letter.at),
  code: letter.code,
  cause: letter.error,
  kind: kindOf(letter),
  address: letter.key,
  type: letter.type,
  position: formatPosition(letter),
  attempts: replay?.attempt ?? 0,
  replayed_at: replay?.at ?? null,
  replayed_by: replay?.by ?? null,
  replay_position: replay?.position ?? null,
})

/** What could not be applied or delivered, from wherever it came. */
export function createDeadLetters({ cluster, now }: { cluster: Cluster; now: () => number }) {
  const { store } = cluster
  const replays = createReplays(store, now)

  /** Newest first; stops at `limit + 1` letters that fit, or after so many read: then `end` says where. */
  async function find(filter: LetterFilter, limit: number, from?: { at: number; id: string }) {
    const all = filter.kind === undefined && filter.code === undefined
    const found: (Letter & { at: number })[] = []
    let after = from
    for (let read = 0; ;) {
      const batch = await store.listEffects({
        collection: DEAD_LETTERS,
        limit: all ? limit + 1 - found.length : BATCH,
        ...(after === undefined ? {} : { after }),
      })
      for (const effect of batch) {
        const one = letterOf(effect)
        if (fits(filter, one.letter)) found.push({ ...one, at: effect.at })
        after = { at: effect.at, id: effect.id }
        if (found.length > limit) return { found, end: undefined }
      }
      read += batch.length
      if (all || batch.length < BATCH) return { found, end: undefined }
      if (read >= MOST_READ) return { found, end: after }
    }
  }

  /** Those that fit and were never replayed, the oldest first, at most so many. */
  async function findOpen(filter: LetterFilter, most: number): Promise<Letter[]> {
    const open: Letter[] = []
    for (let after: { at: number; id: string } | undefined; ;) {
      const batch = await store.listEffects({
        collection: DEAD_LETTERS,
        oldestFirst: true,
        limit: BATCH,
        ...(after === undefined ? {} : { after }),
      })
      const fitting = batch.map(letterOf).filter(({ letter }) => fits(filter, letter))
      const known = await Promise.all(fitting.map(({ id }) => replays.last(id)))
      open.push(...fitting.filter((_, i) => known[i]?.position == null))
      if (open.length >= most || batch.length < BATCH) return open.slice(0, most)
      const { at, id } = batch.at(-1)!
      after = { at, id }
    }
  }

  async function read(id: string): Promise<Letter> {
    const effect = await store.getEffect(DEAD_LETTERS, id)
    if (effect === undefined) throw new Fault('NOT_FOUND', 'There is no such dead letter.')
    return letterOf(effect)
  }

  async function documentOf(one: Letter): Promise<LetterDocument> {
    const { payload, stack, record_id } = one.letter
    return { ...shown(one, await replays.last(one.id)), payload, stack, record_id: record_id || null }
  }

  /** Appends the record of one more attempt; undefined: it was to be the first, and is not. Faults: CONFLICT, LOG_UNAVAILABLE. */
  async function append({ id, letter }: Letter, by: string | null, only: { first: boolean }) {
    // Refused before an attempt is noted.
    recordOf(id, letter, 0, now())
    const attempt = await replays.begin(id, by, only)
    if (attempt === undefined) return undefined
    const record = recordOf(id, letter, attempt, now())
    const [position] = await cluster.append([record])
    if (!position) throw new Fault('LOG_UNAVAILABLE', 'The log could not take it; replay it again.')
    await replays.done(id, formatPosition(position))
    return { record, position }
  }

  /** Why a record was not applied, if it has become a dead letter itself. */
  async function failureAt(partition: number, offset: number): Promise<string | undefined> {
    const deadline = performance.now() + FAILS_WITHIN_MS
    for (;;) {
      const effect = await store.getEffect(DEAD_LETTERS, `${partition}-${offset}-0`)
      if (effect !== undefined) {
        const { letter } = letterOf(effect)
        return `${letter.code}: ${letter.error}`
      }
      if (performance.now() > deadline) return undefined
      await Bun.sleep(LOOK_EVERY_MS)
    }
  }

  return {
    /** How many there are, counted up to `most`. */
    count: (most: number): Promise<number> => store.countEffects(DEAD_LETTERS, most),

    /** Newest first. Fault VALIDATION (cursor). */
    async list(filter: LetterFilter, { limit, cursor }: { limit: number; cursor?: string }) {
      const [at, last] = cursor === undefined ? [] : (fromCursor(cursor, ['number', 'string']) as [number, string])
      const from = at === undefined || last === undefined ? undefined : { at, id: last }
      const { found, end } = await find(filter, limit, from)
      const items = await Promise.all(
        found.slice(0, limit).map(async (one): Promise<LetterSummary> => ({
          ...shown(one, await replays.last(one.id)),
          payload: one.letter.payload.slice(0, MOST_SHOWN).toWellFormed(),
        })),
      )
      if (end) return { items, next_cursor: toCursor([end.at, end.id]) }
      const { next_cursor } = page(
        found,
        limit,
        ({ id }) => id,
        (one) => [one.at, one.id],
      )
      return { items, next_cursor }
    },

    /** Fault NOT_FOUND. */
    get: async (id: string): Promise<LetterDocument> => await documentOf(await read(id)),

    /**
     * Gives it to its actor once more, and waits up to 2 s for what comes of it: `applied` false means that it takes longer. Faults: NOT_FOUND;
     * CONFLICT when it cannot be replayed, or failed again; LOG_UNAVAILABLE.
     */
    async replay(id: string, by: string | null) {
      const one = await read(id)
      const { record, position } = (await append(one, by, { first: false }))!
      const minOffsets = new Map([[position.partition, position.offset]])
      const applied = await cluster.ask(record.key, '$inspect', {}, { minOffsets }).then(
        () => true,
        (error: unknown) => {
          // An actor of no kind cannot be asked, and its record is buried at once.
          if (error instanceof Fault) return error.code === 'NOT_FOUND'
          throw error
        },
      )
      const failure = applied ? await failureAt(position.partition, position.offset) : undefined
      if (failure !== undefined) throw new Fault('CONFLICT', `It failed again: ${failure}`)
      return { applied, position: formatPosition(position), letter: await documentOf(one) }
    },

    /**
     * Those that fit and were never replayed, the oldest first, at most 1,000 of them; two such replays at once take each letter once. `more`:
     * there are others. Fault LOG_UNAVAILABLE.
     */
    async replayAll(filter: LetterFilter, by: string | null) {
      // Before the first is replayed: it may fail again, and be among them.
      const open = await findOpen(filter, MOST_REPLAYED + 1)
      let replayed = 0
      let refused = 0
      for (const one of open.slice(0, MOST_REPLAYED)) {
        try {
          if ((await append(one, by, { first: true })) !== undefined) replayed++
        } catch (error) {
          if (!(error instanceof Fault) || error.code !== 'CONFLICT') throw error
          refused++
        }
      }
      return { replayed, refused, more: open.length > MOST_REPLAYED }
    },

    /** After old letters have gone: forgets what was known of their replays. */
    sweep: () => replays.sweep(async (id) => (await store.getEffect(DEAD_LETTERS, id)) !== undefined),

    /** Fault NOT_FOUND. */
    async drop(id: string): Promise<LetterDocument> {
      const document = await documentOf(await read(id))
      await store.deleteEffect(DEAD_LETTERS, id)
      await replays.forget(id)
      return document
    },
  }
}
export type DeadLetters = ReturnType<typeof createDeadLetters>
