import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openSqliteStore } from '../actors/store/sqlite/store.ts'
import type { StateStore } from '../actors/store/port.ts'
import { ConfigError } from '../config-error.ts'
import { inCluster, type Config } from '../config.ts'
import { addressOf } from '../data-dir.ts'
import { SOMEBODY } from '../http/auth/audit.ts'
import { createAuthority, type Authority } from '../http/auth/authority.ts'
import type { Role } from '../http/auth/roles.ts'
import { httpConfig, originOf } from '../http-config.ts'

/**
 * Opens the accounts, also beside a running server: the store takes two processes, only log and actors do not. `origin` is where
 * people find the server. Throws {@link ConfigError} where there is no data.
 */
async function withAccounts<T>(config: Config, work: (authority: Authority, origin: string) => Promise<T>): Promise<T> {
  const store = await openStore(config)
  try {
    const authority = await createAuthority({ store, config: httpConfig(config), now: Date.now })
    return await work(
      authority,
      config.WINDBOX_PUBLIC_URL ?? addressOf(config) ?? originOf(config, config.WINDBOX_PORT),
    )
  } finally {
    await store.close()
  }
}

async function openStore(config: Config): Promise<StateStore> {
  if (inCluster(config)) return (await import('../editions/cluster.ts')).openStore(config)
  const dir = config.WINDBOX_DATA_DIR
  const file = join(dir, 'store.sqlite')
  if (!existsSync(file)) throw new ConfigError(`WINDBOX_DATA_DIR=${dir} holds no data yet: start the server first`)
  return openSqliteStore(file)
}

/** A link that lets an admin in. */
export const loginLink = (config: Config): Promise<string> =>
  withAccounts(config, async ({ links }, origin) => origin + (await links.make()))

/** Makes an account. Without a password: the link that lets its owner in to set one. Faults: VALIDATION, CONFLICT. */
export const addUser = (
  config: Config,
  wanted: { email: string; role: Role; password: string | null },
): Promise<string | null> =>
  withAccounts(config, async (authority, origin) => {
    const user = await authority.createUser(SOMEBODY, wanted)
    return wanted.password === null ? origin + (await authority.links.make(user.id)) : null
  })

/** From now on a new key signs; a running server takes it over within seconds. Answers its id. */
export const rotateKeys = (config: Config): Promise<string> =>
  withAccounts(config, async (authority) => {
    const kid = await authority.rotateKeys(SOMEBODY)
    return kid
  })
