import { defineActor, OUTBOX, type Outgoing } from '../runtime/index.ts'

interface RelayState {
  /** What was sent again so far. */
  resent: number
}

/** A target outside, for what people send there again: each record `send` becomes one delivery. */
export const relay = defineActor<RelayState>({
  kind: 'relay',
  version: 1,
  initial: () => ({ resent: 0 }),
  on: {
    send: (state, outgoing: Outgoing, turn) => {
      turn.emit(OUTBOX, turn.at, outgoing, { urgent: true })
      state.resent++
      turn.changed()
    },
  },
  ask: { state: (state) => state },
})
