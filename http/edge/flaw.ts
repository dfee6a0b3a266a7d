/** Deeper than any reading or event; what walks over a value may go down by recursion. */
const DEEPEST = 32

/**
 * What keeps a parsed JSON value from being stored and read back as it is, as a sentence, or undefined: too deep, a number that became
 * Infinity (1e999), NUL or half of a surrogate pair in a text, a `__proto__`. Duplicate names are not among it: the last has won.
 */
export function flawOf(value: unknown, depth = 0): string | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? undefined : 'A number is too large'
    case 'string':
      return isStorable(value) ? undefined : NOT_STORABLE
    case 'object': {
      if (value === null) return undefined
      if (depth === DEEPEST) return `Nested deeper than ${DEEPEST} levels`
      if (Array.isArray(value)) {
        for (const inner of value) {
          const flaw = flawOf(inner, depth + 1)
          if (flaw !== undefined) return flaw
        }
        return undefined
      }
      for (const name in value) {
        if (name === '__proto__') return 'A name is __proto__'
        if (!isStorable(name)) return NOT_STORABLE
        const flaw = flawOf((value as Record<string, unknown>)[name], depth + 1)
        if (flaw !== undefined) return flaw
      }
    }
  }
  return undefined
}

const NOT_STORABLE = 'A text has a NUL or half of a surrogate pair'
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')
