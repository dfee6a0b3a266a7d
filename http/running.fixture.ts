import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalCluster } from '../actors/cluster/cluster.ts'
import { Pool } from '../actors/cluster/pool.ts'
import { openSqliteLog } from '../actors/log/sqlite/log.ts'
import type { TopicWriter } from '../actors/outgoing/topic.ts'
import type { StateStore } from '../actors/store/port.ts'
import { openSqliteStore } from '../actors/store/sqlite/store.ts'
import type { Figures } from '../figures/figures.ts'
import type { HttpConfig } from './config.ts'
import { serve } from './test-kit.ts'

const PARTITIONS = 4

/** The whole system but for its port: log, store, one Worker, and the server to be asked. `stop` removes what it has written. */
export async function running(
  config: Partial<HttpConfig> = {},
  {
    over = (store) => store,
    ...more
  }: {
    topics?: TopicWriter
    figures?: Figures
    /** Stands between the server and the store; the Worker has one of its own. */
    over?: (store: StateStore) => StateStore
  } = {},
) {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-http-'))
  const [logFile, storeFile] = [join(dir, 'log.sqlite'), join(dir, 'store.sqlite')]
  const log = openSqliteLog({ file: logFile, partitions: PARTITIONS, clock: Date })
  const store = over(openSqliteStore(storeFile))
  const pool = new Pool({
    workers: 1,
    partitions: PARTITIONS,
    backend: { edition: 'embedded', storeFile, logFile, serveLog: (port, partitions) => log.serve(port, partitions) },
    maxResident: 1000,
    onChanged: (addresses, offsets) => cluster.tell(addresses, offsets),
    onFailed: (sentence) => {
      throw new Error(sentence)
    },
    report: () => {},
    now: () => Date.now(),
  })
  const cluster = new LocalCluster({ append: log.append, store, partitions: PARTITIONS, pool })
  pool.start()
  await until('the cluster to be ready', () => cluster.readiness().ready)
  const served = await serve(cluster, { config, ...more })
  return {
    ...served,
    cluster,
    store,
    async end() {
      served.stop()
      await pool.stop()
      await store.close()
      await log.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
export type Running = Awaited<ReturnType<typeof running>>

/** Asks until the answer is yes; what was waited for stands in the failure. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms for ${what}`)
    await new Promise<void>((done) => setTimeout(done, 5))
  }
}
