import { html, type Content, type Html } from '../html.ts'
import type { View } from '../view.ts'

/** A button that opens the dialog of this id: the browser does it, without a script. */
export const opener = (id: string, look: string, label: Content): Html =>
  html`<button type="button" class="btn ${look}" popovertarget="${id}">${label}</button>`

/** A dialog over the page. Stands outside of fragments, so that it stays open while the page lives. */
export const dialog = (id: string, title: string, body: Content): Html =>
  html`<section class="dialog" id="${id}" popover role="dialog" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section>`

/** The last row of a dialog's form: the way out, which has the focus where nothing is to be filled in, and the act. */
export const decide = ({ text }: View, id: string, look: 'primary' | 'danger', words: string): Html =>
  html`<footer class="row">
    <button type="button" class="btn end" popovertarget="${id}" popovertargetaction="hide" autofocus>
      ${text.acts.cancel}</button
    ><button class="btn ${look}">${words}</button>
  </footer>`
