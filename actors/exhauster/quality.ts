import { QUALITIES, type Quality } from './schema.ts'
import { GATE_CLOSED, GATE_OPEN, SIGNALS, scaleOf, type Quantity } from './signals.ts'

/** A broken or missing sensor reads as the end of the controller's 16-bit word in tenths: −3276.8 or +3276.7. */
export const isSentinel = (raw: number): boolean => Math.abs(raw) >= 3276 && Math.abs(raw) < 3277

/** No word of the controllers reaches beyond it, whatever it measures. */
const WORD_END = 3277

/** A quality as history rows hold it: its place in {@link QUALITIES}. */
export const qualityCode = (quality: Quality): number => QUALITIES.indexOf(quality)

/** Sentinel, absent and out-of-range values are no numbers: not shown, not counted, not judged. */
export const hasValue = (quality: Quality): boolean =>
  quality !== 'sentinel' && quality !== 'absent' && quality !== 'out_of_range'

/** Quality of one reading alone. `raw` as sent, NaN when it was not; `scale` brings it into the quantity's unit. */
export function qualityOf(raw: number, quantity: Quantity, scale = 1): Quality {
  if (Number.isNaN(raw)) return 'absent'
  if (isSentinel(raw)) return 'sentinel'
  const value = raw * scale
  const [least, most] = quantity.plausible
  if (Math.abs(raw) >= WORD_END || value < least || value > most) return 'out_of_range'
  const [zero, full] = quantity.physical
  return value < zero || value > full ? 'uncertain' : 'good'
}

/**
 * Qualities of the measured signals of one exhauster in one frame. `unchangedMs[i]` is for how long the value has been the same while
 * running. `stale` is never among them: it is a matter of the moment of asking.
 */
export function qualities(number: number, raw: ArrayLike<number>, unchangedMs?: ArrayLike<number>): Quality[] {
  const gateContradicts = raw[GATE_CLOSED] === 1 && raw[GATE_OPEN] === 1
  return SIGNALS.map((signal) => {
    const { index, quantity, digital } = signal
    const alone = qualityOf(raw[index]!, quantity, scaleOf(number, signal))
    if (!hasValue(alone)) return alone
    if (digital && raw[index] !== 0 && raw[index] !== 1) return 'out_of_range'
    if (unchangedMs && unchangedMs[index]! >= quantity.frozenAfterMs) return 'frozen'
    // A gate that is open and closed at once: one of the two switches lies, and nobody knows which.
    if (gateContradicts && (index === GATE_CLOSED || index === GATE_OPEN)) return 'uncertain'
    return alone
  })
}

/** Frames further apart than this do not follow each other: nothing is known of the time between. */
export const FRAME_GAP_MS = 300_000
