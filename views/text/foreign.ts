/** What others have written, among words of ours. */

/** Whether anything of a name can be seen. */
export const isVisible = (name: string): boolean => /[^\s\p{Cf}\p{Cc}]/u.test(name)

/** Signs that turn the order of what stands around them, and letters that run from right to left. */
const TURNING = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff]/

/** A name for a sentence of ours: whatever its letters are, the words around it keep their order (Unicode UAX 9, isolates). */
export const isolated = (name: string): string =>
  TURNING.test(name) ? `\u2068${name.replace(/[\u2066-\u2069]/g, '')}\u2069` : name

/** JSON to be read: signs that would turn the order of the rest of their line are written as their escapes, which mean the same. */
export const readableJson = (value: unknown, indent = 0): string =>
  JSON.stringify(value, null, indent).replace(
    /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16)}`,
  )
