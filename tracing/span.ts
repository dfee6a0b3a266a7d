import type { SpanContext } from './context.ts'

/** As OTLP numbers them. */
export const KIND = { internal: 1, server: 2, producer: 4, consumer: 5 } as const

/** Something that was done, and how long it took. */
export interface Span {
  readonly context: SpanContext
  readonly parentId: string | undefined
  readonly name: string
  readonly kind: (typeof KIND)[keyof typeof KIND]
  /** Epoch ms, with what a millisecond has behind the point. */
  readonly beganMs: number
  readonly endedMs: number
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  readonly isError: boolean
}

/** The present, epoch ms, finer than `Date.now` and never going back. */
export const preciseNow = (): number => performance.timeOrigin + performance.now()
