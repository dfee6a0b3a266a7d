import type { Announcement } from './announcement.ts'

/** A process with all its members of the group. */
interface Node {
  readonly announced: Announcement
  readonly members: string[]
  /** How many partitions it has in memory: who serves stays. */
  claims: number
}

/**
 * Who may not be in this group, as its members announce themselves: member's id → why, for the log. It gets no partitions, and stops by
 * itself. Each member comes to the same result from the same announcements, so those who stay need not throw anybody out.
 *
 * Between two that exclude each other the one who serves partitions stays, and the newcomer goes: a second node that was configured wrongly
 * must not stop the first.
 */
export function refusals(members: ReadonlyMap<string, Announcement>): Map<string, string> {
  const ranked = nodesOf(members)
  const refused = new Map<string, string>()
  const stay: Node[] = []
  for (const node of ranked) {
    const why = objection(node.announced, stay)
    if (why === undefined) stay.push(node)
    else for (const id of node.members) refused.set(id, why)
  }
  return refused
}

/** Those who serve most first; among equals an order that everybody finds. */
function nodesOf(members: ReadonlyMap<string, Announcement>): Node[] {
  const nodes = new Map<string, Node>()
  for (const [id, announced] of members) {
    const node = nodes.get(announced.node) ?? { announced, members: [], claims: 0 }
    node.members.push(id)
    node.claims += announced.owned.size
    nodes.set(announced.node, node)
  }
  return [...nodes.values()].toSorted((a, b) => b.claims - a.claims || (a.announced.node < b.announced.node ? -1 : 1))
}

function objection({ url, log }: Announcement, stay: readonly Node[]): string | undefined {
  const [first] = stay
  if (first === undefined) return undefined
  if (first.announced.log !== log) {
    return (
      `Another node of this group works on other data (${first.announced.log}, this one on ${log}): ` +
      'two installations on one broker need two namespaces (WINDBOX_NAMESPACE).'
    )
  }
  if (url === null) {
    return 'Other nodes are in this group, and this one has no WINDBOX_NODE_URL: they could not reach it. Set it on every node.'
  }
  if (first.announced.url === null) {
    return 'The node that is in this group already has no WINDBOX_NODE_URL: it could not be reached from here. Set it on every node.'
  }
  if (stay.some(({ announced }) => announced.url === url)) {
    return `Another node of this group has the same WINDBOX_NODE_URL, ${url}: each node needs its own.`
  }
  return undefined
}
