import { Type, type Static } from '@sinclair/typebox'

const nullable = (description: string) => Type.Unsafe<string | null>({ type: 'string', nullable: true, description })

const letter = {
  id: Type.String(),
  at: Type.String({ description: 'When the record was taken, or the delivery given up' }),
  code: Type.String({ description: 'One of the registry' }),
  cause: Type.String(),
  kind: Type.String({ description: 'Kind of the actor' }),
  address: Type.String({ description: 'Whose record it was, or who sent what could not be delivered: `kind/id`' }),
  type: Type.String({ description: 'Type of the record; `outgoing`: something that had to leave the system' }),
  position: Type.String({ description: '`<partition>-<offset>` of the record that it came of' }),
  attempts: Type.Integer({ description: 'Replays so far' }),
  replayed_at: nullable('The last replay'),
  replayed_by: nullable('Who asked for it'),
  replay_position: nullable('Where its record stands'),
}

export const LetterSummary = Type.Object({
  ...letter,
  payload: Type.String({ description: 'What could not be applied or delivered; here at most 4,096 characters of it' }),
})
export type LetterSummary = Static<typeof LetterSummary>

export const LetterDocument = Type.Object({
  ...letter,
  payload: Type.String({ description: 'What could not be applied or delivered, as it came' }),
  stack: nullable('Where the reducer threw'),
  record_id: nullable('Id of the record'),
})
export type LetterDocument = Static<typeof LetterDocument>

export const LetterFilter = {
  kind: Type.Optional(Type.String({ maxLength: 64, description: 'Kind of the actor' })),
  code: Type.Optional(Type.String({ maxLength: 64, description: 'One of the registry' })),
}
export interface LetterFilter {
  readonly kind?: string
  readonly code?: string
}

export const ReplayedMany = Type.Object({
  replayed: Type.Integer({ description: 'Letters whose records are in the log now' }),
  refused: Type.Integer({ description: 'Letters that cannot be replayed' }),
  more: Type.Boolean({ description: 'There may be more that the filter names: ask again' }),
})
