import { expect, test } from 'bun:test'
import { actorAlone } from '../exhauster/turns.fixture.ts'
import { exhauster } from '../exhauster/actor.ts'
import { Fault, partitionOf, type NewRecord, type Position } from '../runtime/index.ts'
import { plant } from './actor.ts'
import { runGateway, type GatewayOptions } from './gateway.ts'
import { PLACES } from './keys.ts'
import type { PlantState } from './schema.ts'
import type { FrameSource, SourceMessage } from './source.ts'

const PARTITIONS = 16
const START = Date.parse('2026-11-22T10:00:00Z')
const whole = Object.fromEntries([...PLACES.keys()].map((key) => [key, 1]))
const text = (n: number) => JSON.stringify({ moment: new Date(START + n * 60_000).toISOString(), ...whole })

/** A recording: message n has the cursor n; a cursor continues behind it. */
function recording(texts: (string | Uint8Array)[], more: Partial<FrameSource> = {}): FrameSource {
  return {
    id: 'file:test',
    clock: 'replay',
    async *frames(after) {
      for (let n = after === null ? 0 : Number(after) + 1; n < texts.length; n++)
        yield { text: texts[n]!, cursor: String(n) }
    },
    ...more,
  }
}

/** A log in memory, each partition a list, and the actors that it makes. `refuse` fails appends: wholly, or one partition. */
function memoryLog() {
  const records: NewRecord[][] = Array.from({ length: PARTITIONS }, () => [])
  const appends: NewRecord[][] = []
  const log = {
    records,
    appends,
    /** Partitions that take nothing now; all when it holds -1. Called before each append. */
    refuse: (_: number): number[] => [],
    all: () => records.flat(),
    /** State of one actor, from the log alone. */
    fold(address: string) {
      const [kind, id] = address.split('/')
      const actor = actorAlone(kind === 'plant' ? plant : exhauster, id!)
      for (const record of records[partitionOf(address, PARTITIONS)]!) if (record.key === address) actor.take(record)
      return actor
    },
    cluster: {
      async append(batch: readonly NewRecord[]): Promise<(Position | null)[]> {
        const refused = log.refuse(appends.length)
        appends.push([...batch])
        if (refused.includes(-1)) throw new Fault('LOG_UNAVAILABLE', 'down')
        return batch.map((record) => {
          const partition = partitionOf(record.key, PARTITIONS)
          if (refused.includes(partition)) return null
          return { partition, offset: records[partition]!.push(record) - 1 }
        })
      },
      async ask(address: string, question: string, query?: unknown) {
        return { body: JSON.stringify(log.fold(address).ask(question, query as object)) }
      },
    },
  }
  return log
}

const run = (log: ReturnType<typeof memoryLog>, source: FrameSource, more: Partial<GatewayOptions> = {}) =>
  runGateway({
    cluster: log.cluster,
    source,
    now: () => START,
    wait: async () => {},
    signal: new AbortController().signal,
    report: () => {},
    ...more,
  })

const moments = (log: ReturnType<typeof memoryLog>, address: string) =>
  log.records[partitionOf(address, PARTITIONS)]!.filter(({ key }) => key === address).map(({ id }) => Number(id))
const plantOf = (log: ReturnType<typeof memoryLog>) =>
  (log.fold('plant/main').state as PlantState).sources['file:test']!

test('every frame becomes a record for each machine, in order, and the cursor stands at the last', async () => {
  const log = memoryLog()
  await run(log, recording(Array.from({ length: 300 }, (_, n) => text(n))))
  for (const address of ['exhauster/u-171', 'exhauster/x-172', 'machine/am-3'])
    expect(moments(log, address)).toEqual(Array.from({ length: 300 }, (_, n) => START + n * 60_000))
  expect(plantOf(log)).toMatchObject({ cursor: '299', frames: 300 })
})

test('frames that come fast are appended together, within bounds', async () => {
  const log = memoryLog()
  const slow = async (batch: readonly NewRecord[]) => {
    await new Promise(setImmediate)
    return log.cluster.append(batch)
  }
  await run(log, recording(Array.from({ length: 300 }, (_, n) => text(n))), {
    cluster: { ...log.cluster, append: slow },
  })
  expect(log.appends.length).toBeLessThan(30)
  for (const batch of log.appends) expect(new Set(batch.map(({ id }) => id)).size).toBeLessThanOrEqual(129)
})

