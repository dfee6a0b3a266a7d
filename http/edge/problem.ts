import { FAULTS, Fault, type FaultCode } from '../../actors/runtime/index.ts'

export const PROBLEM_JSON = 'application/problem+json'

/** RFC 9457. `code` is of the registry and stable; `instance` is the path that was asked for. */
export function problemText(fault: Fault, path: string): string {
  const { status, title } = FAULTS[fault.code]
  return JSON.stringify({
    type: problemType(fault.code),
    title,
    status,
    detail: fault.message,
    code: fault.code,
    instance: path,
    ...(fault.errors ? { errors: fault.errors } : {}),
  })
}

const problemType = (code: FaultCode): string => `urn:windbox:problem:${code.toLowerCase().replaceAll('_', '-')}`

/** Seconds that a client waits where the fault itself does not say. */
const RETRY_AFTER_S = 1

/** The headers that this fault's answer has besides its type. */
export function faultHeaders(fault: Fault): Record<string, string> {
  if (fault.status === 401) return { 'www-authenticate': 'Bearer' }
  if (fault.status === 429 || fault.status === 503) return { 'retry-after': String(fault.retryAfterS ?? RETRY_AFTER_S) }
  return {}
}

/** The words of JSON Schema that a mistake is told in; `x-name` stands where Elysia loses which parameter it was. */
interface Expected {
  readonly type?: string
  readonly format?: string
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly anyOf?: readonly Expected[]
  readonly 'x-name'?: string
}

interface Mistake {
  readonly path?: string
  readonly message?: string
  readonly summary?: string
  readonly schema?: Expected
}

/** What was expected, never what was there: it may be a password. */
function sentenceOf({ message, summary, schema = {} }: Mistake): string {
  const choices = schema.anyOf?.map((one) => one.const) ?? []
  if (choices.length > 0 && choices.every((one) => one !== undefined)) return `Expected one of ${choices.join(', ')}`
  // Elysia takes a number of the query as one, or as a text with its format.
  const isNumeric = schema.anyOf?.every(({ type, format }) => type !== 'string' || format !== undefined) ?? true
  const number = [schema, ...((isNumeric && schema.anyOf) || [])].find(
    ({ type }) => type === 'integer' || type === 'number',
  )
  if (number && !summary?.endsWith('is missing')) {
    const { type, minimum, maximum } = number
    const range = [minimum === undefined ? '' : ` from ${minimum}`, maximum === undefined ? '' : ` to ${maximum}`]
    return `Expected a ${type === 'integer' ? 'whole ' : ''}number${range.join('')}`
  }
  return (summary?.includes('but found') ? message : (summary ?? message)) ?? 'Not valid'
}

/** What Elysia calls the parts of a request. */
const PLACES: Record<string, string> = { body: 'body', params: 'path', query: 'query' }

function firstOf([first]: readonly { path: string; message: string }[]): string {
  if (first === undefined) return 'not valid'
  // Elysia's own sentences begin with the name.
  return first.path === '' || first.message.startsWith('Property')
    ? first.message
    : `${first.path.slice(1)}: ${first.message}`
}

/** What a driver says names the servers behind this one: it is for the log. */
const IS_DRIVERS = /^(Mongo|Kafka)/
const AWAY: Partial<Record<FaultCode, string>> = {
  STORE_UNAVAILABLE: 'The store does not answer. What is in memory can be read; all else has to wait.',
  LOG_UNAVAILABLE: 'The log does not answer. Nothing can be taken in; send it again.',
}

/** Whom a node asks in vain is its own business: the client comes again when another one has taken over. */
function forClients(fault: Fault): Fault {
  const { code, cause, retryAfterS } = fault
  if (code === 'NOT_OWNER') {
    return new Fault('RESTORING', 'The node that holds this is away, and another one takes over.', {
      retryAfterS: retryAfterS ?? 1,
      cause: fault,
    })
  }
  const words = cause instanceof Error && IS_DRIVERS.test(cause.name) ? AWAY[code] : undefined
  return words === undefined ? fault : new Fault(code, words, { retryAfterS: retryAfterS ?? 1, cause: fault })
}

/**
 * What went wrong, as a fault: Elysia's own errors have a `code` of theirs. Anything that is not known is INTERNAL, and says nothing
 * of itself to the client.
 */
export function asFault(error: unknown, code: string | number): Fault {
  if (error instanceof Fault) return forClients(error)
  switch (code) {
    case 'VALIDATION': {
      const { type, all } = error as { type?: string; all?: readonly Mistake[] }
      if (type === 'response') break
      const where = PLACES[type ?? ''] ?? 'request'
      // An unknown field stands twice in the list, a missing one as well.
      const errors = new Map<string, string>()
      for (const mistake of all ?? []) {
        const name = mistake.schema?.['x-name']
        const path = mistake.path || (name ? `/${name}` : '')
        if (!errors.has(path)) errors.set(path, sentenceOf(mistake))
      }
      const list = [...errors].slice(0, 20).map(([path, message]) => ({ path, message }))
      return new Fault('VALIDATION', `The ${where} does not fit: ${firstOf(list)}.`, { errors: list })
    }
    case 'PARSE':
      // Elysia wraps what a parser throws.
      if ((error as Error).cause instanceof Fault) return (error as Error).cause as Fault
      return new Fault('MALFORMED', 'The body cannot be read.')
    case 'NOT_FOUND':
      return new Fault('NOT_FOUND', 'There is nothing at this path.')
  }
  return new Fault('INTERNAL', 'The server made a mistake; the request id names it in the log.', { cause: error })
}
