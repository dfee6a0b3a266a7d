import './unfinished-writes.ts'
import {
  type Db,
  MongoBulkWriteError,
  MongoClient,
  MongoError,
  MongoExpiredSessionError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoNotConnectedError,
  type WriteError,
} from 'mongodb'
import { Fault } from '../../runtime/index.ts'

export interface MongoConnection {
  readonly client: MongoClient
  readonly db: Db
  /** Does `work`; when the server is out of reach or cannot take it now, the fault is STORE_UNAVAILABLE. */
  attempt<T>(work: () => Promise<T>): Promise<T>
}

/** The layout of collections and documents that this program writes. */
const SCHEMA_VERSION = 1

/** Faults: STORE_UNAVAILABLE, STORE_REFUSED, SCHEMA_VERSION. */
export async function connect(url: string, database: string): Promise<MongoConnection> {
  const client = clientOf(url)
  const db = client.db(database)
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw translate(error)
    }
  }
  try {
    await attempt(async () => {
      await checkServer(db)
      await checkVersion(db)
    })
  } catch (error) {
    await client.close()
    throw error
  }
  return { client, db, attempt }
}

/** What an address may say of reading and writing: an owner that began at a secondary's older snapshot would lose what came after it. */
const POLICIES = new Set([
  'readpreference',
  'readpreferencetags',
  'maxstalenessseconds',
  'readconcernlevel',
  'w',
  'wtimeoutms',
  'journal',
  'retrywrites',
])

/** Reads the primary and writes to a majority, whatever the address says. */
export function clientOf(url: string): MongoClient {
  const [servers = '', settings = ''] = url.split('?')
  const kept = settings.split('&').filter((setting) => !POLICIES.has(setting.split('=')[0]!.toLowerCase()))
  return new MongoClient(settings === '' ? url : `${servers}?${kept.join('&')}`, {
    appName: 'windbox',
    writeConcern: { w: 'majority', wtimeoutMS: 10_000 },
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 30_000,
    maxPoolSize: 8,
    ignoreUndefined: true,
  })
}

/** The oldest whose commands are tried. */
const OLDEST = 17
const OLDEST_NAME = '6.0'

/** Fault STORE_REFUSED: without a replica set nothing is durable on a majority, and no reader sees one moment. */
async function checkServer(db: Db) {
  const { setName, msg, maxWireVersion = 0 } = await db.command({ hello: 1 })
  if (setName === undefined && msg !== 'isdbgrid') {
    throw new Fault(
      'STORE_REFUSED',
      'MongoDB runs alone: it has to be a replica set, of one member at least (WINDBOX_MONGODB_URL).',
    )
  }
  if (maxWireVersion < OLDEST) throw new Fault('STORE_REFUSED', `MongoDB has to be ${OLDEST_NAME} or newer.`)
}

async function checkVersion(db: Db) {
  const meta = db.collection<{ _id: string; version: number }>('meta')
  await meta.updateOne({ _id: 'schema' }, { $setOnInsert: { version: SCHEMA_VERSION } }, { upsert: true })
  const stored = (await meta.findOne({ _id: 'schema' }))?.version
  if (stored !== SCHEMA_VERSION) {
    const known = `this program knows ${SCHEMA_VERSION}`
    throw new Fault('SCHEMA_VERSION', `The database ${db.databaseName} has version ${stored} of the schema, ${known}.`)
  }
}

/** Server codes that pass: no room, a disk that fails, time-outs, elections and shutdowns, moments and cursors that these took away. */
const PASSING = new Set([
  6, 7, 8, 24, 43, 50, 63, 64, 79, 89, 91, 100, 112, 117, 133, 134, 189, 202, 208, 225, 237, 239, 246, 251, 262, 279,
  317, 355, 365, 9001, 10107, 11600, 11601, 11602, 13388, 13435, 13436, 14031,
])

/** Server codes that no waiting helps against: who we are, and what we may do. */
const LOCKED_OUT = new Set([13, 18, 8000])

/** What a node that is stopping meets: others do what it could not. */
const CLOSED = new Set(['MongoClientClosedError', 'MongoPoolClosedError', 'MongoServerClosedError'])

function translate(error: unknown): unknown {
  if (!(error instanceof MongoError)) return error
  if (LOCKED_OUT.has(Number(error.code))) {
    const detail = `MongoDB does not let this node in: ${error.message} (WINDBOX_MONGODB_URL).`
    return new Fault('STORE_REFUSED', detail, { cause: error })
  }
  const passing =
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoTopologyClosedError ||
    error instanceof MongoNotConnectedError ||
    error.hasErrorLabel('RetryableWriteError') ||
    error.hasErrorLabel('TransientTransactionError') ||
    error instanceof MongoExpiredSessionError ||
    (error instanceof MongoServerError && PASSING.has(Number(error.code))) ||
    (error instanceof MongoBulkWriteError && error.code !== 11000 && PASSING.has(Number(error.code))) ||
    error.name === 'MongoWaitQueueTimeoutError' ||
    CLOSED.has(error.name) ||
    error.name === 'MongoWriteConcernError'
  if (!passing) return error
  return new Fault('STORE_UNAVAILABLE', `MongoDB cannot be used now: ${error.message}.`, {
    cause: error,
    retryAfterS: 1,
  })
}

export const isDuplicate = (error: unknown): error is MongoServerError =>
  error instanceof MongoServerError && error.code === 11000

/**
 * Runs an unordered bulk and answers the indexes of the items whose key is there already. Any other item's error is thrown: then
 * an unknown part of the bulk is stored, which all writes of a store allow.
 */
export async function duplicatesOf(bulk: Promise<unknown>): Promise<number[]> {
  try {
    await bulk
    return []
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError()) throw error
    const writeErrors: readonly WriteError[] = error.result.getWriteErrors()
    if (writeErrors.length === 0 || writeErrors.some(({ code }) => code !== 11000)) throw error
    return writeErrors.map(({ index }) => index)
  }
}
