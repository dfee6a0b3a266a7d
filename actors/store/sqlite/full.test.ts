import { expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from './store.ts'

/** Stores batches of effects until the file may not grow; again when told that there is room. The limit of file size stands for a full disk. */
const writer = (file: string) => `
  import { openSqliteStore } from ${JSON.stringify(join(import.meta.dir, 'store.ts'))}
  const store = openSqliteStore(${JSON.stringify(file)})
  const body = JSON.stringify('x'.repeat(1000))
  const batch = (n) => Array.from({ length: 40 }, (_, i) => ({ collection: 'c', id: '0-' + n + '-' + i, address: 'a/1', at: n, body }))
  let n = 0
  let failure
  while (!failure) await store.putEffects(batch(n)).then(() => n++, ({ code }) => (failure = code))
  const read = (await store.listEffects({ collection: 'c', limit: 1 }))[0].at
  console.log(JSON.stringify({ failure, n, read, half: (await store.getEffect('c', '0-' + n + '-0')) !== undefined }))
  for await (const _ of console) break
  await store.putEffects(batch(n))
  console.log('stored')
  process.exit()
`

const tools = existsSync('/usr/bin/prlimit') && existsSync('/bin/bash')

test.skipIf(!tools)(
  'a full disk refuses a batch as a whole, lets reads go on, and is forgotten once there is room',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'windbox-store-'))
    const file = join(dir, 'store.sqlite')
    const limited = [
      'bash',
      '-c',
      'trap "" XFSZ; ulimit -S -f 4096; exec "$@"',
      '-',
      process.execPath,
      '-e',
      writer(file),
    ]
    const child = Bun.spawn(limited, { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
    const output = child.stdout.pipeThrough(new TextDecoderStream() as never).getReader()
    const said = async () => (await output.read()).value as unknown as string

    const full = JSON.parse(await said())
    expect(full).toMatchObject({ failure: 'STORE_UNAVAILABLE', read: full.n - 1, half: false })
    await Bun.spawn(['prlimit', '--pid', `${child.pid}`, '--fsize=unlimited']).exited
    child.stdin.write('\n')
    child.stdin.flush()
    expect(await said()).toBe('stored\n')
    await child.exited

    const store = openSqliteStore(file)
    for (let n = 0; n <= full.n; n++) {
      expect(await store.listEffects({ collection: 'c', from: n, to: n + 1, limit: 100 })).toHaveLength(40)
    }
    await store.close()
    rmSync(dir, { recursive: true })
  },
  60_000,
)
