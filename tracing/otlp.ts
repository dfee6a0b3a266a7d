import type { Span } from './span.ts'

/** What all spans of a process have in common. */
export type Resource = Readonly<Record<string, string>>

const ERROR = 2
const UNSET = 0

type Attributes = Readonly<Record<string, string | number | boolean>>

const valueOf = (value: string | number | boolean) => {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  // 64-bit integers are strings in the JSON of protobuf.
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

const listOf = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }))

/** Nanoseconds as a string; microseconds is as fine as the clocks are. */
const nanoseconds = (ms: number) => `${Math.round(ms * 1000)}000`

/** The body of an OTLP/HTTP request to `/v1/traces`, as JSON (OpenTelemetry Protocol 1.x, `ExportTraceServiceRequest`). */
export function encodeSpans(spans: readonly Span[], resource: Resource): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: listOf(resource) },
        scopeSpans: [
          {
            scope: { name: 'windbox' },
            spans: spans.map(({ context, parentId, name, kind, beganMs, endedMs, attributes, isError }) => ({
              traceId: context.traceId,
              spanId: context.spanId,
              ...(parentId === undefined ? {} : { parentSpanId: parentId }),
              name,
              kind,
              startTimeUnixNano: nanoseconds(beganMs),
              endTimeUnixNano: nanoseconds(Math.max(beganMs, endedMs)),
              attributes: listOf(attributes),
              status: { code: isError ? ERROR : UNSET },
            })),
          },
        ],
      },
    ],
  })
}
