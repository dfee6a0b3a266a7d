/** A part of what `Cluster.inspect` says. That is made for people, so nothing of it is taken for granted. */
export type Report = Readonly<Record<string, unknown>>

const listOf = (value: unknown): readonly Report[] => (Array.isArray(value) ? (value as Report[]) : [])

/** The Workers of all nodes that it speaks of. */
export const workersOf = (inspection: unknown): readonly Report[] =>
  listOf((inspection as Report | null)?.nodes).flatMap(({ workers }) => listOf(workers))

/** The partitions of one Worker; none while it does not say. */
export const partitionsOf = ({ partitions }: Report): readonly Report[] => listOf(partitions)

/** The sum of one field over all reports that have it. */
export const sumOf = (reports: readonly Report[], field: string): number =>
  reports.reduce((sum, report) => {
    const value = report[field]
    return sum + (typeof value === 'number' ? value : 0)
  }, 0)
