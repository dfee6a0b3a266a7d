import { registerSchemaPath } from '@elysiajs/swagger/utils'
import { FAULTS, type FaultCode } from '../../actors/runtime/index.ts'
import { ACCESS_KEY, type Access } from '../edge/access.ts'
import { DOCUMENT_KEY } from '../schema.ts'
import { HEADERS_KEY, TAKES_KEY } from './describe.ts'
import { addFaults } from './faults.ts'

/** A route as Elysia keeps it, as far as the document needs it. */
export interface DocumentedRoute {
  readonly method: string
  readonly path: string
  readonly handler: object
  readonly hooks: {
    readonly detail?: {
      readonly hide?: boolean
      readonly responses?: object
      readonly requestBody?: object
      readonly [ACCESS_KEY]?: Access
    }
    readonly params?: unknown
    readonly query?: unknown
    readonly body?: unknown
  }
}

const TAGS = {
  service: 'Is it there, is it ready, how is it',
  accounts: 'Log in, users, roles, sessions',
  devices: 'Devices, their owners and keys',
  data: 'Readings of devices',
  statistics: 'What readings come to, over any period, device and owner',
  exhausters: 'Live state, history and trends of the exhausters',
  events: 'Events of any shape, each stored once',
  playback: 'Where viewers are in films',
  control: 'Loops: windows of readings in, commands out',
  relays: 'What is sent on to other systems',
  'dead-letters': 'What could not be done, and trying again',
  live: 'What changes, as it changes',
  inspect: 'What the system knows of itself',
  compat: "The replaced systems' own paths",
}

