import { Histogram } from './histogram.ts'

/** Questions to other nodes: how long their answers took. */
export class FarAsks extends Histogram {
  /** Refused by one that is not the owner, or no more: the next one asked was another. */
  misdirected = 0
}
