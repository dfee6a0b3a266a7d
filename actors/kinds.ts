import { exhauster } from './exhauster/actor.ts'
import { machine } from './machine/actor.ts'
import { plant } from './plant/actor.ts'
import type { ActorKind } from './runtime/index.ts'

/** Every kind of actor that this system runs. A new kind is one folder and one line here. */
export const kinds: readonly ActorKind[] = [exhauster, machine, plant]
