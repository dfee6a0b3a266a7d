import { expect, test } from 'bun:test'
import { actorView, systemView } from './inspection.ts'

test('an inspection speaks the names of the API, and says how far each partition is behind', () => {
  const partition = { partition: 3, position: 7, logEnd: 9, lowWatermark: 5, snapshots: { stored: 1 } }
  expect(systemView({ nodes: [{ node: 'local', workers: [{ partitions: [partition] }] }], toReplay: 0 })).toEqual({
    nodes: [
      {
        node: 'local',
        workers: [
          {
            partitions: [{ partition: 3, position: 7, log_end: 9, low_watermark: 5, snapshots: { stored: 1 }, lag: 2 }],
          },
        ],
      },
    ],
    to_replay: 0,
  })
})

test("an actor's own state keeps its names, whatever stands around it", () => {
  const body = JSON.stringify({ snapshotOffset: 4, state: { runningSince: 1, values: { PressureA: 2 } }, timers: [] })
  expect(actorView(body)).toEqual({
    snapshot_offset: 4,
    state: { runningSince: 1, values: { PressureA: 2 } },
    timers: [],
  })
})
