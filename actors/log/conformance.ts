import { describe } from 'bun:test'
import { appendClaims } from './conformance/append.ts'
import { consumeClaims } from './conformance/consume.ts'
import type { MakeLog } from './conformance/fresh.ts'
import { groupClaims } from './conformance/group.ts'

/** What every log promises, whatever it is made of. An adapter's test calls this with a way to make a fresh one. */
export function logConformance(name: string, make: MakeLog, { skip = false } = {}) {
  describe.skipIf(skip)(name, () => {
    appendClaims(make)
    consumeClaims(make)
    groupClaims(make)
  })
}
