import { Type, type Static } from '@sinclair/typebox'
import { RELAY_KINDS } from '../../actors/relay/schema.ts'
import { inDocument, oneOf } from '../schema.ts'

/** A text of one line that is seen. */
const Line = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\x00-\\x1f\\x7f]*$', description })

const PATTERN = 'exact, or what it begins with and `*`'

const Filter = Type.Object(
  {
    kind: Type.Optional(
      Line(64, 'Kind of the actor that told of it, of this system’s own events; `event`: those from outside'),
    ),
    type: Type.Optional(Line(256, `Type of the event: ${PATTERN}`)),
    subject: Type.Optional(Line(256, `Its subject: ${PATTERN}`)),
  },
  {
    additionalProperties: false,
    description: 'Which events it carries: those that fit all that is named here; an empty one carries all',
  },
)

const name = Line(100, 'For people')
const url = Type.String({
  minLength: 1,
  maxLength: 2048,
  ...inDocument({ format: 'uri' }),
  description:
    'Of a webhook: http or https. Private, loopback and other addresses that are not on the internet are refused, now and at each attempt',
})
const secret = Type.String({
  maxLength: 128,
  ...inDocument({ format: 'webhook-secret' }),
  description: 'Signs the messages of a webhook: `whsec_` and 24 to 64 bytes in base64. Never shown again',
})

const topic = Line(
  249,
  'Of a topic: its name. It has to be there; those that begin with the name of the cluster, `__`, or end with `.log` are refused',
)

export const NewRelay = Type.Object({
  name,
  kind: oneOf(RELAY_KINDS, 'Where it leads: a webhook, or, in a cluster, a topic of the broker that it uses'),
  url: Type.Optional(url),
  topic: Type.Optional(topic),
  secret: Type.Optional(secret),
  filter: Type.Optional(Filter),
  active: Type.Optional(Type.Boolean({ description: 'false: it carries nothing until it is set again' })),
})
export type NewRelay = Static<typeof NewRelay>

export const RelayChange = Type.Object({
  name: Type.Optional(name),
  url: Type.Optional(url),
  topic: Type.Optional(topic),
  secret: Type.Optional(secret),
  filter: Type.Optional(Filter),
  active: Type.Optional(Type.Boolean()),
})
export type RelayChange = Static<typeof RelayChange>

const nullable = (description: string) => Type.Unsafe<string | null>({ type: 'string', nullable: true, description })

const relay = {
  id: Type.Integer({ description: 'From 1, never given twice' }),
  name: Type.String(),
  kind: oneOf(RELAY_KINDS),
  url: nullable('Of a webhook'),
  topic: nullable('Of a topic'),
  filter: Filter,
  active: Type.Boolean(),
  created_at: Type.String(),
  updated_at: Type.String(),
}
export const RelayView = Type.Object(relay)
export type RelayView = Static<typeof RelayView>
export const NewRelayView = Type.Object({
  ...relay,
  secret: Type.Optional(Type.String({ description: 'Made here, because none was given: shown this once' })),
})

export const DeliveryView = Type.Object({
  id: Type.String({ description: 'The `webhook-id` ends with it, or the header `windbox-id`' }),
  at: Type.String({ description: 'When what it carries was told' }),
  status: oneOf(['waiting', 'delivered', 'expired', 'dead'], 'dead: given up, and among the dead letters'),
  attempts: Type.Integer(),
  tried_at: nullable('The last attempt'),
  next_at: nullable('The next one; null: there is none'),
  error: nullable('Why the last attempt failed'),
  answer: nullable('What the target answered to the one that it took'),
})
export type DeliveryView = Static<typeof DeliveryView>

export const TestResult = Type.Object({
  delivered: Type.Boolean(),
  answer: nullable('What the target answered'),
  error: nullable('Why it did not take the message'),
})
