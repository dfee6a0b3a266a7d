import { compare, type Line, type Stored, type Verdict } from './ledger.ts'
import type { Node } from './node.ts'
import { EXHAUSTERS, FRAME_EVERY_MS, SIGNAL, temperatureOf, type PlantTopic } from './plant-topic.ts'
import { eventType, ROTOR_OF, type Load } from './senders.ts'
import type { Session } from './session.ts'

const PAGE = 1_000
const RETRIES = 20
const TREND_MS = 7 * 86_400_000

/** Reads what is stored of everything that was sent, through the API of one node after the other, and compares. */
export async function audit(parts: {
  load: Load
  nodes: readonly Node[]
  session: Session
  plant: PlantTopic | null
}): Promise<Verdict> {
  const { load, nodes, session, plant } = parts
  let turn = 0
  async function get<T>(path: string): Promise<T> {
    for (let left = RETRIES; ; left--) {
      const node = nodes[turn++ % nodes.length]!
      const { status, text } = await session.ask(node, path, { withinMs: 30_000 })
      if (status === 200) return JSON.parse(text) as T
      if (left === 0) throw new Error(`audit: ${path} was answered ${status} by ${node.name}: ${text.slice(0, 300)}`)
      await Bun.sleep(500)
    }
  }

  async function listed<Item>(path: string, number: (item: Item) => number): Promise<number[]> {
    const numbers: number[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page: { items: Item[]; next_cursor: string | null } = await get(`${path}limit=${PAGE}${more}`)
      for (const item of page.items) numbers.push(number(item))
      cursor = page.next_cursor
    }
    return numbers
  }

  const verdicts: Verdict[] = []
  const judge = (line: Line, stored: Stored) => void verdicts.push(compare(line, stored))

  for (const device of load.devices) {
    const { count, sum } = await get<{ count: number; sum: number }>(`/api/v1/statistics?attr=n&device_id=${device.id}`)
    const state = await get<{ values: { n?: { value: number } } }>(`/api/v1/devices/${device.id}/state`)
    const numbers = await listed<{ values: { n: number } }>(
      `/api/v1/data?device_id=${device.id}&`,
      ({ values }) => values.n,
    )
    judge(device, { numbers, count, sum: sum ?? 0, newest: state.values.n?.value ?? 0 })
  }

  for (const sender of load.events) {
    const type = eventType(sender)
    const { count, distinct } = await get<{ count: number; distinct: number }>(`/api/v1/events/statistics?type=${type}`)
    const numbers = await listed<{ id: string; data: { n: number } }>(
      `/api/v1/events?type=${type}&`,
      ({ data }) => data.n,
    )
    judge(sender, { numbers, count, sum: null, newest: null })
    judge(
      { ...sender, name: `${sender.name}, different ids` },
      { numbers: null, count: distinct, sum: null, newest: null },
    )
  }

  const path = `/api/v1/control/loops/${load.loopName}`
  // A decision moves what is outdated from the window to itself: what is read on both sides of one does not fit together.
  interface Loop {
    readonly readings: number
    readonly window: { readonly outdated: number }
  }
  let [before, after]: [Loop?, Loop?] = []
  let decided: number[] = []
  do {
    before = await get<Loop>(path)
    decided = await listed<{ outdated: number }>(`${path}/decisions?`, (decision) => decision.outdated)
    after = await get<Loop>(path)
  } while (!Bun.deepEquals(before, after))
  const count = decided.reduce((sum, n) => sum + n, after.readings + after.window.outdated)
  judge(load.loop, { numbers: null, count, sum: null, newest: null })

  const { rotor } = await get<{ rotor: { number: string } | null }>(`/api/v1/exhausters/${ROTOR_OF}`)
  judge(load.rotor, { numbers: null, count: null, sum: null, newest: Number(rotor?.number ?? 0) })

  if (load.frames && plant) {
    // What its topic holds twice is taken twice, and counted as a duplicate.
    const { state } = await get<{
      state: { sources: Record<string, { frames: number; duplicates: number }> }
    }>('/api/v1/inspect/actors/plant/main')
    const taken = Object.values(state.sources).reduce((sum, { frames, duplicates }) => sum + frames - duplicates, 0)
    judge({ ...load.frames, name: 'frames taken' }, { numbers: null, count: taken, sum: null, newest: null })
    for (const exhauster of EXHAUSTERS) {
      const numbers: number[] = []
      const end = plant.momentOf(load.frames.acknowledged + 1)
      for (let from = plant.momentOf(0); from < end; from += TREND_MS) {
        const range = `from=${new Date(from).toISOString()}&to=${new Date(Math.min(end, from + TREND_MS)).toISOString()}`
        const { series } = await get<{ series: { points: [number, number, number, number][] }[] }>(
          `/api/v1/exhausters/${exhauster}/trends?signals=${SIGNAL}&step=60&${range}`,
        )
        for (const [at, min, , max] of series[0]!.points) {
          const n = (at - plant.momentOf(0)) / FRAME_EVERY_MS
          // A minute with another temperature than its frame's is no frame that was sent.
          numbers.push(min === temperatureOf(n) && max === min ? n : NaN)
        }
      }
      judge(
        { ...load.frames, name: `frames in the history of ${exhauster}` },
        { numbers, count: null, sum: null, newest: null },
      )
    }
  }

  const letters = await get<{ items: { code: string; detail?: string }[] }>('/api/v1/dead-letters?limit=10')
  const sentences = verdicts.flatMap((verdict) => verdict.sentences)
  for (const letter of letters.items) sentences.push(`a dead letter: ${JSON.stringify(letter).slice(0, 300)}`)
  return {
    lost: verdicts.reduce((sum, { lost }) => sum + lost, 0),
    doubled: verdicts.reduce((sum, { doubled }) => sum + doubled, 0),
    sentences,
  }
}
