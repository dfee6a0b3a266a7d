import { html, type Html } from '../html.ts'
import type { View } from '../view.ts'
import { state } from './state.ts'

/** What stands in the place of a page whose subject has been deleted while it was open. `list`: where the others are; null: it is there. */
export const gone = ({ text }: View, list: string | null): Html =>
  html`<section class="card gone" id="gone" role="status" ${list === null && html` hidden`}>
    ${state('trash', text.gone.title, text.gone.hint, html`<a class="btn primary" href="${list}">${text.gone.toList}</a>`)}
  </section>`
