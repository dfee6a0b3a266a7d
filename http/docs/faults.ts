import { FAULTS, type FaultCode } from '../../actors/runtime/index.ts'
import { PROBLEM_JSON } from '../edge/problem.ts'

const FAULT_CODES: unique symbol = Symbol('fault codes')

interface Answer {
  readonly description: string
  readonly content?: object
  /** What was added here before, and what stood there without it. */
  readonly [FAULT_CODES]?: { readonly codes: readonly FaultCode[]; readonly own: Answer | undefined }
}

/** One answer a status, with the codes that it may have and an example of each; beside the body that the route itself answers with. */
export function addFaults(responses: Record<string, unknown>, codes: readonly FaultCode[]): void {
  const byStatus = Map.groupBy(codes, (code) => FAULTS[code].status)
  for (const [status, group] of byStatus) {
    const there = responses[status] as Answer | undefined
    const all = [...new Set([...(there?.[FAULT_CODES]?.codes ?? []), ...group])].sort()
    const own = there?.[FAULT_CODES] ? there[FAULT_CODES].own : there
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

const exampleOf = (code: FaultCode) => ({
  type: `urn:windbox:problem:${code.toLowerCase().replaceAll('_', '-')}`,
  title: FAULTS[code].title,
  status: FAULTS[code].status,
  detail: 'What is wrong with this request.',
  code,
  instance: '/the/path',
  ...(code === 'VALIDATION' ? { errors: [{ path: '/from', message: 'Expected an ISO 8601 time' }] } : {}),
})
