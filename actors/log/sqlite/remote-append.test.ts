import { expect, test } from 'bun:test'
import { record } from '../conformance/member.ts'
import { freshLog } from './fresh.ts'
import { openRemoteAppend } from './remote-append.ts'

test('a Worker appends over its port, in order, beside a consumer on the same port', async () => {
  await using fresh = freshLog()
  const log = fresh.open()
  const reader = fresh.member(log)
  const append = openRemoteAppend(reader.port, log.partitions)
  await reader.start()
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, call) =>
      append([record(call % 2, [call, 0]), record(1, [call, 1]), record(call % 2, [call, 2])]),
    ),
  )
  await reader.has(1, 100)
  await reader.has(0, 50)
  answers.forEach((positions, call) =>
    positions.forEach((position, n) => {
      const there = reader.of(position!.partition).find(({ offset }) => offset === position!.offset)
      expect(JSON.parse(there!.value)).toEqual([call, n])
    }),
  )
  await reader.consumer.commit(new Map([[0, 3]]))
  await reader.consumer.stop()
})

test('what the log cannot take is null, or refused where there is nothing else', async () => {
  await using fresh = freshLog()
  const log = fresh.open()
  const append = openRemoteAppend(fresh.port(log), log.partitions)
  expect(await append([record(0, 1, { id: '\n' }), record(0, 2)])).toEqual([null, { partition: 0, offset: 0 }])
  await expect(append([record(9, 1)])).rejects.toMatchObject({ code: 'MALFORMED' })
  expect(await append([])).toEqual([])
})

test('when the log is closed its Workers are told', async () => {
  await using fresh = freshLog()
  const log = fresh.open()
  const append = openRemoteAppend(fresh.port(log), log.partitions)
  await append([record(0, 1)])
  const late = append([record(0, 2)])
  await log.close()
  // Not `rejects`, which waits in a loop of its own that no port is heard in.
  expect(await late.catch((error) => error)).toMatchObject({ code: 'LOG_UNAVAILABLE' })
})
