import type { FileKind } from '../../sqlite/schema.ts'

/**
 * Tables of the store. Times are REAL because a source's millisecond may have a fraction (whole ones take no more room). Wide rows lie
 * in tables with a rowid: without one an insert of a segment costs 2.4 times as much, of an effect 1.2 times. `rows < 2048` is
 * SMALL_SEGMENT_ROWS, written out: a published step never changes.
 */
const TABLES = `
CREATE TABLE bound_log (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL, partitions INTEGER NOT NULL) STRICT;
CREATE TABLE log_ends (partition INTEGER PRIMARY KEY, end INTEGER NOT NULL) STRICT;
CREATE TABLE owners (partition INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, owner TEXT NOT NULL) STRICT;

CREATE TABLE snapshots (
  address TEXT PRIMARY KEY, partition INTEGER NOT NULL, offset INTEGER NOT NULL, epoch INTEGER NOT NULL,
  version INTEGER NOT NULL, due REAL, state TEXT NOT NULL, at REAL NOT NULL
) STRICT;
CREATE INDEX snapshots_due ON snapshots (partition, due, address) WHERE due IS NOT NULL;

CREATE TABLE segments (
  address TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, from_ms REAL NOT NULL, to_ms REAL NOT NULL,
  rows INTEGER NOT NULL, packed INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (address, first)
) STRICT;
CREATE INDEX segments_time ON segments (address, to_ms, from_ms);
CREATE INDEX segments_small ON segments (address) WHERE rows < 2048;

CREATE TABLE effects (
  collection TEXT NOT NULL, id TEXT NOT NULL, address TEXT NOT NULL, at REAL NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (collection, id)
) STRICT;
CREATE INDEX effects_time ON effects (collection, at, id);
CREATE INDEX effects_address ON effects (collection, address, at, id);

CREATE TABLE ids (
  address TEXT NOT NULL, id TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL, PRIMARY KEY (address, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE collections (name TEXT PRIMARY KEY, fields TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE documents (
  collection TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (collection, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE document_keys (
  collection TEXT NOT NULL, field TEXT NOT NULL, value ANY NOT NULL, id TEXT NOT NULL, only_one INTEGER NOT NULL,
  PRIMARY KEY (collection, field, value, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_keys_id ON document_keys (collection, id);
CREATE UNIQUE INDEX document_keys_once ON document_keys (collection, field, value) WHERE only_one = 1;
CREATE TABLE sequences (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`

/**
 * Texts of rows, with what is said of them before it: who wants that only never touches the pages of the texts. `last` ties them to their
 * segment. What is not sealed is small; 1048576 is SMALL_SEGMENT_TEXT.
 */
const TEXTS = `
CREATE TABLE segment_texts (
  address TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, digest TEXT, packed INTEGER NOT NULL, texts BLOB,
  PRIMARY KEY (address, first)
) STRICT;
ALTER TABLE segments ADD COLUMN text_bytes INTEGER NOT NULL DEFAULT 0;
DROP INDEX segments_small;
CREATE INDEX segments_small ON segments (address) WHERE rows < 2048 AND text_bytes < 1048576;
`

/** Summaries of segments, beside them; and their spans in one index, so that a reader of many touches none of their rows. */
const SUMMARIES = `
CREATE TABLE segment_summaries (
  address TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, totals BLOB NOT NULL, buckets BLOB NOT NULL,
  PRIMARY KEY (address, first)
) STRICT;
CREATE INDEX segments_spans ON segments (address, first, last, from_ms, to_ms, rows);
`

/** What has to leave, beside its effect. The first index is what is still to do, by target. */
const DELIVERIES = `
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY, partition INTEGER NOT NULL, target TEXT NOT NULL, address TEXT NOT NULL, at REAL NOT NULL,
  status TEXT NOT NULL, attempts INTEGER NOT NULL, next_at REAL, tried_at REAL, error TEXT, answer TEXT
) STRICT;
CREATE INDEX deliveries_open ON deliveries (target, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_time ON deliveries (target, at, id);
CREATE INDEX deliveries_age ON deliveries (at);
`

/**
 * Ids in runs (`id-runs.ts`). Numbers of runs are never used again: that of an address's newest tells whether another has come. A base
 * stands in `id_bases` while no run has it and buckets of it may lie there.
 */
const ID_RUNS = `
CREATE TABLE id_runs (
  run INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, level INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  entries INTEGER NOT NULL, buckets INTEGER NOT NULL, base INTEGER NOT NULL, filter BLOB NOT NULL
) STRICT;
CREATE INDEX id_runs_address ON id_runs (address);
CREATE TABLE newest_runs (address TEXT PRIMARY KEY, run INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE id_bases (base INTEGER PRIMARY KEY AUTOINCREMENT, began REAL NOT NULL) STRICT;
CREATE TABLE id_buckets (place INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT;
CREATE TABLE forgotten_ids (
  address TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (address, first)
) STRICT, WITHOUT ROWID;
`

/** When ids came, for those of actors without history, which nothing else ends. 0: before this was kept. */
const ID_AGES = `
ALTER TABLE ids ADD COLUMN at REAL NOT NULL DEFAULT 0;
ALTER TABLE id_runs ADD COLUMN at REAL NOT NULL DEFAULT 0;
`

export const STORE_FILE: FileKind = {
  name: 'store',
  applicationId: 0x57425354, // "WBST"
  migrations: [TABLES, TEXTS, SUMMARIES, DELIVERIES, ID_RUNS, ID_AGES],
  unavailable: 'STORE_UNAVAILABLE',
}
