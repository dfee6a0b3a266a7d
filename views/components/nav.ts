import { html, type Html } from '../html.ts'
import type { View } from '../view.ts'
import { icon, type IconName } from './sprite.ts'

export type Section = 'overview' | 'mnemonic'

interface Entry {
  readonly section: Section | 'api'
  readonly href: string
  readonly label: string
  readonly sign: IconName
}

/** The pages that exist. The mnemonic leads to the machine at hand, or to the first of the plant. */
function entries({ text }: View, section: Section, path: string): { exhausters: Entry[]; platform: Entry[] } {
  const mnemonic = section === 'mnemonic' ? path : '/dashboard/exhausters/u-171'
  return {
    exhausters: [
      { section: 'overview', href: '/dashboard', label: text.shell.overview, sign: 'overview' },
      { section: 'mnemonic', href: mnemonic, label: text.shell.mnemonic, sign: 'mnemonic' },
    ],
    platform: [{ section: 'api', href: '/docs', label: text.shell.api, sign: 'api' }],
  }
}

const current = (entry: Entry, section: Section) => entry.section === section && html` aria-current="page"`

/** The navigation at the side: words and icons, icons alone on a narrower screen, nothing on a phone. */
export function sidenav(view: View, section: Section, path: string): Html {
  const { exhausters, platform } = entries(view, section, path)
  const list = (title: string, all: readonly Entry[]) =>
    html`<h2>${title}</h2>
      <ul>
        ${all.map(
          (entry) =>
            html`<li>
              <a href="${entry.href}" ${current(entry, section)} title="${entry.label}"
                >${icon(entry.sign)}<span class="label">${entry.label}</span></a
              >
            </li>`,
        )}
      </ul>`
  const { text } = view
  return html`<nav class="sidenav" aria-label="${text.shell.sections}">
    ${list(text.shell.exhausters, exhausters)}${list(text.shell.platform, platform)}<button
      type="button"
      class="tool needs-script"
      data-help
      title="${text.keys.title}"
    >
      ${icon('keys')}<span class="label">${text.keys.title}</span><kbd class="label">?</kbd>
    </button>
  </nav>`
}

/** The navigation under the thumb, on a phone only. */
export function bottombar(view: View, section: Section, path: string): Html {
  const { exhausters, platform } = entries(view, section, path)
  const { text } = view
  return html`<nav class="bottombar" aria-label="${text.shell.sections}">
    ${exhausters.map((entry) => html`<a href="${entry.href}" ${current(entry, section)}>${icon(entry.sign)}${entry.label}</a>`)}
    <details>
      <summary>${icon('more')}${text.shell.more}</summary>
      <ul>
        ${platform.map((entry) => html`<li><a href="${entry.href}">${icon(entry.sign)}${entry.label}</a></li>`)}
        <li><a href="${path}?theme=dark" data-theme-switch>${icon('theme')}${text.shell.theme}</a></li>
      </ul>
    </details>
  </nav>`
}
