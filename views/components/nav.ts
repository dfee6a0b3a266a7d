import { html, type Html } from '../html.ts'
import type { Fragments } from '../layout.ts'
import type { View } from '../view.ts'
import { icon, type IconName } from './sprite.ts'

export type Section = 'overview' | 'mnemonic' | 'trends' | 'devices' | 'events' | 'control' | 'relays' | 'dead-letters'

interface Entry {
  readonly section: Section | 'api'
  readonly href: string
  readonly label: string
  readonly sign: IconName
  /** Id of the fragment that stands behind its words. */
  readonly count?: string
}

/** The page that the navigation stands on, and for whom. */
interface Here {
  readonly role: string
  readonly section: Section
  readonly path: string
  readonly fragments: Fragments
}

/** More than this are not counted, nor told apart. */
export const MOST_COUNTED = 1000
const LETTERS = 'letters'

/** How many dead letters there are, for the navigation at the side and the one of a phone; null: it is not known. */
export const navFragments = ({ text, format }: View, letters: number | null): [id: string, fragment: Html][] =>
  [LETTERS, phone(LETTERS)].map((id) => {
    if (!letters) return [id, html`<span id="${id}" hidden></span>`]
    const words = letters < MOST_COUNTED ? format.number(letters, 0) : `${format.number(MOST_COUNTED - 1, 0)}+`
    return [id, html`<span class="badge" id="${id}" title="${text.shell.deadLetters}: ${words}">${words}</span>`]
  })

const phone = (id: string) => `${id}-phone`

/** Relays say where data goes: nobody else may look. */
const MAY_SEE_RELAYS: ReadonlySet<string> = new Set(['engineer', 'admin'])

/** Every page there is for this reader. The mnemonic leads to the machine at hand, or to the first of the plant. */
function entries({ text }: View, { section, path, role }: Here): { exhausters: Entry[]; platform: Entry[] } {
  const mnemonic = section === 'mnemonic' ? path : '/dashboard/exhausters/u-171'
  const relays: Entry = { section: 'relays', href: '/dashboard/relays', label: text.shell.relays, sign: 'relays' }
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
      ...(MAY_SEE_RELAYS.has(role) ? [relays] : []),
      {
        section: 'dead-letters',
        href: '/dashboard/dead-letters',
        label: text.shell.deadLetters,
        sign: 'dead',
        count: LETTERS,
      },
      { section: 'api', href: '/docs', label: text.shell.api, sign: 'api' },
    ],
  }
}

const current = (entry: Entry, { section }: Here) => entry.section === section && html` aria-current="page"`
const count = (id: string | undefined, { fragments }: Here) => id !== undefined && fragments.get(id)

/** The navigation at the side: words and icons, icons alone on a narrower screen, nothing on a phone. */
export function sidenav(view: View, here: Here): Html {
  const { exhausters, platform } = entries(view, here)
  const list = (title: string, all: readonly Entry[]) =>
    html`<h2>${title}</h2>
      <ul>
        ${all.map(
          (entry) =>
            html`<li>
              <a href="${entry.href}" ${current(entry, here)} title="${entry.label}"
                >${icon(entry.sign)}<span class="label">${entry.label}</span>${count(entry.count, here)}</a
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
export function bottombar(view: View, here: Here): Html {
  const { exhausters, platform } = entries(view, here)
  const { section, path } = here
  const { text } = view
  const [devices, ...others] = platform
  const first = devices === undefined ? exhausters : [...exhausters, devices]
  const inMore = others.some((entry) => entry.section === section)
  return html`<nav class="bottombar" aria-label="${text.shell.sections}">
    ${first.map((entry) => html`<a href="${entry.href}" ${current(entry, here)}>${icon(entry.sign)}${entry.label}</a>`)}
    <details>
      <summary ${inMore && html` aria-current="true"`}>${icon('more')}${text.shell.more}</summary>
      <ul>
        ${others.map((entry) => html`<li><a href="${entry.href}" ${current(entry, here)}>${icon(entry.sign)}${entry.label}${count(entry.count && phone(entry.count), here)}</a></li>`)}
        <li>
          <a href="${path}${path.includes('?') ? '&' : '?'}theme=dark" data-theme-switch
            >${icon('theme')}${text.shell.theme}</a
          >
        </li>
      </ul>
    </details>
  </nav>`
}
