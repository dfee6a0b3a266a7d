import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeConformance } from '../conformance.ts'
import type { StateStore } from '../port.ts'
import { openSqliteStore } from './store.ts'

storeConformance('the SQLite store', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-store-'))
  const opened: StateStore[] = []
  return {
    async open() {
      const store = openSqliteStore(join(dir, 'store.sqlite'))
      opened.push(store)
      return store
    },
    async drop() {
      for (const store of opened) await store.close()
      rmSync(dir, { recursive: true })
    },
  }
})
