import type { FileKind } from '../../sqlite/schema.ts'

/**
 * The journal has a row for each commit, one text with all its records: one sequential write, where a table keyed by partition and
 * offset would touch a page for each partition. `marks` says for some of the rows how far each partition was before
 * it, and when the row before was written.
 */
const TABLES = `
CREATE TABLE log (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, partitions INTEGER NOT NULL) STRICT;
CREATE TABLE journal (seq INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE marks (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, ends TEXT NOT NULL) STRICT;
CREATE TABLE committed (partition INTEGER PRIMARY KEY, offset INTEGER NOT NULL) STRICT;
`

export const LOG_FILE: FileKind = {
  name: 'log',
  applicationId: 0x57424c47, // "WBLG"
  migrations: [TABLES],
  unavailable: 'LOG_UNAVAILABLE',
  atCreation(db) {
    // A commit of 64 readings writes 4 pages of this size, or 7 of half the size.
    db.run('PRAGMA page_size = 8192')
  },
}
