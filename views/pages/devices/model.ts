import type { Quality } from '../../../actors/exhauster/schema.ts'
import type { PlotLine } from '../../components/plot.ts'
import type { PlantModel } from '../model.ts'

/** How much of a device's past is shown, by the name of the choice in the address. */
export const DEVICE_RANGES = { '5m': 300_000, '1h': 3_600_000, '24h': 86_400_000, '30d': 2_592_000_000 } as const
export type DeviceRange = keyof typeof DEVICE_RANGES

/** The languages in which a page shows how to send. */
export const SAMPLES = ['curl', 'js', 'python'] as const
export type Sample = (typeof SAMPLES)[number]

/** Values beyond this many names are counted, not shown. */
export const SHOWN_NAMES = 24
/** Lines that one chart can tell apart. */
export const SHOWN_LINES = 6

export interface DeviceSummary {
  readonly id: number
  readonly name: string | null
  readonly kind: string | null
  /** E-mail of the owner, or only the number for who may not see it; null: it is ownerless. */
  readonly owner: string | number | null
  /** Epoch ms of the newest reading, by the device's own time; null before the first. */
  readonly lastAt: number | null
  /** Every value is stale: it has sent nothing for longer than it usually does. */
  readonly silent: boolean
}

export interface DevicesModel {
  readonly plant: PlantModel
  readonly devices: readonly DeviceSummary[]
  /** Where the next page begins; null: this is the last. */
  readonly next: string | null
  readonly cursor: string | undefined
}

export interface ReadingValue {
  readonly name: string
  readonly value: number | null
  /** Epoch ms. */
  readonly at: number | null
  readonly quality: Quality
}

/** Over one name and the range of the page; nulls where there is no reading. */
export interface NameStatistics {
  readonly name: string
  readonly count: number
  readonly min: number | null
  readonly p05: number | null
  readonly median: number | null
  readonly median_exact: boolean
  readonly mean: number | null
  readonly p95: number | null
  readonly max: number | null
  readonly stddev: number | null
  readonly sum: number | null
}

export interface DeviceKeyView {
  readonly id: string
  readonly name: string | null
  readonly created_at: string
  readonly last_used_at: string | null
}

export interface DeviceModel {
  readonly plant: PlantModel
  readonly device: DeviceSummary & {
    readonly created_at: string
    readonly attributes: Readonly<Record<string, unknown>>
  }
  /** Position of the last record that the state includes; null: the state cannot be read now. */
  readonly position: string | null
  readonly values: readonly ReadingValue[]
  /** Names that are not among the values shown. */
  readonly unshown: number
  readonly range: DeviceRange
  /** Epoch ms. */
  readonly from: number
  readonly to: number
  /** Points further apart than this have a gap between them. */
  readonly gapMs: number
  readonly lines: readonly PlotLine[]
  readonly statistics: readonly NameStatistics[]
  /** Those there are, and the id of the one that the page's form makes. null: not for this person. */
  readonly keys: { readonly made: readonly DeviceKeyView[]; readonly next: string } | null
}
