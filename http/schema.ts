import { FormatRegistry, Type, type TUnsafe } from '@sinclair/typebox'

// What Elysia asks of a number in a path or a query; of itself it takes whatever JavaScript makes a number of: `0x1`, `1e3`, ` 1`.
FormatRegistry.Set('integer', (text) => /^-?\d+$/.test(text))

/** One of these texts, checked: for what comes in. The API document shows it as an enumeration. */
export const oneOf = <const T extends readonly string[]>(values: T, description?: string) =>
  Type.Union(
    values.map((value) => Type.Literal(value)),
    description ? { description } : {},
  ) as unknown as TUnsafe<T[number]>

/** No query parameter is known here: any is refused. */
export const NoQuery = Type.Object({})

export const DOCUMENT_KEY = 'x-document'

/** Words of a schema for the API document alone: the program checks the value itself, with a sentence of its own. */
export const inDocument = (words: Readonly<Record<string, unknown>>) => ({
  [DOCUMENT_KEY]: words,
})

/** A time as it comes in. */
export const TimeText = (description: string) =>
  Type.String({
    maxLength: 40,
    ...inDocument({ format: 'date-time' }),
    description: `${description}; ISO 8601, without a zone it is UTC`,
  })

/** An id of a film, or of a person in other systems. */
export const Uuid4 = Type.String({
  ...inDocument({
    format: 'uuid',
    pattern: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$',
  }),
  description: 'UUID of version 4',
})

/** A page of a list. */
export const PageOf = <T extends ReturnType<typeof Type.Object>>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    next_cursor: Type.Unsafe<string | null>({
      type: 'string',
      nullable: true,
      description: 'null: this was the last page',
    }),
  })
