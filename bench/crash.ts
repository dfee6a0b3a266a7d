// A node to be killed: `bun crash.ts fill FOLDER ACTORS RECORDS` gives each actor a snapshot, then appends records that nobody
// applies; `bun crash.ts recover FOLDER` starts on what is there. Each says `ready` and how many
// records it has applied, and waits for its end.
import { openLog, openNode } from './node.ts'
import { readingOf, sensor } from './sensor.ts'

const STEP = 50_000
const BATCH = 1_000
const [what, folder, ...counts] = process.argv.slice(2)

let applied = 0
if (what === 'fill') {
  const [actors, records] = counts.map(Number) as [number, number]
  const node = await openNode(folder!, [sensor])
  const readings = (from: number, to: number) => {
    const batch = (begin: number) => async () =>
      Array.from({ length: Math.min(BATCH, to - begin) }, (_, i) => readingOf(begin + i, actors))
    return Array.from({ length: Math.ceil((to - from) / BATCH) }, (_, b) => batch(from + b * BATCH))
  }
  for (let n = 0; n < actors; n += STEP) await node.ingest(readings(n, Math.min(actors, n + STEP)))
  await node.close()
  const log = openLog(folder!)
  for (let n = 0; n < records; n += STEP) await log.append(readings(actors + n, actors + Math.min(records, n + STEP)))
} else {
  const node = await openNode(folder!, [sensor])
  await node.caughtUp(300_000)
  for (const partition of node.member.owned.values()) applied += partition?.stats().applied ?? 0
}
console.log(`ready ${applied}`)
setInterval(() => {}, 60_000)
