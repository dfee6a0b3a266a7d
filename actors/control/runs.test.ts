import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { statusRuns, type StatusChange } from './runs.ts'

const at = (minute: number) => Date.parse(`2023-09-17T12:${String(minute).padStart(2, '0')}:00Z`)
const clock = (text: string) => text.slice(11, 16)

test('equal neighbours are merged: the example of the task', () => {
  const changes: StatusChange[] = [
    { at: at(0), status: 'up' },
    { at: at(5), status: 'up' },
    { at: at(10), status: 'up' },
    { at: at(15), status: 'down' },
    { at: at(20), status: 'down' },
  ]
  const runs = statusRuns(changes, at(0), at(25))
  expect(runs.map((run) => [clock(run.from_datetime), clock(run.to_datetime), run.status])).toEqual([
    ['12:00', '12:15', 'up'],
    ['12:15', '12:25', 'down'],
  ])
})

test('a run that began before the range is cut, not dropped, and the first one is not stretched', () => {
  const changes: StatusChange[] = [
    { at: at(0), status: 'up' },
    { at: at(30), status: 'down' },
  ]
  expect(statusRuns(changes, at(10), at(20))).toEqual([
    { from_datetime: '2023-09-17T12:10:00.000Z', to_datetime: '2023-09-17T12:20:00.000Z', status: 'up' },
  ])
  const [first] = statusRuns([{ at: at(30), status: 'down' }], at(10), at(40))
  expect(clock(first!.from_datetime)).toBe('12:30')
})

test('at each moment of the range the runs say what was commanded then', () => {
  const status = fc.constantFrom('up' as const, 'down' as const)
  const changes = fc.array(fc.record({ at: fc.integer({ min: 0, max: 50 }), status }), { maxLength: 20 })
  fc.assert(
    fc.property(changes, fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), (list, a, b) => {
      const sorted = list.toSorted((x, y) => x.at - y.at)
      const runs = statusRuns(sorted, a, b)
      for (let moment = 0; moment < 60; moment++) {
        const commanded =
          moment >= a && moment < b ? sorted.findLast((change) => change.at <= moment)?.status : undefined
        const told = runs.find(
          ({ from_datetime, to_datetime }) => Date.parse(from_datetime) <= moment && moment < Date.parse(to_datetime),
        )
        expect(told?.status).toBe(commanded)
      }
      runs.slice(1).forEach((run, i) => expect(run.status).not.toBe(runs[i]!.status))
    }),
  )
})
