/** What stands behind `prefix/` in a path, when it is one step; undefined when it is none, or cannot be read. */
export function stepBehind(prefix: string, pathname: string): string | undefined {
  if (!pathname.startsWith(`${prefix}/`)) return undefined
  const rest = pathname.slice(prefix.length + 1)
  if (rest === '' || rest.includes('/')) return undefined
  try {
    return decodeURIComponent(rest)
  } catch {
    return undefined
  }
}

/** The name in the query if it is one of these, else the first of them. */
export const oneOfQuery = <Name extends string>(query: URLSearchParams, name: string, names: readonly Name[]): Name =>
  names.find((one) => one === query.get(name)) ?? names[0]!

/** A text of the query, undefined where it is not there or empty. */
export const textOfQuery = (query: URLSearchParams, name: string): string | undefined => query.get(name) || undefined
