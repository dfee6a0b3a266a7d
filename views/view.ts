import type { Language, Text } from './text/catalogue.ts'
import { makeFormat, TEXTS, type Format } from './text/format.ts'

/** What every component needs to write for one reader: words, numbers and the present. */
export interface View {
  readonly language: Language
  readonly text: Text
  readonly format: Format
  readonly timeZone: string
  /** Epoch ms. */
  readonly now: number
}

const formats = new Map<string, Format>()

/** The view of a language at a moment; formats are made once per language and zone. */
export function viewOf(language: Language, timeZone: string, now: number): View {
  const key = `${language} ${timeZone}`
  let format = formats.get(key)
  if (!format) formats.set(key, (format = makeFormat(language, timeZone)))
  return { language, text: TEXTS[language], format, timeZone, now }
}
