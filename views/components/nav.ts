import { html, type Html } from '../html.ts'
import type { View } from '../view.ts'
import { icon, type IconName } from './sprite.ts'

export type Section = 'overview' | 'mnemonic' | 'trends' | 'devices' | 'events' | 'control' | 'dead-letters'

interface Entry {
  readonly section: Section | 'api'
  readonly href: string
  readonly label: string
  readonly sign: IconName
}

/** Every page there is. The mnemonic leads to the machine at hand, or to the first of the plant. */
function entries({ text }: View, section: Section, path: string): { exhausters: Entry[]; platform: Entry[] } {
  const mnemonic = section === 'mnemonic' ? path : '/dashboard/exhausters/u-171'
  return {
    exhausters: [
      { section: 'overview', href: '/dashboard', label: text.shell.overview, sign: 'overview' },
      { section: 'mnemonic', href: mnemonic, label: text.shell.mnemonic, sign: 'mnemonic' },
      { section: 'trends', href: '/dashboard/trends', label: text.shell.trends, sign: 'trends' },
    ],
    platform: [
      { section: 'devices', href: '/dashboard/devices', label: text.shell.devices, sign: 'devices' },
      { section: 'events', href: '/dashboard/events', label: text.shell.events, sign: 'events' },
      { section: 'control', href: '/dashboard/control', label: text.shell.control, sign: 'control' },
      { section: 'dead-letters', href: '/dashboard/dead-letters', label: text.shell.deadLetters, sign: 'dead' },
      { section: 'api', href: '/docs', label: text.shell.api, sign: 'api' },
    ],
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
  const [devices, ...others] = platform
  const first = devices === undefined ? exhausters : [...exhausters, devices]
  const inMore = others.some((entry) => entry.section === section)
  return html`<nav class="bottombar" aria-label="${text.shell.sections}">
    ${first.map((entry) => html`<a href="${entry.href}" ${current(entry, section)}>${icon(entry.sign)}${entry.label}</a>`)}
    <details>
      <summary ${inMore && html` aria-current="true"`}>${icon('more')}${text.shell.more}</summary>
      <ul>
        ${others.map((entry) => html`<li><a href="${entry.href}" ${current(entry, section)}>${icon(entry.sign)}${entry.label}</a></li>`)}
        <li>
          <a href="${path}${path.includes('?') ? '&' : '?'}theme=dark" data-theme-switch
            >${icon('theme')}${text.shell.theme}</a
          >
        </li>
      </ul>
    </details>
  </nav>`
}
