import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../runtime/index.ts'
import { copy, cut } from './copy.ts'
import { reading, refusal } from './files.ts'
import { markOf } from './journal-end.ts'
import { FILES, sha256Of, toDisk, writeManifest, type Manifest } from './manifest.ts'
import { verify } from './verify.ts'

/** How often the copy is made anew because the log let go of records meanwhile. */
const ATTEMPTS = 3

/**
 * Copies a data directory, also of a running server, into a new folder that only this user may read: it holds signing keys and hashes
 * of passwords. The copy is a moment of the past, whole: the log's low watermarks first, then the store, then the log, which is
 * cut where the store was. So the store has nothing that the log does not have; what a flush has stored since the low watermarks
 * is in the log again; and no record stands there whose document, edited since, the store does not have.
 *
 * Reads every page of both copies before it says that they are good. Blocks its thread. Faults: CONFLICT (the folder is not
 * empty), BACKUP_UNAVAILABLE (no folder, no room), LOG_UNAVAILABLE (the log's retention was faster, try again), DATA_CORRUPT.
 */
export async function makeBackup(dataDir: string, into: string, now: () => number): Promise<Manifest> {
  try {
    claim(into)
  } catch (error) {
    throw refusal(error, into, 'BACKUP_UNAVAILABLE')
  }
  const [store, log] = FILES.map((name) => [join(dataDir, name), join(into, name)] as const) as [Pair, Pair]
  const madeAt = new Date(now()).toISOString()
  try {
    for (let attempt = 1; ; attempt++) {
      const mark = reading(log[0], markOf)
      copy(...store)
      copy(...log)
      if (cut(log[1], store[1], mark)) break
      if (attempt === ATTEMPTS) {
        throw new Fault('LOG_UNAVAILABLE', 'The log dropped records while it was copied. Try again.', {
          retryAfterS: 10,
        })
      }
      for (const [, target] of [store, log]) rmSync(target)
    }
    const ends = verify(into)
    const files = {} as Record<(typeof FILES)[number], { bytes: number; sha256: string }>
    for (const name of FILES) {
      const file = join(into, name)
      toDisk(file)
      files[name] = { bytes: Bun.file(file).size, sha256: await sha256Of(file) }
    }
    const manifest: Manifest = { format: 1, made_at: madeAt, log: reading(log[1], markOf).id, ends, files }
    writeManifest(into, manifest)
    return manifest
  } catch (error) {
    for (const name of readdirSync(into)) rmSync(join(into, name), { force: true })
    throw refusal(error, into, 'BACKUP_UNAVAILABLE')
  }
}

type Pair = readonly [source: string, target: string]

function claim(into: string): void {
  mkdirSync(into, { recursive: true, mode: 0o700 })
  if (readdirSync(into).length > 0)
    throw new Fault('CONFLICT', `${into} is not empty: a backup takes a folder of its own.`)
  chmodSync(into, 0o700)
}
