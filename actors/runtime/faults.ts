/** What a fault means to the one who caused it: HTTP status, title, and whether the same request may succeed later. */
interface FaultKind {
  readonly status: number
  readonly title: string
  readonly retry?: boolean
}

/** The one registry of codes. A code is stable for ever: clients and dead letters hold it. Sorted by status. */
export const FAULTS = {
  MALFORMED: { status: 400, title: 'The request cannot be read' },
  LOGIN_BAD_CREDENTIALS: { status: 400, title: 'E-mail or password is wrong' },
  UNAUTHENTICATED: { status: 401, title: 'A valid token is needed' },
  FORBIDDEN: { status: 403, title: 'The role does not allow this' },
  REGISTRATION_CLOSED: { status: 403, title: 'Registration is closed' },
  NOT_FOUND: { status: 404, title: 'There is no such thing' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The method is not for this path' },
  CONFLICT: { status: 409, title: 'It changed meanwhile, or is taken' },
  LAST_ADMIN: { status: 409, title: 'The last active admin stays one' },
  TOO_LARGE: { status: 413, title: 'The request is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The content type is not taken here' },
  NOT_OWNER: { status: 421, title: 'Another node owns this actor', retry: true },
  VALIDATION: { status: 422, title: 'The request does not fit its schema' },
  IDEMPOTENCY_MISMATCH: { status: 422, title: 'The idempotency key was used with another body' },
  TOO_MANY_POINTS: { status: 422, title: 'The answer would have too many points' },
  QUARANTINED: { status: 423, title: 'The actor is quarantined' },
  RATE_LIMITED: { status: 429, title: 'Too many requests', retry: true },
  INTERNAL: { status: 500, title: 'A fault of the server' },
  LOG_UNAVAILABLE: { status: 503, title: 'The log cannot take records now', retry: true },
  STORE_UNAVAILABLE: { status: 503, title: 'The store does not answer', retry: true },
  ISSUER_UNAVAILABLE: { status: 503, title: 'The issuer of the token does not give its keys', retry: true },
  BACKUP_UNAVAILABLE: { status: 503, title: 'No backup can be made now', retry: true },
  RESTORING: { status: 503, title: 'The actor is being restored', retry: true },
  OVERLOADED: { status: 503, title: 'Too many questions wait', retry: true },
  ASK_TIMEOUT: { status: 503, title: 'The actor did not answer in time', retry: true },
  OFFSET_NOT_REACHED: { status: 503, title: 'The record asked for is not applied yet', retry: true },
  VERSION_AHEAD: { status: 503, title: 'The actor was written by a newer version', retry: true },
  SHUTTING_DOWN: { status: 503, title: 'The server is stopping', retry: true },

  // Dead letters and starts: never an HTTP answer of their own.
  LOG_OFFSET_OUT_OF_RANGE: { status: 500, title: 'The log no longer holds records that are still needed' },
  LOG_REFUSED: { status: 500, title: 'The broker does not let this node in' },
  STORE_REFUSED: { status: 500, title: 'The database does not let this node in, or is not of the kind that is needed' },
  LOG_MISMATCH: { status: 500, title: 'The store belongs to another log' },
  NODE_REFUSED: { status: 500, title: 'The node cannot be in this cluster' },
  DATA_DIR_LOCKED: { status: 500, title: 'Another process has the data directory open' },
  DATA_CORRUPT: { status: 500, title: 'The data directory is damaged' },
  SCHEMA_VERSION: { status: 500, title: 'The data directory was written by another version' },
  POISON: { status: 500, title: 'The record made its actor throw' },
  UNREADABLE_RECORD: { status: 500, title: 'The record is not JSON' },
  UNKNOWN_KIND: { status: 500, title: 'No kind of actor has this name' },
  UNKNOWN_TYPE: { status: 500, title: 'The kind has no such type of record' },
  RELAY_GONE: { status: 500, title: 'The target says that it is gone for good' },
  RELAY_EXHAUSTED: { status: 500, title: 'The target took it at none of the attempts' },
  RELAY_NO_TARGET: { status: 500, title: 'There is no such target any more' },
  RELAY_ADDRESS_REFUSED: { status: 500, title: 'The address of the target is not one that relays may reach' },
  MESSAGE_NOT_JSON: { status: 500, title: 'The message of a topic is not JSON' },
  FRAME_NOT_JSON: { status: 500, title: 'The frame is not JSON' },
  FRAME_NOT_OBJECT: { status: 500, title: 'The frame is not an object' },
  FRAME_TOO_LARGE: { status: 500, title: 'The frame is too large' },
  FRAME_NO_MOMENT: { status: 500, title: 'The frame has no readable moment' },
  FRAME_IN_FUTURE: { status: 500, title: "The frame's moment lies in the future" },
  FRAME_NO_SIGNALS: { status: 500, title: 'The frame has no signal of this plant' },
  SIGNAL_WRONG_TYPE: { status: 500, title: 'A signal of the frame is not a number' },
} as const satisfies Record<string, FaultKind>

export type FaultCode = keyof typeof FAULTS

/** An error with a code of the registry. `detail` is for the caller: no secrets, no stack. */
export class Fault extends Error {
  readonly code: FaultCode
  /** Seconds after which to try again. */
  readonly retryAfterS: number | undefined
  readonly errors: readonly { path: string; message: string }[] | undefined

  constructor(
    code: FaultCode,
    detail: string,
    more: { retryAfterS?: number; errors?: readonly { path: string; message: string }[]; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause })
    this.name = 'Fault'
    this.code = code
    this.retryAfterS = more.retryAfterS
    this.errors = more.errors
  }

  get status(): number {
    return FAULTS[this.code].status
  }
}
