import { html, type Content, type Html } from '../html.ts'
import { icon, type IconName } from './sprite.ts'

/** A whole area without values: what, why, what now. */
export const state = (sign: IconName, title: string, why: string, next?: Content): Html =>
  html`<div class="state">
    ${icon(sign)}
    <h2>${title}</h2>
    <p>${why}</p>
    ${next}
  </div>`

/** The shape of what will come, while it does. */
export const skeleton = (lines: number): Html =>
  html`<div class="skeletons" aria-hidden="true">
    ${Array.from({ length: lines }, () => html`<span class="skeleton"></span>`)}
  </div>`
