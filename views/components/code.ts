import { html, type Html } from '../html.ts'
import type { View } from '../view.ts'
import { icon } from './sprite.ts'

/** Text of a machine, as it is, with a button that copies it. What has long lines (a key, a payload) wraps; a sample of code does not. */
export const code = ({ text }: View, label: string, content: string, look: 'sample' | 'wrapped' = 'sample'): Html =>
  html`<div class="code ${look}">
    <pre tabindex="0" role="group" aria-label="${label}"><code>${content}</code></pre>
    <button
      type="button"
      class="btn quiet square needs-script"
      data-copy="${text.acts.copied}"
      title="${text.acts.copy}"
    >
      ${icon('copy')}<span class="hidden" aria-live="polite">${text.acts.copy}</span>
    </button>
  </div>`