test('the cursor is appended only after the records that it stands for are durable', async () => {
  const log = memoryLog()
  await run(log, recording([text(0), text(1)]))
  for (const batch of log.appends) expect(new Set(batch.map(({ key }) => key === 'plant/main')).size).toBe(1)
  expect(log.appends.map((batch) => batch[0]!.key === 'plant/main')).toEqual(log.appends.map((_, i) => i % 2 === 1))
})

test('a second run continues behind the first, and a third has nothing to do', async () => {
  const log = memoryLog()
  await run(log, recording([text(0), text(1)]))
  const asked: (string | null)[] = []
  const source = recording([text(0), text(1), text(2)])
  const watched = { ...source, frames: (after: string | null) => (asked.push(after), source.frames(after)) }
  await run(log, watched)
  await run(log, watched)
  expect(asked).toEqual(['1', '2'])
  expect(moments(log, 'exhauster/f-171')).toHaveLength(3)
})

test('a log that takes nothing is tried again with growing pauses, and nothing is lost or out of order', async () => {
  const log = memoryLog()
  const pauses: number[] = []
  log.refuse = (n) => (n < 9 ? [-1] : [])
  await run(log, recording([text(0), text(1), text(2)]), { wait: async (ms) => void pauses.push(ms) })
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000])
  expect(moments(log, 'exhauster/u-171')).toEqual([0, 1, 2].map((n) => START + n * 60_000))
})

test('a partition that takes nothing for a while gets its records before anything newer goes there', async () => {
  const log = memoryLog()
  const blocked = partitionOf('exhauster/u-172', PARTITIONS)
  log.refuse = (n) => (n < 5 ? [blocked] : [])
  await run(log, recording(Array.from({ length: 20 }, (_, n) => text(n))))
  expect(moments(log, 'exhauster/u-172')).toEqual(Array.from({ length: 20 }, (_, n) => START + n * 60_000))
  expect(moments(log, 'exhauster/u-171')).toHaveLength(20)
})

test('a plant that is being restored is asked again', async () => {
  const log = memoryLog()
  let asked = 0
  const cluster = {
    ...log.cluster,
    ask: async (address: string, question: string, query?: unknown) => {
      if (asked++ < 3) throw new Fault('RESTORING', 'soon')
      return log.cluster.ask(address, question, query)
    },
  }
  await run(log, recording([text(0)]), { cluster })
  expect(asked).toBe(4)
  expect(plantOf(log).frames).toBe(1)
})

test('what another try does not mend ends the gateway with its error', async () => {
  const log = memoryLog()
  const broken = { ...log.cluster, append: () => Promise.reject(new Fault('DATA_CORRUPT', 'bad disk')) }
  await expect(run(log, recording([text(0)]), { cluster: broken })).rejects.toThrow('bad disk')
  const failing = recording([], {
    async *frames(): AsyncIterable<SourceMessage> {
      yield { text: text(0), cursor: '0' }
      throw new Error('the file is gone')
    },
  })
  await expect(run(log, failing)).rejects.toThrow('the file is gone')
  expect(plantOf(log).cursor).toBe('0')
})

test('a plant in quarantine is waited for, and said once', async () => {
  const log = memoryLog()
  const sentences: string[] = []
  let asked = 0
  const cluster = {
    ...log.cluster,
    ask: async (...question: Parameters<typeof log.cluster.ask>) => {
      if (++asked <= 3) throw new Fault('QUARANTINED', 'five records threw')
      return await log.cluster.ask(...question)
    },
  }
  await run(log, recording([text(0)]), { cluster, report: (sentence) => sentences.push(sentence) })
  expect([asked, plantOf(log).frames, sentences.length]).toEqual([4, 1, 1])
  expect(sentences[0]).toContain('plant/main is quarantined (five records threw)')
})

test('a bad message becomes a dead letter and the stream goes on', async () => {
  const log = memoryLog()
  const bad = ['not json', '[]', '{"moment":"2026-11-22T10:00:00"}', '{"a":1}', 'x'.repeat(2 << 20)]
  await run(log, recording([text(0), ...bad, text(1)]))
  expect(moments(log, 'exhauster/u-171')).toHaveLength(2)
  expect(log.fold('plant/main').emitted.map(({ body }) => body.code)).toEqual([
    'FRAME_NOT_JSON',
    'FRAME_NOT_OBJECT',
    'FRAME_NO_SIGNALS',
    'FRAME_NO_MOMENT',
    'FRAME_TOO_LARGE',
  ])
  expect(plantOf(log)).toMatchObject({ frames: 2, cursor: '6' })
})

