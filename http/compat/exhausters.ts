import { Elysia } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { COLUMNS } from '../../actors/exhauster/columns.ts'
import { EXHAUSTERS, type Exhauster } from '../../actors/exhauster/directory.ts'
import { documentFromRow } from '../../actors/exhauster/document.ts'
import type { ExhausterDocument, SignalView } from '../../actors/exhauster/schema.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { bytesOf, type KeptAnswers } from '../exhausters/kept-answers.ts'
import { pastOf } from '../exhausters/past.ts'
import { isoTime } from '../time.ts'
import { Detail } from '../edge/detail.ts'
import { inDocument } from '../schema.ts'

const MOST = 500
/** The end of time as Date knows it, epoch ms. */
const FOR_EVER = 8_640_000_000_000_000
const decoder = new TextDecoder()

/** A value with its limits, as the system's clients read it. */
const analog = ({ value, limits, strict_status }: SignalView) => {
  const { alarm_max, alarm_min, warning_max, warning_min } = limits
  const set = limits.source === 'stream'
  return {
    value,
    alarm_max: set ? alarm_max : null,
    alarm_min: set ? alarm_min : null,
    warning_max: set ? warning_max : null,
    warning_min: set ? warning_min : null,
    status: strict_status.toUpperCase(),
  }
}

/** The system's bits are bare values. */
const BITS = new Set(['work.is_working', 'gate_valve.gas_valve_closed', 'gate_valve.gas_valve_open'])

/** The nested tree of all signals: the vibrations of a bearing lie one level deeper. */
function statusTree({ signals }: Pick<ExhausterDocument, 'signals'>): Record<string, Record<string, unknown>> {
  const tree: Record<string, Record<string, unknown>> = {}
  for (const [key, signal] of Object.entries(signals)) {
    const [group, name] = key.split('.') as [string, string]
    const branch = (tree[group] ??= {})
    const leaf = BITS.has(key) ? signal.value : analog(signal)
    if (name.startsWith('vibration_')) branch.vibration = { ...(branch.vibration as object | undefined), [name]: leaf }
    else branch[name] = leaf
  }
  return tree
}

const exhausterView = (document: ExhausterDocument) => ({
  exhauster_id: document.number - 1,
  name: document.name,
  machine_name: document.machine_name,
  status: statusTree(document),
  last_update: document.updated_at,
  last_replacement: document.rotor.installed_at,
  next_replacement_prediction: document.forecast,
})

function exhausterAt(text: string | undefined): Exhauster {
  if (text === undefined || !/^-?\d+$/.test(text)) throw new Detail(422, 'exhauster_id should be an integer')
  const exhauster = EXHAUSTERS[Number(text)]
  if (exhauster === undefined) throw new Detail(404, 'exhauster not found')
  return exhauster
}

function integer(text: string | undefined, name: string): number {
  if (text === undefined || !/^-?\d{1,9}$/.test(text)) throw new Detail(422, `${name} should be an integer`)
  return Number(text)
}

const Anything = Type.Unsafe<object>({ type: 'object', additionalProperties: true })
const tag = 'compat'
const DETAIL = { description: "The system's own sentence", schema: Type.Object({ detail: Type.String() }) }

/** Every one is text and may be missing or more: what is wrong with them is said in the system's own words. */
export const FrameQuery = {
  exhauster_id: Type.Optional(Type.String({ ...inDocument({ type: 'integer', minimum: 0, maximum: 5 }) })),
  page: Type.Optional(Type.String({ ...inDocument({ type: 'integer', minimum: 1, maximum: 1_000_000 }) })),
  size: Type.Optional(Type.String({ ...inDocument({ type: 'integer', minimum: 1, maximum: MOST }) })),
  sort_order: Type.Optional(Type.String({ ...inDocument({ enum: ['ASC', 'DESC'] }) })),
}
type Asked = { readonly [Name in keyof typeof FrameQuery]?: string | undefined }

export const FrameEvent = Anything

