import { describe } from 'bun:test'
import { documentClaims } from './conformance/documents.ts'
import { effectClaims } from './conformance/effects.ts'
import { historyClaims } from './conformance/history.ts'
import { turnClaims } from './conformance/turns.ts'
import type { StateStore } from './port.ts'

/** A fresh store that lives for one test. */
export interface StoreUnderTest {
  /** Another connection to it, as another Worker or node has one. Closed by `drop` if the test does not. */
  open(): Promise<StateStore>
  drop(): Promise<void>
}

export type MakeStore = () => Promise<StoreUnderTest>

/** What every store promises, whatever it is made of. An adapter's test calls this with a way to make a fresh one. */
export function storeConformance(name: string, make: MakeStore, { skip = false } = {}) {
  describe.skipIf(skip)(name, () => {
    turnClaims(make)
    historyClaims(make)
    effectClaims(make)
    documentClaims(make)
  })
}

/** Runs a test on a fresh store, and drops it. */
export const withStore =
  (make: MakeStore, run: (store: StateStore, another: () => Promise<StateStore>) => Promise<void>) => async () => {
    const fresh = await make()
    try {
      await run(await fresh.open(), fresh.open)
    } finally {
      await fresh.drop()
    }
  }
