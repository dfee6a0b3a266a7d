import { html, type Html } from '../html.ts'
import { icon } from './sprite.ts'

/** The way through a long list: to what is older, and back to the newest. Nothing where all of it is shown. */
export function pager(
  words: { older: string; newest: string },
  links: { older: string | null; newest: string | null },
): Html | null {
  if (links.older === null && links.newest === null) return null
  return html`<footer class="pager">
    ${links.newest !== null && html`<a class="btn" href="${links.newest}">${icon('left')}${words.newest}</a>`}
    ${links.older !== null && html`<a class="btn end" href="${links.older}" rel="next">${words.older}${icon('right')}</a>`}
  </footer>`
}