/** The paths of the exhauster system that this one replaces, with its names and its mistakes' shapes, not its mistakes. */
export function exhausterAliases(parts: { cluster: Cluster; answers: KeptAnswers }) {
  const { cluster, answers } = parts
  const frames = new Map<string, { version: number; times: Float64Array }>()

  async function now(exhauster: Exhauster): Promise<ExhausterDocument> {
    const answer = await answers.get(`exhauster/${exhauster.id}`, 'document')
    return JSON.parse(decoder.decode(bytesOf(answer, 0))) as ExhausterDocument
  }

  /** Times of all frames, ascending: read again when there are more. */
  async function timesOf(address: string): Promise<Float64Array> {
    const version = cluster.version(address)
    const kept = frames.get(address)
    if (kept?.version === version) return kept.times
    const { times } = await cluster.history(address, { from: 0, to: FOR_EVER, names: [] })
    frames.set(address, { version, times })
    return times
  }

  /** One event a frame; page from 1. */
  async function events(exhauster: Exhauster, page: number, size: number, newestFirst: boolean): Promise<object[]> {
    const address = `exhauster/${exhauster.id}`
    const times = await timesOf(address)
    const skipped = (page - 1) * size
    const end = newestFirst ? times.length - skipped : Math.min(times.length, skipped + size)
    const begin = newestFirst ? Math.max(0, end - size) : skipped
    if (end <= 0 || begin >= times.length) return []
    const range = { from: times[begin]!, to: times[end - 1]! + 1, names: COLUMNS }
    const [rows, past] = await Promise.all([cluster.history(address, range), pastOf(cluster, exhauster.id)])
    const found = Array.from(rows.times, (time, row) => {
      const values = rows.columns.map((column) => column[row]!)
      const document = documentFromRow(exhauster.id, rows.names, values, time, time, past)!
      return { created_at: isoTime(time), exhauster_id: exhauster.number - 1, status: statusTree(document) }
    })
    return newestFirst ? found.reverse() : found
  }

  /** What `GET /events` answers to one who asks for an exhauster's: one event a frame. */
  async function frameEvents(query: Asked): Promise<{ events: object[] }> {
    const exhauster = exhausterAt(query.exhauster_id)
    const page = integer(query.page, 'page')
    const size = integer(query.size, 'size')
    const order = (query.sort_order ?? 'DESC').toUpperCase()
    if (page < 1) throw new Detail(422, 'page should greater than 0')
    if (size < 1 || size > MOST) throw new Detail(422, `size should be from 1 to ${MOST}`)
    if (order !== 'ASC' && order !== 'DESC') throw new Detail(422, 'sort_order should be ASC or DESC')
    return { events: await events(exhauster, page, size, order === 'DESC') }
  }

  const routes = new Elysia({ name: 'compat-exhausters' })
    .use(access)
    .get('/exhausters', async () => ({ exhausters: (await Promise.all(EXHAUSTERS.map(now))).map(exhausterView) }), {
      access: 'viewer',
      detail: describe({
        tag,
        summary: 'All exhausters',
        answers: {
          200: { description: 'With their trees', schema: Type.Object({ exhausters: Type.Array(Anything) }) },
        },
      }),
    })
    .get(
      '/exhausters/:exhauster_id',
      async ({ params }) => ({ exhauster: exhausterView(await now(exhausterAt(params.exhauster_id))) }),
      {
        access: 'viewer',
        params: Type.Object({
          exhauster_id: Type.String({ ...inDocument({ type: 'integer', minimum: 0, maximum: 5 }) }),
        }),
        detail: describe({
          tag,
          summary: 'One exhauster',
          answers: {
            200: { description: 'With its tree', schema: Type.Object({ exhauster: Anything }) },
            404: DETAIL,
            422: DETAIL,
          },
        }),
      },
    )

  return { routes, frameEvents }
}
export type FrameEvents = ReturnType<typeof exhausterAliases>['frameEvents']
