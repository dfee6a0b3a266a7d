import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../../bench/bench.ts'
import { median } from '../../bench/compare.ts'

/** Runs the node until it says that it is ready with so many records applied, kills it as a power cut would, and says how long it took, seconds. */
async function runUntilReady(applied: number, ...args: string[]): Promise<number> {
  const started = performance.now()
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../../bench/crash.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const { value } = await child.stdout.getReader().read()
    const said = new TextDecoder().decode(value).trim()
    if (said !== `ready ${applied}`) throw new Error(`the node said ${JSON.stringify(said)}, not ready ${applied}`)
    return (performance.now() - started) / 1000
  } finally {
    child.kill('SIGKILL')
    await child.exited
  }
}

export const benches: readonly Bench[] = [
  {
    id: 'recovery',
    work: 'kill -9 with 100,000 actors and 1,000,000 records that were not applied, until everything is applied',
    unit: 's',
    async measure({ quick }) {
      const actors = quick ? 1_000 : 100_000
      const records = 10 * actors
      const folder = mkdtempSync(join(tmpdir(), 'windbox-recovery-'))
      try {
        await runUntilReady(0, 'fill', folder, String(actors), String(records))
        const seconds: number[] = []
        for (let round = 0; round < (quick ? 1 : 5); round++) {
          const copy = `${folder}-${round}`
          cpSync(folder, copy, { recursive: true })
          seconds.push(await runUntilReady(records, 'recover', copy).finally(() => rmSync(copy, { recursive: true })))
        }
        return { value: median(seconds), note: `rounds ${seconds.map((s) => s.toFixed(1)).join(' ')}` }
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  },
]
