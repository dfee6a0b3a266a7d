import { html, type Content, type Html } from '../html.ts'
import type { Reader } from '../layout.ts'

/** A form that does something on the page it stands on. Belongs outside of fragments: it carries the session's token. */
export const actForm = ({ viewer }: Reader, act: string, fields: Content, more: { className?: string } = {}): Html =>
  html`<form method="post" class="${more.className ?? 'stack'}">
    <input type="hidden" name="csrf" value="${viewer.csrf}" /><input type="hidden" name="act" value="${act}" />${fields}
  </form>`

/** One field with its label above it. */
export const field = (label: string, input: Html, hint?: string): Html =>
  html`<label class="field"><span>${label}</span>${input}${hint !== undefined && html`<small>${hint}</small>`}</label>`

/** A number to fill in, `value` as text: what was refused may be none. `first`: of its dialog, it has the focus when that opens. */
export const numberInput = (
  name: string,
  value: string,
  more: { min: number; max: number; step?: 'any'; required?: boolean; first?: boolean },
): Html =>
  html`<input
    class="input"
    type="number"
    name="${name}"
    value="${value}"
    min="${more.min}"
    max="${more.max}"
    step="${more.step ?? 1}"
    ${more.required === true && html` required`}
    ${more.first === true && html` autofocus`}
  />`

/** A line of text to fill in; `value` is what stood there before. `first`: of its dialog, it has the focus when that opens. */
export const textInput = (
  name: string,
  value: string | undefined,
  more: { required?: boolean; max?: number; placeholder?: string; first?: boolean } = {},
): Html =>
  html`<input
    class="input"
    name="${name}"
    value="${value}"
    maxlength="${more.max ?? 200}"
    placeholder="${more.placeholder}"
    autocomplete="off"
    ${more.required === true && html` required`}
    ${more.first === true && html` autofocus`}
  />`
