interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

/** A span as OTLP writes it in JSON. */
interface WireSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly Attribute[]
  readonly status: { readonly code: number }
}

/** A span, and the process that told of it. */
export type KeptSpan = WireSpan & { readonly instance: unknown }

interface WireBody {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly { readonly scope: { readonly name: string }; readonly spans: readonly WireSpan[] }[]
  }[]
}

export const attribute = (list: readonly Attribute[], key: string): unknown => {
  const value = list.find((one) => one.key === key)?.value
  return value && Object.values(value)[0]
}

/** What a body has that the protocol does not allow (opentelemetry-proto, trace.proto, and its mapping to JSON). */
function faultsOf(body: WireBody): string[] {
  const faults: string[] = []
  const demand = (holds: boolean, what: string) => holds || faults.push(what)
  for (const { resource, scopeSpans } of body.resourceSpans) {
    demand(attribute(resource.attributes, 'service.name') !== undefined, 'a resource without service.name')
    for (const { scope, spans } of scopeSpans) {
      demand(scope.name !== '', 'a scope without a name')
      for (const span of spans) {
        const { traceId, spanId, parentSpanId, name, kind, startTimeUnixNano: start, endTimeUnixNano: end } = span
        demand(/^(?!0+$)[0-9a-f]{32}$/.test(traceId), `traceId ${traceId}`)
        demand(/^(?!0+$)[0-9a-f]{16}$/.test(spanId), `spanId ${spanId}`)
        demand(parentSpanId === undefined || /^[0-9a-f]{16}$/.test(parentSpanId), `parentSpanId ${parentSpanId}`)
        demand(name !== '' && kind >= 1 && kind <= 5, `${name} of kind ${kind}`)
        demand(
          /^\d{19}$/.test(start) && /^\d{19}$/.test(end) && BigInt(start) <= BigInt(end),
          `${name} ${start} ${end}`,
        )
        demand([0, 1, 2].includes(span.status.code), `status ${span.status.code}`)
        for (const { key, value } of span.attributes) {
          const [type, ...more] = Object.keys(value)
          demand(
            key !== '' && more.length === 0 && /^(string|bool|int|double)Value$/.test(type!),
            `${key} is a ${type}`,
          )
          demand(type !== 'intValue' || typeof value.intValue === 'string', `${key}: 64-bit integers are strings`)
        }
      }
    }
  }
  return faults
}

/** Stands in for a collector: takes OTLP over HTTP, keeps the spans, and what is wrong with them. */
export function openCollector() {
  const spans: KeptSpan[] = []
  const faults: string[] = []
  const headers: Headers[] = []
  let status = 200
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url)
      if (request.method !== 'POST' || pathname !== '/v1/traces') faults.push(`${request.method} ${pathname}`)
      if (request.headers.get('content-type') !== 'application/json') faults.push('content-type')
      headers.push(request.headers)
      const body = (await request.json()) as WireBody
      if (status !== 200) return new Response(null, { status })
      faults.push(...faultsOf(body))
      for (const { resource, scopeSpans } of body.resourceSpans) {
        const instance = attribute(resource.attributes, 'service.instance.id')
        for (const scope of scopeSpans) spans.push(...scope.spans.map((span) => ({ ...span, instance })))
      }
      return Response.json({ partialSuccess: {} })
    },
  })
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    spans,
    faults,
    headers,
    answer(with_: number) {
      status = with_
    },
    stop: () => server.stop(true),
  }
}
