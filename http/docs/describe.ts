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
}) {
  const responses: Record<string, unknown> = {}
  for (const [status, { description, schema, type = 'application/json' }] of Object.entries(route.answers)) {
    responses[status] = schema ? { description, content: { [type]: { schema } } } : { description }
  }
  addFaults(responses, route.faults ?? [])
  return {
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    responses,
    ...(route.takes ? { [TAKES_KEY]: route.takes } : {}),
  } as object
}

/** Where a route's documentation says what its body is, until the document is built. */
export const TAKES_KEY = 'x-takes'

/** One answer a status, with the codes that it may have. */
export function addFaults(responses: Record<string, unknown>, codes: readonly FaultCode[]): void {
  const byStatus = Map.groupBy(codes, (code) => FAULTS[code].status)
  for (const [status, group] of byStatus) {
    const there = responses[status] as { description: string; [FAULT_CODES]?: readonly FaultCode[] } | undefined
    if (there && !there[FAULT_CODES]) continue
    const all = [...new Set([...(there?.[FAULT_CODES] ?? []), ...group])].sort()
    responses[status] = {
      description: all.map((code) => `\`${code}\`: ${FAULTS[code].title}`).join('; '),
      content: { [PROBLEM_JSON]: { schema: { $ref: '#/components/schemas/Problem' } } },
      [FAULT_CODES]: all,
    }
  }
}

const FAULT_CODES = Symbol('fault codes')
