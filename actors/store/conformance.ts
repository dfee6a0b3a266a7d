import { describe } from 'bun:test'
import { deliveryClaims } from './conformance/deliveries.ts'
import { documentClaims } from './conformance/documents.ts'
import { effectClaims } from './conformance/effects.ts'
import type { MakeStore } from './conformance/fresh.ts'
import { historyClaims } from './conformance/history.ts'
import { summaryClaims } from './conformance/summaries.ts'
import { turnClaims } from './conformance/turns.ts'

/** What every store promises, whatever it is made of. An adapter's test calls this with a way to make a fresh one. */
export function storeConformance(name: string, make: MakeStore, { skip = false } = {}) {
  describe.skipIf(skip)(name, () => {
    turnClaims(make)
    historyClaims(make)
    summaryClaims(make)
    effectClaims(make)
    deliveryClaims(make)
    documentClaims(make)
  })
}
