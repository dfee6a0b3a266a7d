import { EXHAUSTERS } from '../exhauster/directory.ts'
import { codesOf, wireKey } from '../exhauster/wire.ts'
import { SINTER_MACHINES, codesOfMachine } from '../machine/directory.ts'

/** Where a key of the plant's frame belongs. */
export interface Place {
  readonly part: 'exhauster' | 'machine'
  /** Place of the exhauster or the machine in its directory. */
  readonly which: number
  /** Place among its values. */
  readonly index: number
  readonly digital: boolean
}

/** Keys of the plant's list that no part of this system shows: second work bits, oil pumps, motor and stator temperatures. */
const UNUSED = `
0:38 0:39 0:40 0:46 0:55 0:56 0:57 0:58  2:38 2:39 2:40 2:46 2:55 2:56 2:57 2:58 2:63 2:64  3:38 3:39 3:40 3:46 3:55 3:56 3:57 3:58
1.0 1.3 1.4 1.5 1.8 1.9  4.0 4.3 4.4 4.5 4.8 4.9  5.0 5.3 5.4 5.5 5.8 5.9`

const place = (part: Place['part'], which: number, codes: readonly string[]): [string, Place][] =>
  codes.map((code, index) => [wireKey(code), { part, which, index, digital: code.includes('.') }])

/** Every key of the plant that is used, with its place. */
export const PLACES: ReadonlyMap<string, Place> = new Map([
  ...EXHAUSTERS.flatMap(({ id }, which) => place('exhauster', which, codesOf(id))),
  ...SINTER_MACHINES.flatMap(({ number }, which) => place('machine', which, codesOfMachine(number))),
])

/** Keys that the plant sends and that are not used: known, so not worth a word. */
export const UNUSED_KEYS: ReadonlySet<string> = new Set(UNUSED.trim().split(/\s+/).map(wireKey))
