import { THEMES, type Looks, type Theme } from '../../views/document.ts'
import { LANGUAGES, type Language } from '../../views/text/catalogue.ts'

const LANGUAGE_COOKIE = 'windbox_lang'
const THEME_COOKIE = 'windbox_theme'
const YEAR_S = 31_536_000

/** How the reader of a request wants pages to look, and what a choice in its query asks to keep. */
export interface Wish {
  readonly looks: Looks
  /** Values of `Set-Cookie` for a choice that the query makes (`?lang=`, `?theme=`); usually none. */
  readonly cookies: readonly string[]
  /** Path and query without that choice. */
  readonly here: string
}

/** The query decides, then the cookie, then (for the language) `Accept-Language`. */
export function wishOf(request: Request): Wish {
  const url = new URL(request.url)
  const cookies = new Bun.CookieMap(request.headers.get('cookie') ?? '')
  const chosenLanguage = languageOf(url.searchParams.get('lang'))
  const chosenTheme = themeOf(url.searchParams.get('theme'))
  url.searchParams.delete('lang')
  url.searchParams.delete('theme')
  return {
    looks: {
      language:
        chosenLanguage ?? languageOf(cookies.get(LANGUAGE_COOKIE)) ?? accepted(request.headers.get('accept-language')),
      theme: chosenTheme ?? themeOf(cookies.get(THEME_COOKIE)),
    },
    cookies: [
      ...(chosenLanguage ? [keep(LANGUAGE_COOKIE, chosenLanguage)] : []),
      ...(chosenTheme ? [keep(THEME_COOKIE, chosenTheme)] : []),
    ],
    here: url.pathname + url.search,
  }
}

const languageOf = (text: string | null | undefined): Language | null =>
  LANGUAGES.find((language) => language === text) ?? null
const themeOf = (text: string | null | undefined): Theme | null => THEMES.find((theme) => theme === text) ?? null

/** Not HttpOnly: the script changes the theme without asking the server. Neither value is a secret. */
const keep = (name: string, value: string) => `${name}=${value}; Path=/dashboard; Max-Age=${YEAR_S}; SameSite=Lax`

/** The language that `Accept-Language` (RFC 9110, 12.5.4) prefers among ours. */
export function accepted(header: string | null): Language {
  let best: { language: Language; weight: number } | undefined
  for (const range of (header ?? '').split(',')) {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';')
    const weight = Number(
      parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find((q) => q !== undefined) ?? 1,
    )
    const language = tag === '*' ? LANGUAGES[0] : languageOf(tag.split('-')[0])
    if (language && weight > (best?.weight ?? 0)) best = { language, weight }
  }
  return best?.language ?? LANGUAGES[0]
}
