import { chmodSync, copyFileSync, existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../runtime/index.ts'
import { refusal } from './files.ts'
import { FILES, readManifest, sha256Of, toDisk, type Manifest } from './manifest.ts'
import { verify } from './verify.ts'

const partOf = (name: string) => `${name}.part`
/** The lock that the caller holds, and what a restore that was cut short leaves. */
const LEFTOVERS = new Set<string>(['lock.sqlite', 'lock.sqlite-journal', ...FILES.map(partOf)])

/** Whether a restore into this directory was cut short: it is to be done again before anything else. */
export const isHalfRestored = (dataDir: string): boolean =>
  FILES.some((name) => existsSync(join(dataDir, partOf(name))))

/**
 * Puts a backup into a data directory that has nothing in it yet; the caller holds its lock. Cut short, it leaves a directory that
 * `isHalfRestored` and that the next restore takes. Faults: CONFLICT (not
 * empty), DATA_CORRUPT, SCHEMA_VERSION, LOG_MISMATCH, STORE_UNAVAILABLE (no room).
 */
export async function restoreBackup(from: string, dataDir: string): Promise<Manifest> {
  const there = readdirSync(dataDir).filter((name) => !LEFTOVERS.has(name))
  const interrupted = isHalfRestored(dataDir) && there.every((name) => name === FILES[0])
  if (there.length > 0 && !interrupted) {
    throw new Fault('CONFLICT', `${dataDir} is not empty (${there[0]}): a backup is restored into an empty directory.`)
  }
  const manifest = readManifest(from)
  for (const name of FILES) {
    const { bytes, sha256 } = manifest.files[name]
    const file = join(from, name)
    if (Bun.file(file).size !== bytes || (await sha256Of(file)) !== sha256) {
      throw new Fault('DATA_CORRUPT', `${file} is not the file that the backup was made with.`)
    }
  }
  verify(from)
  try {
    for (const name of FILES) {
      const part = join(dataDir, partOf(name))
      copyFileSync(join(from, name), part)
      chmodSync(part, 0o600)
      toDisk(part)
    }
    for (const name of FILES) {
      renameSync(join(dataDir, partOf(name)), join(dataDir, name))
      toDisk(dataDir)
    }
  } catch (error) {
    throw refusal(error, dataDir, 'STORE_UNAVAILABLE')
  }
  return manifest
}
