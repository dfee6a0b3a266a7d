import type { LoopDocument } from '../../actors/control/schema.ts'
import { html, type Content, type Html } from '../html.ts'
import type { View } from '../view.ts'
import { icon, mark } from './sprite.ts'
import { failureOf, undelivered } from './undelivered.ts'

/** A loop that got nothing in its last window, and gets nothing now, is idle. */
const isIdle = ({ window, last_decision: last }: LoopDocument) => window.n === 0 && (last?.n ?? 0) === 0

/** What a loop does: it works, it has no readings, something holds its commands back, or they do not arrive. */
export function pill({ text }: View, loop: LoopDocument): Html {
  const { control } = text
  const one = (status: 'ok' | 'unknown' | 'warning', words: string) =>
    html`<span class="status pill" data-status="${status}">${mark(status)}${words}</span>`
  const lost = undelivered(loop) && one('warning', control.undelivered)
  if (loop.held) return html`<span class="row">${one('warning', control.interlock)}${lost}</span>`
  const idle = isIdle(loop)
  return html`<span class="row"
    >${idle ? one('unknown', control.idle) : one('ok', control.running)}${lost}${loop.dry_run && html`<span class="mode" title="${control.dryRunHint}">${control.dryRun.replace(/\.$/, '')}</span>`}</span
  >`
}

/** Nothing leaves, or nothing moves: said above everything else of the loop. */
export function loopMode(view: View, loop: LoopDocument | null): Html {
  const { control } = view.text
  const lines: Content[] = []
  if (loop?.held) {
    const status = control.status[loop.interlock?.status ?? loop.status]
    lines.push(
      html`<div class="banner" data-status="warning">
        ${mark('warning')}
        <p><strong>${control.interlocked({ status })}</strong> ${control.interlockedHint}</p>
      </div>`,
    )
  }
  const lost = loop && undelivered(loop)
  if (lost) {
    const time = view.format.moment(Date.parse(lost.at), view.now)
    const cause = lost.error === null ? control.lateCommand : failureOf(view.text, lost.error).cause
    lines.push(
      html`<div class="banner" data-status="warning">
        ${mark('warning')}
        <p><strong>${control.undeliveredHint}</strong> ${control.undeliveredLast({ time, cause })}</p>
      </div>`,
    )
  }
  if (loop?.dry_run) {
    lines.push(
      html`<div class="banner" data-status="unknown">
        ${icon('off')}
        <p><strong>${control.dryRun}</strong> ${control.dryRunHint}</p>
      </div>`,
    )
  }
  return html`<div class="stack" id="loop-mode">${lines}</div>`
}
