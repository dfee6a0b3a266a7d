import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../runtime/index.ts'

/** The two files of a data directory, in the order in which they are copied and put back: the log is never older than the store. */
export const FILES = ['store.sqlite', 'log.sqlite'] as const
export type FileName = (typeof FILES)[number]

/** What a backup says of itself, `backup.json` in its folder. It is written last: a folder without it holds no backup. */
export interface Manifest {
  readonly format: 1
  /** ISO 8601, UTC. */
  readonly made_at: string
  readonly log: string
  /** Offset after the last record of each partition: everything before is in the backup, nothing behind. */
  readonly ends: readonly number[]
  readonly files: { readonly [Name in FileName]: { readonly bytes: number; readonly sha256: string } }
}

const NAME = 'backup.json'

export function writeManifest(dir: string, manifest: Manifest): void {
  const part = join(dir, `${NAME}.part`)
  writeFileSync(part, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 })
  toDisk(part)
  renameSync(part, join(dir, NAME))
  toDisk(dir)
}

/** Fault DATA_CORRUPT for a folder that holds no whole backup. */
export function readManifest(dir: string): Manifest {
  let manifest: Manifest
  try {
    manifest = JSON.parse(readFileSync(join(dir, NAME), 'utf8')) as Manifest
  } catch (error) {
    throw new Fault('DATA_CORRUPT', `${dir} holds no finished backup: ${(error as Error).message}.`, { cause: error })
  }
  if (manifest.format !== 1) {
    throw new Fault('SCHEMA_VERSION', `${dir} holds a backup of format ${manifest.format}, this program knows 1.`)
  }
  return manifest
}

/** Makes a file or a folder survive a power cut. */
export function toDisk(path: string): void {
  const opened = openSync(path, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}

/** SHA-256 of a file, read in pieces. */
export async function sha256Of(file: string): Promise<string> {
  const hash = new Bun.CryptoHasher('sha256')
  for await (const piece of Bun.file(file).stream()) hash.update(piece)
  return hash.digest('hex')
}
