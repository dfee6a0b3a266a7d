type Json = Record<string, unknown>

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The same in the names of the API. What an actor calls the parts of its own state is left as it is: they may be names of signals. */
function inApiNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inApiNames)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [snake(name), name === 'state' ? inner : inApiNames(inner)]),
  )
}

/** `cluster.inspect()` as the API shows it: each partition says how many records it is behind. */
export function systemView(inspection: unknown): object {
  const view = inApiNames(inspection) as { nodes?: { workers?: { partitions?: Json[] }[] }[] }
  for (const node of view.nodes ?? []) {
    for (const worker of node.workers ?? []) {
      for (const partition of worker.partitions ?? []) {
        const { log_end: end, position } = partition
        if (typeof end === 'number' && typeof position === 'number') partition.lag = Math.max(0, end - position)
      }
    }
  }
  return view
}

/** The answer to `$inspect`, as the API shows it. */
export const actorView = (body: string): object => inApiNames(JSON.parse(body)) as object
