import { html, type Html } from '../html.ts'
import type { View } from '../view.ts'
import { mark } from './sprite.ts'

/** A device that has sent nothing for so long is silent. */
const SILENT_MS = 5 * 60_000

/** Whether a device sends, by its newest reading. */
export function deviceState({ text, now }: View, lastAt: number | null): Html {
  const { devices } = text
  const silent = lastAt !== null && now - lastAt > SILENT_MS
  const words = lastAt === null ? devices.waiting : silent ? devices.silent : devices.sending
  const status = lastAt === null || silent ? 'unknown' : 'ok'
  return html`<span class="status pill" data-status="${status}">${mark(status)}${words}</span>`
}
