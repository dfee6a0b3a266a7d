/** The key of a signal on the wire is this, the code, and the end: `SM_Exgauster\[2:27]`. */
export const KEY_START = 'SM_Exgauster\\['
export const KEY_END = ']'

const MOMENT = /"moment"\s*:\s*"([^"]+)"/

/** Epoch ms of a frame's `moment` (no zone means UTC, digits past milliseconds are cut), or null where there is none to read. */
export function momentOf(text: string): number | null {
  const found = MOMENT.exec(text)?.[1]
  if (found === undefined) return null
  const [, head, milliseconds = '', zone] = /^(.*?)(?:(\.\d{1,3})\d*)?(Z|[+-]\d\d:?\d\d)?$/.exec(found) ?? []
  const ms = Date.parse(`${head}${milliseconds}${zone ?? 'Z'}`)
  return Number.isNaN(ms) ? null : ms
}

/** As the plant writes it: no zone, six digits. The last three stay the same while a collector runs. */
export const writeMoment = (ms: number): string => `${new Date(ms).toISOString().slice(0, -1)}816`
