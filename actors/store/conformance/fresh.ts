import type { StateStore } from '../port.ts'

/** A fresh store that lives for one test. */
export interface StoreUnderTest {
  /** Another connection to it, as another Worker or node has one. Closed by `drop` if the test does not. */
  open(): Promise<StateStore>
  drop(): Promise<void>
}

export type MakeStore = () => Promise<StoreUnderTest>

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
