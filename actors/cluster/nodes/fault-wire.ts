import { Fault, FAULTS, type FaultCode } from '../../runtime/index.ts'

const PROBLEM_JSON = 'application/problem+json'

/** A fault as one node tells it to another (RFC 9457). */
export function problemOf(fault: Fault): Response {
  const { code, status, message, errors, retryAfterS } = fault
  return Response.json(
    { title: FAULTS[code].title, status, code, detail: message, ...(errors && { errors }) },
    {
      status,
      headers: {
        'content-type': PROBLEM_JSON,
        'cache-control': 'no-store',
        ...(retryAfterS !== undefined && { 'retry-after': String(retryAfterS) }),
      },
    },
  )
}

/** The same fault again; undefined for an answer that no node gave. One of a code not known here is INTERNAL. */
export async function faultOf(response: Response): Promise<Fault | undefined> {
  if (!response.headers.get('content-type')?.startsWith(PROBLEM_JSON)) return undefined
  const { code, detail, errors } = (await response.json()) as Partial<Fault> & { detail?: string }
  if (typeof code !== 'string' || typeof detail !== 'string') return undefined
  const retryAfter = response.headers.get('retry-after')
  const known: FaultCode = Object.hasOwn(FAULTS, code) ? code : 'INTERNAL'
  return new Fault(known, detail, { ...(retryAfter && { retryAfterS: Number(retryAfter) }), ...(errors && { errors }) })
}
