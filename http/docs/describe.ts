import type { TSchema } from '@sinclair/typebox'
import { FAULTS, type FaultCode } from '../../actors/runtime/index.ts'
import { PROBLEM_JSON } from '../edge/problem.ts'

interface AnswerText {
  readonly description: string
  /** Absent: the answer has no body. */
  readonly schema?: TSchema
  /** Media type; JSON by default. */
  readonly type?: string
}

/** What the API document says of a route besides its parameters. Faults that every route may have are added where it is built. */
export function describe(route: {
  tag: string
  summary: string
  description?: string
  answers: { readonly [status: number]: AnswerText }
  faults?: readonly FaultCode[]
  /** Media type of the request's body; JSON by default. */
  takes?: string
  /** The body of a route that reads it itself: a schema for each media type. */
  body?: Readonly<Record<string, TSchema>>
  /** It reads logged data from actors: it can wait for a position, and says how current it is. */
  reads?: true
  /** It reads what such actors have written: it can wait for a position as well. */
  waits?: true
  /** It appends to the log: a retry under the same key does not do it twice. */
  writes?: true
}) {
  const responses: Record<string, unknown> = {}
  for (const [status, { description, schema, type = 'application/json' }] of Object.entries(route.answers)) {
    responses[status] = {
      description,
      ...(schema ? { content: { [type]: { schema } } } : {}),
      ...(route.reads && status === '200' ? { headers: STATE_HEADERS } : {}),
    }
  }
  addFaults(responses, route.faults ?? [])
  return {
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    responses,
    ...(route.takes ? { [TAKES_KEY]: route.takes } : {}),
    ...(route.body ? { requestBody: bodyOf(route.body) } : {}),
    ...(route.reads || route.waits ? { [HEADERS_KEY]: [MIN_OFFSET] } : {}),
    ...(route.writes ? { [HEADERS_KEY]: [RETRY_KEY] } : {}),
  } as object
}

const FAULT_CODES: unique symbol = Symbol('fault codes')

const bodyOf = (body: Readonly<Record<string, TSchema>>) => ({
  required: true,
  content: Object.fromEntries(Object.entries(body).map(([type, schema]) => [type, { schema }])),
})

/** Where a route's documentation says what its body is, and which headers it takes, until the document is built. */
export const TAKES_KEY = 'x-takes'
export const HEADERS_KEY = 'x-headers'

const text = { type: 'string' }
const STATE_HEADERS = {
  'x-actor-offset': { description: '`<partition>-<offset>` of the last record that the answer includes', schema: text },
  'x-state-age-ms': { description: 'How long ago that record was appended', schema: text },
  'x-state': { description: '`live`, or `restoring`: it may be old', schema: text },
}

const MIN_OFFSET = {
  in: 'header',
  name: 'x-min-offset',
  required: false,
  description: '`<partition>-<offset>[,…]`: waits up to 2 s until these records are in the answer, then 503',
  schema: { type: 'string', format: 'positions' },
}
const RETRY_KEY = {
  in: 'header',
  name: 'Idempotency-Key',
  required: false,
  description: 'A retry with the same key within 24 h changes nothing; with another body it is refused',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
}

/** One answer a status, with the codes that it may have and an example of each; beside the body that the route itself answers with. */
export function addFaults(responses: Record<string, unknown>, codes: readonly FaultCode[]): void {
  const byStatus = Map.groupBy(codes, (code) => FAULTS[code].status)
  for (const [status, group] of byStatus) {
    const there = responses[status] as Answer | undefined
    const all = [...new Set([...(there?.[FAULT_CODES]?.codes ?? []), ...group])].sort()
    const own = there?.[FAULT_CODES]?.own ?? (there as Answer | undefined)
    const titles = all.map((code) => `\`${code}\`: ${FAULTS[code].title}`)
    responses[status] = {
      ...own,
      description: [...(own ? [own.description] : []), ...titles].join('; '),
      content: {
        ...own?.content,
        [PROBLEM_JSON]: {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(all.map((code) => [code, { value: exampleOf(code) }])),
        },
      },
      [FAULT_CODES]: { codes: all, own },
    }
  }
}

interface Answer {
  readonly description: string
  readonly content?: object
  /** What was added here before, and what stood there without it. */
  readonly [FAULT_CODES]?: { readonly codes: readonly FaultCode[]; readonly own: Answer | undefined }
}

const exampleOf = (code: FaultCode) => ({
  type: `urn:windbox:problem:${code.toLowerCase().replaceAll('_', '-')}`,
  title: FAULTS[code].title,
  status: FAULTS[code].status,
  detail: 'What is wrong with this request.',
  code,
  instance: '/the/path',
  ...(code === 'VALIDATION' ? { errors: [{ path: '/from', message: 'Expected an ISO 8601 time' }] } : {}),
})
