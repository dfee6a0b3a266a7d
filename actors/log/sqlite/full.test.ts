import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { record } from '../conformance/member.ts'
import { freshLog } from './fresh.ts'

/**
 * Appends single records until the file may not grow, then says what happened; appends again when told that there is room. A limit of
 * file size stands for the full disk: the write fails in the same place, and needs no file system of its own.
 */
const writer = (file: string) => `
  import { openSqliteLog } from ${JSON.stringify(join(import.meta.dir, 'log.ts'))}
  const log = openSqliteLog({ file: ${JSON.stringify(file)}, partitions: 2, clock: Date })
  const value = JSON.stringify('x'.repeat(20_000))
  let taken = 0
  const one = () => log.append([{ key: 'part/#0', type: 't', value }]).then(() => void taken++)
  let failure
  while (!failure) await one().catch((error) => (failure = error.code))
  const before = taken
  const all = await Promise.allSettled([one(), one(), one()])
  console.log(JSON.stringify({ failure, taken: before, again: all.map(({ reason }) => reason?.code) }))
  for await (const _ of console) break
  await Promise.all([one(), one()])
  console.log(JSON.stringify({ taken, bounds: await log.bounds() }))
  process.exit()
`

const tools = existsSync('/usr/bin/prlimit') && existsSync('/bin/bash')

test.skipIf(!tools)(
  'a full disk refuses appends, keeps what was answered, and is forgotten once there is room',
  async () => {
    await using fresh = freshLog()
    const limited = [
      'bash',
      '-c',
      'trap "" XFSZ; ulimit -S -f 4096; exec "$@"',
      '-',
      process.execPath,
      '-e',
      writer(fresh.file),
    ]
    const child = Bun.spawn(limited, { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
    const output = child.stdout.pipeThrough(new TextDecoderStream() as never).getReader()
    const said = async () => JSON.parse((await output.read()).value as unknown as string)

    const full = await said()
    expect(full).toMatchObject({ failure: 'LOG_UNAVAILABLE', again: Array(3).fill('LOG_UNAVAILABLE') })
    expect(full.taken).toBeGreaterThan(10)
    await Bun.spawn(['prlimit', '--pid', `${child.pid}`, '--fsize=unlimited']).exited
    child.stdin.write('\n')
    child.stdin.flush()
    const roomy = await said()
    expect(roomy.taken).toBe(full.taken + 2)
    expect(roomy.bounds[0].end).toBe(roomy.taken)
    await child.exited

    const log = fresh.open()
    const reader = await fresh.member(log).start()
    await reader.has(0, roomy.taken)
    expect(reader.offsets(0)).toEqual(Array.from({ length: roomy.taken }, (_, offset) => offset))
    await log.append([record(0, 1)])
    await reader.consumer.stop()
  },
  60_000,
)
