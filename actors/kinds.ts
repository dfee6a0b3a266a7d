import type { ActorKind } from './runtime/index.ts'

/** Every kind of actor that this system runs. A new kind is one folder and one line here. */
export const kinds: readonly ActorKind<never>[] = []
