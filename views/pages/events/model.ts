import type { PlantModel } from '../model.ts'

/** How much of the past the figures and the chart are over, by the name of the choice in the address. */
export const EVENT_RANGES = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000 } as const
export type EventRange = keyof typeof EVENT_RANGES

/** One stored event, as lists show it. */
export interface EventRow {
  readonly id: string
  readonly type: string | null
  readonly source: string | null
  readonly subject: string | null
  readonly user_id: string | null
  /** ISO 8601. */
  readonly ingest_time: string
  readonly store_time: string
}

/** What the list shows: all of it AND. */
export interface EventFilter {
  readonly type: string | undefined
  readonly user: string | undefined
  /** As it was filled in: a time of the plant's zone without a zone. */
  readonly from: string | undefined
  readonly to: string | undefined
}

export interface EventFigures {
  /** Events stored in the range. */
  readonly count: number
  readonly duplicates: number
  /** ms from ingest to stored; null without events. */
  readonly lag: { readonly p50: number; readonly p95: number; readonly p99: number } | null
  /** Length of a step of the chart, ms. */
  readonly step: number
  /** Ascending; `at` = start of the step, epoch ms. */
  readonly points: readonly { readonly at: number; readonly count: number }[]
  /** Most first; null: events without a type. */
  readonly types: readonly { readonly type: string | null; readonly count: number }[]
}

export interface EventsModel {
  readonly plant: PlantModel
  readonly range: EventRange
  /** Epoch ms. */
  readonly from: number
  readonly to: number
  readonly filter: EventFilter
  /** Where the page stands still, epoch ms; null: it lives. */
  readonly paused: number | null
  /** null: they cannot be read now. */
  readonly figures: EventFigures | null
  /** Newest first; null: they cannot be read now. */
  readonly events: readonly EventRow[] | null
  /** Where the older ones begin; null: there are none. */
  readonly older: string | null
  readonly cursor: string | undefined
}

export interface EventModel {
  readonly plant: PlantModel
  readonly event: EventRow
  /** All fields, as the API gives them. */
  readonly body: Readonly<Record<string, unknown>>
}