const PROBLEM = {
  type: 'object',
  description: 'RFC 9457',
  required: ['type', 'title', 'status', 'detail', 'code', 'instance'],
  properties: {
    type: { type: 'string', description: 'A URN of the code' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: {
      type: 'string',
      enum: Object.keys(FAULTS),
      description: Object.entries(FAULTS)
        .map(([code, { status, title }]) => `\`${code}\` (${status}): ${title}`)
        .join('\n\n'),
    },
    instance: { type: 'string', description: 'The path that was asked for' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
}

/** What may happen at any route with this access. */
function commonFaults(route: DocumentedRoute, access: Access): FaultCode[] {
  const { params, query, body = route.hooks.detail?.requestBody } = route.hooks
  // MALFORMED wherever it is: the header Host may name no host.
  const codes: FaultCode[] = ['INTERNAL', 'MALFORMED']
  if (access !== 'public' && access !== 'page') codes.push('UNAUTHENTICATED', 'RATE_LIMITED')
  if (access !== 'public' && access !== 'page' && access !== 'viewer') codes.push('FORBIDDEN')
  if (params || query || body) codes.push('VALIDATION')
  if (body) codes.push('TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE')
  return codes
}

/**
 * The OpenAPI 3.0.3 document of the routes. The plugin's own output is not valid (no descriptions, three media types for each body,
 * query numbers as strings, additions that 3.0 does not know), so what it makes of each route is put right here.
 */
export function openApiDocument(routes: readonly DocumentedRoute[], version: string): object {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes) {
    const { detail } = route.hooks
    if (detail?.hide || route.path.startsWith('/dashboard')) continue
    const {
      [ACCESS_KEY]: access = 'admin',
      [TAKES_KEY]: takes,
      [HEADERS_KEY]: headers,
      ...shown
    } = (detail ?? {}) as Record<string, unknown> & {
      [ACCESS_KEY]?: Access
      [HEADERS_KEY]?: Record<string, unknown>[]
    }
    registerSchemaPath({
      schema: paths as never,
      path: route.path,
      method: route.method as never,
      hook: { ...route.hooks, parse: 'application/json', response: undefined, detail: shown } as never,
      models: {},
    })
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    const operation = paths[path]?.[route.method.toLowerCase()]
    if (operation === undefined) continue
    const responses = { ...operation.responses }
    addFaults(responses, commonFaults(route, access))
    operation.responses = responses
    if (access !== 'public') {
      operation.security = [{ bearer: [] }]
      const who = access === 'ingest' ? 'Role: viewer, or a device key.' : `Role: ${access}.`
      operation.description = [operation.description, who].filter(Boolean).join('\n\n')
    } else operation.security = []
    if (headers) operation.parameters = [...(operation.parameters ?? []), ...headers]
    const body = operation.requestBody?.content['application/json']
    if (body && !detail?.requestBody) {
      operation.requestBody!.content = { [typeof takes === 'string' ? takes : 'application/json']: body }
    }
    // The replaced systems' clients may send what nobody reads.
    const open = operation.tags.includes('compat')
    for (const one of Object.values(operation.requestBody?.content ?? {})) one.schema = sayOpen(one.schema, open)
    for (const parameter of operation.parameters ?? []) {
      for (const [key, value] of Object.entries(parameter)) if (value === undefined) delete parameter[key]
      // The description stands in the schema too; `examples` of a schema is something else than that of a parameter.
      delete parameter.examples
    }
  }
  return clean({
    openapi: '3.0.3',
    info: {
      title: 'Windbox',
      version,
      description:
        'Watches machines and devices. Times are ISO 8601 in UTC with milliseconds; a time without a zone is read as UTC. Errors are ' +
        'RFC 9457 problems with a stable `code`. Lists are read page by page with `limit` and `cursor`. ' +
        'No text may have a NUL or half of a surrogate pair.',
      license: { name: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The access token of `POST /auth/jwt/login`, or a device key (`wbk_…`).',
        },
      },
    },
  }) as object
}

/** Says of the objects that a body is, or is a list of, whether a field that is not known is refused; one that says so itself is left alone. */
function sayOpen(schema: object, open: boolean): object {
  const { type, items, anyOf } = schema as { type?: string; items?: object; anyOf?: readonly object[] }
  if (anyOf) return { ...schema, anyOf: anyOf.map((one) => sayOpen(one, open)) }
  if (items) return { ...schema, items: sayOpen(items, open) }
  return type === 'object' ? { additionalProperties: open, ...schema } : schema
}

interface Operation {
  tags: string[]
  description?: string
  responses: Record<string, unknown>
  security?: object[]
  requestBody?: { content: Record<string, { schema: object }> }
  parameters?: Record<string, unknown>[]
}

/** Words of JSON Schema that OpenAPI 3.0 does not have, or that stand for something else here. */
const NOT_OPENAPI = new Set(['$id', 'examples', 'patternProperties', 'const', 'error', 'x-name'])

/** Plain JSON in the words of OpenAPI 3.0: without symbols, records as `additionalProperties`, a query's number as the number. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean)
  if (value === null || typeof value !== 'object') return value
  const source = value as Record<string, unknown>
  if (Array.isArray(source.anyOf)) {
    const numeric = (source.anyOf as Record<string, unknown>[]).find(
      ({ type }) => type === 'integer' || type === 'number',
    )
    const text = (source.anyOf as Record<string, unknown>[]).some(({ type, format }) => type === 'string' && format)
    if (numeric && text && source.anyOf.length === 2) {
      const { anyOf: _, ...rest } = source
      return clean({ ...rest, ...numeric })
    }
    const flag = (source.anyOf as Record<string, unknown>[]).some(({ type }) => type === 'boolean')
    if (flag && text && source.anyOf.length === 2) {
      const { anyOf: _, ...rest } = source
      return clean({ ...rest, type: 'boolean' })
    }
    const literals = (source.anyOf as Record<string, unknown>[]).map((one) => one.const)
    if (literals.length > 0 && literals.every((literal) => typeof literal === 'string')) {
      const { anyOf: _, ...rest } = source
      return clean({ ...rest, type: 'string', enum: literals })
    }
  }
  const result: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(source)) {
    if (NOT_OPENAPI.has(key) && typeof inner !== 'object') continue
    if (key === 'patternProperties') {
      result.additionalProperties = clean(Object.values(inner as object)[0])
      continue
    }
    // In a schema a list, which 3.0 does not know; of an answer a map.
    if (key === '$id' || (key === 'examples' && Array.isArray(inner))) continue
    if (key === DOCUMENT_KEY) continue
    result[key] = clean(inner)
  }
  if (source.const !== undefined && typeof source.const !== 'object') result.enum = [source.const]
  for (const bound of ['minimum', 'maximum'] as const) {
    const exclusive = bound === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum'
    // A number in JSON Schema, in OpenAPI 3.0 a word about the bound.
    if (typeof result[exclusive] === 'number') {
      result[bound] = result[exclusive]
      result[exclusive] = true
    }
  }
  if (typeof source[DOCUMENT_KEY] === 'object') Object.assign(result, source[DOCUMENT_KEY])
  if (result.type === 'null') {
    delete result.type
    return { ...result, nullable: true, enum: [null] }
  }
  return result
}
