/** The least that any live state costs: parse each record's JSON, look its actor up in a Map, change some numbers. */
export function mapTurn(): (key: string, value: string) => void {
  const actors = new Map<string, { count: number; sum: number; last: number }>()
  return (key, value) => {
    const { values } = JSON.parse(value) as { values: Record<string, number> }
    let actor = actors.get(key)
    if (!actor) actors.set(key, (actor = { count: 0, sum: 0, last: 0 }))
    for (const name in values) {
      actor.count++
      actor.sum += values[name]!
      actor.last = values[name]!
    }
  }
}
