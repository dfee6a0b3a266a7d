import type { TSchema } from '@sinclair/typebox'
import type { FaultCode } from '../../actors/runtime/index.ts'
import { addFaults } from './faults.ts'

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
  'x-away': {
    description: 'Only while it is so: `store`, `log`, or both do not answer, and this comes from memory',
    schema: text,
  },
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
