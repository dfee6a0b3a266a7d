import { Fault } from '../../runtime/index.ts'

/** The broker does not do it now, and may soon: LOG_UNAVAILABLE. */
export function unavailable(cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new Fault('LOG_UNAVAILABLE', `The broker cannot be used now: ${why}.`, { cause, retryAfterS: 1 })
}

/** What the broker says, by the type that kafkajs gives it, when it will not say anything else to this node as it is configured. */
const LOCKED_OUT = [
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
]

/** Why the log cannot be opened: LOG_REFUSED or NODE_REFUSED where waiting is of no use, LOG_UNAVAILABLE where it is. */
export function notOpened(error: unknown): Fault {
  if (error instanceof Fault) return error
  for (let cause = error; cause instanceof Error;) {
    const { name, type = '', errors } = cause as { name: string; type?: string; errors?: readonly unknown[] }
    if (name === 'KafkaJSSASLAuthenticationError' || LOCKED_OUT.includes(type)) {
      const detail = `The broker does not let this node in: ${cause.message} (WINDBOX_KAFKA_USERNAME, WINDBOX_KAFKA_PASSWORD, or what this user may do).`
      return new Fault('LOG_REFUSED', detail, { cause })
    }
    if (type === 'INCONSISTENT_GROUP_PROTOCOL') {
      const detail =
        'A client that is no node is in the consumer group of this namespace: it has to leave, or the namespace to be another one.'
      return new Fault('NODE_REFUSED', detail, { cause })
    }
    cause = errors?.[0] ?? cause.cause
  }
  return unavailable(error)
}
