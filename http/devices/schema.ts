import { Type } from '@sinclair/typebox'

const MOST_ATTRIBUTES = 64

const Nullable = (schema: object, description: string) =>
  Type.Unsafe<string | null>({ ...schema, nullable: true, description })

/** A text of one line that is seen. */
const Line = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[^\\x00-\\x1f\\x7f]*$' })
const LineOrNull = (maxLength: number, description: string) =>
  Type.Optional(Type.Union([Line(maxLength), Type.Null()], { description }))

const Attributes = Type.Record(
  Type.String(),
  Type.Union([Type.String({ maxLength: 1024 }), Type.Number(), Type.Boolean(), Type.Null()]),
  {
    maxProperties: MOST_ATTRIBUTES,
    description: `At most ${MOST_ATTRIBUTES}, and 8 KiB: what people want to know of the device`,
  },
)

const described = {
  name: LineOrNull(100, 'For people'),
  kind: LineOrNull(64, 'What it is: pump, thermometer …'),
  attributes: Type.Optional(Attributes),
}

export const NewDevice = Type.Object(described)

export const DeviceChangeBody = Type.Object({
  ...described,
  user_id: Type.Optional(
    Type.Union([Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), Type.Null()], {
      description: 'Another owner, or none; engineers only',
    }),
  ),
})

export const DeviceView = Type.Object({
  id: Type.Integer({ description: 'From 1, never given twice' }),
  name: Nullable({ type: 'string' }, 'For people'),
  kind: Nullable({ type: 'string' }, 'What it is'),
  user_id: Type.Unsafe<number | null>({ type: 'integer', nullable: true, description: 'The owner; null: nobody' }),
  attributes: Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', additionalProperties: true }),
  created_at: Type.String(),
})

export const NewKey = Type.Object({ name: LineOrNull(100, 'To tell it from others') })

const key = {
  id: Type.String(),
  name: Nullable({ type: 'string' }, 'To tell it from others'),
  created_at: Type.String(),
  last_used_at: Nullable({ type: 'string' }, 'To the minute; null: never'),
}

export const DeviceKeyView = Type.Object(key)
export const NewDeviceKeyView = Type.Object({
  ...key,
  key: Type.String({ description: '`wbk_…`: shown this once, and kept nowhere' }),
})
