import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { record } from '../conformance/member.ts'
import { freshLog } from './fresh.ts'

/** Appends with several writers until it is killed, and says each position that was answered, with its value. */
const writer = (file: string, round: number) => `
  import { openSqliteLog } from ${JSON.stringify(join(import.meta.dir, 'log.ts'))}
  const log = openSqliteLog({ file: ${JSON.stringify(file)}, partitions: 2, clock: Date })
  let n = 0
  const write = async () => {
    for (;;) {
      const values = [0, 1, 2].map(() => n++)
      const records = values.map((n) => ({ key: 'part/#' + (n % 2), type: 't', value: JSON.stringify([${round}, n]) }))
      const positions = await log.append(records)
      process.stdout.write(positions.map(({ partition, offset }, i) => [partition, offset, ${round}, values[i]].join(' ') + '\\n').join(''))
    }
  }
  for (let i = 0; i < 8; i++) write()
`

test('after kill -9 everything that was answered is there, in its place; nothing is torn', async () => {
  await using fresh = freshLog()
  const answered: number[][] = []
  for (let round = 0; round < 4; round++) {
    const child = Bun.spawn([process.execPath, '-e', writer(fresh.file, round)], { stdout: 'pipe' })
    let text = ''
    const decoder = new TextDecoder()
    for await (const piece of child.stdout) {
      text += decoder.decode(piece, { stream: true })
      if (text.length > 20_000 * (round + 1)) child.kill('SIGKILL')
    }
    await child.exited
    expect(child.signalCode).toBe('SIGKILL')
    const lines = text.split('\n').slice(0, -1)
    answered.push(...lines.map((line) => line.split(' ').map(Number)))
  }

  const log = fresh.open()
  const ends = (await log.bounds()).map(({ end }) => end)
  const reader = await fresh.member(log).start()
  for (const partition of [0, 1]) {
    await reader.has(partition, ends[partition]!)
    expect(reader.offsets(partition)).toEqual(Array.from({ length: ends[partition]! }, (_, offset) => offset))
  }
  const lost = answered.filter(
    ([partition, offset, round, n]) => reader.of(partition!)[offset!]?.value !== `[${round},${n}]`,
  )
  expect(lost).toEqual([])
  expect(answered.length).toBeGreaterThan(4_000)
  await log.append([record(0, 'goes on')])
  await reader.has(0, ends[0]! + 1)
  await reader.consumer.stop()
}, 60_000)
