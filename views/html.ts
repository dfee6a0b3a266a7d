/**
 * Markup that may stand in a page as it is. Only {@link html} makes it: the private field keeps an object of the same shape,
 * for example one read from JSON, from passing as markup.
 */
export class Html {
  readonly #markup: string

  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** What may stand in a `${…}`: text is escaped, markup is not, and nothing at all leaves no trace. */
export type Content = Html | string | number | false | null | undefined | readonly Content[]

function write(content: Content): string {
  if (content instanceof Html) return content.toString()
  if (typeof content === 'string') return Bun.escapeHTML(content)
  if (typeof content === 'number') return String(content)
  if (Array.isArray(content)) {
    let markup = ''
    for (const part of content) markup += write(part)
    return markup
  }
  return ''
}

/** The literals of each template without the indentation of the source: half of what would be sent. */
const tight = new WeakMap<TemplateStringsArray, readonly string[]>()

function tighten(literals: TemplateStringsArray): readonly string[] {
  let known = tight.get(literals)
  if (!known) tight.set(literals, (known = literals.map((text) => text.replace(/\s*\n\s*/g, '\n'))))
  return known
}

/** Markup with everything in `${…}` escaped, for text and for values of quoted attributes; both quotes are escaped. */
export function html(literals: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const parts = tighten(literals)
  let markup = parts[0]!
  for (let i = 0; i < contents.length; i++) markup += write(contents[i]) + parts[i + 1]!
  return new Html(markup)
}
