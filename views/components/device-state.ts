import { html, type Html } from '../html.ts'
import type { View } from '../view.ts'
import { mark } from './sprite.ts'

/** Whether a device sends, has stopped, or has never begun. */
export function deviceState({ text }: View, { lastAt, silent }: { lastAt: number | null; silent: boolean }): Html {
  const { devices } = text
  const words = lastAt === null ? devices.waiting : silent ? devices.silent : devices.sending
  const status = lastAt === null || silent ? 'unknown' : 'ok'
  return html`<span class="status pill" data-status="${status}">${mark(status)}${words}</span>`
}
