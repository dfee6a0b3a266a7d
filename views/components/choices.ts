import { html, type Html } from '../html.ts'

/** One of several, each with its own address; the chosen one is marked. */
export const choices = (
  label: string,
  options: readonly { readonly href: string; readonly words: string; readonly chosen: boolean }[],
): Html =>
  html`<nav class="group end" aria-label="${label}">
    ${options.map(({ href, words, chosen }) => html`<a class="btn" href="${href}" ${chosen && html` aria-current="true"`}>${words}</a>`)}
  </nav>`

/** A path with these things in its query; what is undefined or empty stands not in it. */
export function hrefOf(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value)
  return search.size === 0 ? path : `${path}?${search}`
}