test('a live frame from the future is a dead letter and makes no right frame late; a replayed one is as good as any', async () => {
  const [live, replayed] = [memoryLog(), memoryLog()]
  const texts = [text(0), text(600), text(1)]
  await run(live, recording(texts, { clock: 'live' }))
  await run(replayed, recording(texts))
  expect(moments(live, 'exhauster/u-171')).toEqual([START, START + 60_000])
  expect(plantOf(live).rejected).toEqual({ FRAME_IN_FUTURE: 1 })
  expect(moments(replayed, 'exhauster/u-171')).toHaveLength(3)
})

test('it ends when it is told to, also while its source is silent and while the log takes nothing', async () => {
  const silent = recording([], {
    async *frames(): AsyncIterable<SourceMessage> {
      yield { text: text(0), cursor: '0' }
      await new Promise(() => {})
    },
  })
  const first = memoryLog()
  const stop = new AbortController()
  const written = Promise.withResolvers<void>()
  const cluster = {
    ...first.cluster,
    append: async (batch: readonly NewRecord[]) => {
      const positions = await first.cluster.append(batch)
      if (batch[0]!.key === 'plant/main') written.resolve()
      return positions
    },
  }
  const running = run(first, silent, { cluster, signal: stop.signal })
  await written.promise
  stop.abort()
  await running

  // More than the gateway reads ahead: it waits for room when it is told to end.
  const many = recording(Array.from({ length: 300 }, (_, n) => text(n)))
  const second = memoryLog()
  second.refuse = () => [-1]
  const halt = new AbortController()
  let tries = 0
  const wait = async () => {
    await new Promise(setImmediate)
    if (++tries > 10) halt.abort()
  }
  await run(second, many, { signal: halt.signal, wait })
  expect(second.all()).toEqual([])
})

test('a kill at any append, whatever of it was written, loses nothing and doubles nothing', async () => {
  const frames = 40
  const texts = Array.from({ length: frames }, (_, n) => (n % 13 === 7 ? 'bad' : text(n)))
  /** Small batches, so that there are many places to die. */
  const slow = (): FrameSource => {
    const source = recording(texts)
    return {
      ...source,
      async *frames(after) {
        for await (const message of source.frames(after)) {
          yield message
          for (let i = 0; i < 20; i++) await Promise.resolve()
        }
      },
    }
  }
  const calm = memoryLog()
  await run(calm, slow())

  for (let seed = 1; seed <= 40; seed++) {
    const log = memoryLog()
    let random = seed
    const next = (below: number) => (random = (Math.imul(random, 1103515245) + 12345) & 0x7fffffff) % below
    for (let life = 0; life < 8; life++) {
      const death = new AbortController()
      let left = 1 + next(6)
      const cluster = {
        ...log.cluster,
        append: async (batch: readonly NewRecord[]) => {
          if (left-- > 0) return log.cluster.append(batch)
          // Some partitions were written when it died, others not, and nobody heard which.
          const taken = new Set(Array.from({ length: PARTITIONS }, (_, p) => p).filter(() => next(2) === 0))
          await log.cluster.append(batch.filter(({ key }) => taken.has(partitionOf(key, PARTITIONS))))
          death.abort()
          throw new Fault('LOG_UNAVAILABLE', 'killed')
        },
      }
      await run(log, slow(), { cluster, signal: death.signal })
    }
    await run(log, slow())
    for (const address of ['exhauster/u-171', 'exhauster/f-172', 'exhauster/x-172']) {
      const [killed, whole] = [log.fold(address), calm.fold(address)]
      expect(killed.rows.map(({ time }) => time)).toEqual(whole.rows.map(({ time }) => time))
      expect(JSON.stringify(killed.ask('document'))).toBe(JSON.stringify(whole.ask('document')))
      expect(killed.emitted).toEqual(whole.emitted)
    }
    expect(log.fold('plant/main').state).toEqual(calm.fold('plant/main').state)
  }
})
