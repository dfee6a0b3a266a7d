import type { Status } from '../../actors/exhauster/schema.ts'
import { html, type Content, type Html } from '../html.ts'
import { mark } from './sprite.ts'

/** One key figure: what it is, the number (with a small unit), and the context under it. */
export interface Figure {
  readonly name: string
  readonly value: string
  readonly unit?: string
  readonly context: Content
  /** Where the figure itself is abnormal. */
  readonly status?: Status
}

/** Four to six key figures of a page. */
export const figures = (id: string, all: readonly Figure[]): Html =>
  html`<dl class="figures" id="${id}">
    ${all.map(
      ({ name, value, unit, context, status }) =>
        html`<div data-status="${status ?? 'ok'}">
          <dt>${status && mark(status)}${name}</dt>
          <dd>${value}${unit !== undefined && html` <small>${unit}</small>`}</dd>
          <dd>${context}</dd>
        </div>`,
    )}
  </dl>`
