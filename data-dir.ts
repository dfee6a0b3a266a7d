import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isHalfRestored } from './actors/backup/restore.ts'
import { lockDataDir } from './actors/log/sqlite/lock.ts'
import { Fault } from './actors/runtime/index.ts'
import type { Collection, Documents } from './actors/store/port.ts'
import { ConfigError } from './config-error.ts'
import type { Config } from './config.ts'

const SETTINGS: Collection = { name: 'settings' }
const PLANT = 'plant'

/**
 * Makes the folder where it is missing, for this user alone: it holds signing keys, secrets of relays and hashes of passwords. Makes this
 * process the only one in it. Returns the way to let go.
 */
export function openDataDir(dir: string): () => void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    return lockDataDir(dir)
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new ConfigError(`WINDBOX_DATA_DIR=${dir} cannot be used: ${(error as Error).message}`)
  }
}

/** Makes the folder of backups where one is named: one that cannot be used is better known now than when it is needed. Throws {@link ConfigError}. */
export function openBackupDir(dir: string | undefined): void {
  if (dir === undefined) return
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    accessSync(dir, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new ConfigError(`WINDBOX_BACKUP_DIR=${dir} cannot be used: ${(error as Error).message}`)
  }
}

/** What is wrong with a folder whose restore was cut short: what is there so far is not all of it. undefined for any other. */
export const halfRestored = (dir: string): string | undefined =>
  isHalfRestored(dir) ? `the restore of ${dir} was cut short: run it again` : undefined

/** Throws {@link ConfigError} for a folder that is {@link halfRestored}. */
export function refuseHalfRestored(dir: string): void {
  const sentence = halfRestored(dir)
  if (sentence !== undefined) throw new ConfigError(sentence)
}

const addressFile = (dir: string) => join(dir, 'address')

/** Leaves word where the server listens, for `login-link` beside it. Returns the way to take it back. */
export function leaveAddress(dir: string, url: string): () => void {
  writeFileSync(addressFile(dir), `${url}\n`)
  return () => rmSync(addressFile(dir), { force: true })
}

/** Where the server of this data listens, or was listening when it was killed, as far as it left word. */
export function addressOf({ WINDBOX_NODE_URL: url, WINDBOX_DATA_DIR: dir }: Config): string | undefined {
  try {
    return url ?? (readFileSync(addressFile(dir), 'utf8').trim() || undefined)
  } catch {
    return undefined
  }
}

/**
 * Data belong to the demonstration or to a plant from the first frame on: mixed, the pages would show the one's machines and the other's
 * history, and nothing would say so. `place` is what holds them. Throws {@link ConfigError}.
 */
export async function keepPlantsApart(store: Documents, plant: Config['WINDBOX_PLANT'], place: string): Promise<void> {
  if (plant === 'off') return
  const demonstration = plant === 'synthetic'
  const known = await store.get<{ demonstration: boolean }>(SETTINGS, PLANT)
  if (known === undefined) return void (await store.insert(SETTINGS, PLANT, { demonstration }))
  if (known.body.demonstration === demonstration) return
  throw new ConfigError(
    demonstration
      ? `${place} holds the data of a plant: set WINDBOX_PLANT as before, or use another for the demonstration (WINDBOX_DATA_DIR, in a cluster WINDBOX_NAMESPACE)`
      : `${place} holds the data of the demonstration: use another for the plant (WINDBOX_DATA_DIR, in a cluster WINDBOX_NAMESPACE), or remove it`,
  )
}
