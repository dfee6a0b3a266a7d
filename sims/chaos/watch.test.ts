import { expect, test } from 'bun:test'
import { createWatch as watchFor } from './watch.ts'

function createWatch() {
  const broken: string[] = []
  return { broken, ...watchFor((sentence) => broken.push(sentence)) }
}

test('two owners of a partition at one epoch are found, at two epochs they are a hand-off', () => {
  const watch = createWatch()
  watch.claimed({ partition: 1, epoch: 4, by: 'a' })
  watch.claimed({ partition: 1, epoch: 4, by: 'a' })
  watch.claimed({ partition: 1, epoch: 5, by: 'b' })
  watch.claimed({ partition: 2, epoch: 4, by: 'b' })
  expect(watch.broken).toEqual([])
  watch.claimed({ partition: 1, epoch: 4, by: 'b' })
  expect(watch.broken).toEqual(['partition 1, epoch 4: owned by a and by b'])
  expect(watch.counts.owners).toBe(1)
})

test('a stored epoch that goes back is found', () => {
  const watch = createWatch()
  for (const epoch of [1, 1, 3]) watch.stored(7, epoch)
  expect(watch.counts.owners).toBe(0)
  watch.stored(7, 2)
  expect(watch.counts.owners).toBe(1)
})

test('a live answer behind an earlier one is found, one that was asked for before that is not', () => {
  const watch = createWatch()
  const before = watch.floor('device/1')
  watch.answered('device/1', 'a', watch.floor('device/1'), 10)
  watch.answered('device/1', 'b', before, 9)
  expect(watch.counts.stale).toBe(0)
  watch.answered('device/1', 'b', watch.floor('device/1'), 9)
  expect(watch.broken).toEqual(['device/1: b answered live at 9, after 10 was answered'])
})

test('an answer without what its x-min-offset asked for is found', () => {
  const watch = createWatch()
  watch.included('device/1', 'a', 5, 5)
  expect(watch.counts.stale).toBe(0)
  watch.included('device/1', 'a', 6, 5)
  watch.included('device/2', 'a', 1, null)
  expect(watch.counts.stale).toBe(2)
})
