import type { Database } from 'bun:sqlite'

/** The number that a PRAGMA answers. */
export const pragma = (db: Database, name: string): number =>
  Object.values(db.query<Record<string, number>, []>(`PRAGMA ${name}`).get()!)[0]!
