/** What must be reached: of the ratio where there is a yardstick, else of the value. A goal without a benchmark fails the run. */
export const GOALS: Readonly<Record<string, { atLeast: number } | { atMost: number }>> = {
  turn: { atLeast: 0.6 },
  ingest: { atLeast: 0.3 },
  append: { atLeast: 0.75 },
  'exhauster-get': { atLeast: 0.6 },
  'actor-bytes': { atMost: 2_048 },
  recovery: { atMost: 8 },
  'demo-rss': { atMost: 250 },
  disk: { atMost: 8 },
  live: { atMost: 300 },
  'post-data': { atLeast: 0.45 },
  'batch-data': { atLeast: 0.3 },
  statistics: { atMost: 30 },
  'post-event': { atLeast: 0.35 },
  'event-lag': { atMost: 100 },
  control: { atMost: 50 },
}
