import type { Fault } from '../../actors/runtime/index.ts'
import { problemPage, type ProblemModel } from '../../views/pages/problem.ts'
import { wishOf } from './looks.ts'

/** The request itself is wrong, whoever asks. */
const WRONG = new Set([400, 405, 413, 415, 422])

/** What a fault is to somebody who looks at a page. */
export function kindOf({ status }: Fault): ProblemModel['problem'] {
  if (status === 404) return 'notFound'
  if (status === 429 || status === 503) return 'unavailable'
  if (status >= 500) return 'failed'
  return WRONG.has(status) ? 'wrong' : 'forbidden'
}

/** A fault as a page, for a person under `/dashboard`; undefined for programs, which get `application/problem+json`. */
export function pageOfFault(request: Request, fault: Fault, requestId: string): string | undefined {
  const { pathname } = new URL(request.url)
  const person = pathname.startsWith('/dashboard') && request.headers.get('accept')?.includes('text/html')
  if (!person) return undefined
  const { looks, here } = wishOf(request)
  const problem = kindOf(fault)
  return problemPage({ looks, here, problem, ...(problem === 'failed' ? { requestId } : {}) })
}
