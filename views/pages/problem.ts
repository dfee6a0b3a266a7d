import { icon } from '../components/sprite.ts'
import type { Looks } from '../document.ts'
import { html } from '../html.ts'
import { TEXTS } from '../text/format.ts'
import { entrance } from './auth.ts'

export interface ProblemModel {
  readonly looks: Looks
  readonly here: string
  readonly problem: 'notFound' | 'wrong' | 'forbidden' | 'unavailable' | 'failed'
  /** The readings come from a simulation. */
  readonly demonstration?: boolean
  /** What the log knows the request by. */
  readonly requestId?: string
}

/** A page that says what went wrong and what to do now. */
export function problemPage(model: ProblemModel): string {
  const text = TEXTS[model.looks.language].problem
  const retry = model.problem === 'unavailable' || model.problem === 'failed'
  return entrance(
    model,
    text[model.problem],
    html`<div class="state">
      ${icon(model.problem === 'forbidden' ? 'lock' : 'off')}
      <h1>${text[model.problem]}</h1>
      <p>${text[`${model.problem}Hint`]}</p>
      ${model.requestId && html`<p class="muted small">${text.request({ id: model.requestId })}</p>`}
      <p class="row">
        ${retry && html`<a class="btn primary" href="${model.here}">${text.again}</a>`}<a class="btn" href="/dashboard"
          >${text.toOverview}</a
        >
      </p>
    </div>`,
  )
}
