import type { EventRecord, StoredEvent } from './schema.ts'

/** Numbers of a row: ms from ingest to stored; 1 where the event repeats an id that is stored; 1 where it names a track. */
export const COLUMNS = ['lag', 'repeated', 'track'] as const
export const [LAG, REPEATED, TRACK] = [0, 1, 2]

/** Parts a row's text: type, user, subject, and the record's value, whose JSON holds no such sign. */
const PART = '\u001f'

/** What events are counted and chosen by; '' for none. */
export interface Labels {
  readonly type: string
  readonly user_id: string
  readonly subject: string
}

export type Label = keyof Labels

/** The text of a row. `value` is the text of its record, '' where the event is stored elsewhere. */
export const textOf = ({ type = '', user_id = '', subject = '' }: Partial<Labels>, value: string): string =>
  type + PART + user_id + PART + subject + PART + value

/** Where the labels of a row's text end; the next begins behind the sign there. */
export function labelEnds(text: string): readonly [type: number, user: number, subject: number] {
  const type = text.indexOf(PART)
  const user = text.indexOf(PART, type + 1)
  return [type, user, text.indexOf(PART, user + 1)]
}

/** One label of a row's text. */
export function labelOf(text: string, label: Label): string {
  let begin = 0
  for (let skip = label === 'type' ? 0 : label === 'user_id' ? 1 : 2; skip > 0; skip--)
    begin = text.indexOf(PART, begin) + 1
  return text.slice(begin, text.indexOf(PART, begin))
}

/** The event of a row: what was sent, with its times. */
export function eventOf(text: string, lag: number): StoredEvent {
  const { at, event } = JSON.parse(text.slice(text.lastIndexOf(PART) + 1)) as EventRecord
  return { ...event, ingest_time: new Date(at).toISOString(), store_time: new Date(at + lag).toISOString() }
}
