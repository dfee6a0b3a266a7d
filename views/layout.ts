import { assetUrl, build } from './assets.ts'
import { gone } from './components/gone.ts'
import { help } from './components/help.ts'
import { bottombar, sidenav, type Section } from './components/nav.ts'
import { brandSign, icon, mark } from './components/sprite.ts'
import { document, type Looks } from './document.ts'
import { html, type Html } from './html.ts'
import { LANGUAGES } from './text/catalogue.ts'
import { TEXTS } from './text/format.ts'
import type { View } from './view.ts'

/** Who looks. Stands in the page, never in a fragment: fragments are shared by all. */
export interface Viewer {
  readonly name: string
  readonly role: string
  /** Goes back with every form. Null: nobody is logged in (a role for everybody), and the menu offers it. */
  readonly csrf: string | null
}

/** Something that a page says once, after an act or instead of it. */
export interface Notice {
  /** `ok`: done; `warning`: not done. */
  readonly tone: 'ok' | 'warning'
  readonly words: string
}

/** What an act leaves on the page that follows it. */
export interface Shown {
  readonly notice?: Notice
  /** A secret that is shown this once. */
  readonly secret?: string
  /** What had been filled in, by field, when it has to be filled in again. */
  readonly fields?: Readonly<Record<string, string>>
}

/** Who looks, what that person may do on this page, and what has just been done. */
export interface Reader {
  readonly viewer: Viewer
  /** Names of acts. */
  readonly acts: ReadonlySet<string>
  readonly shown: Shown
}

/** Parts of a page that are replaced while it is open, by the id of their element. */
export type Fragments = ReadonlyMap<string, Html>

/** A page that lives: where it is, its title, its fragments, and how they lie. */
export interface LivePage {
  readonly section: Section
  /** Path and query; `/dashboard/live?page=` is asked for it. */
  readonly path: string
  readonly title: string
  /** What only this page loads. */
  readonly head?: Html
  readonly fragments: Fragments
  readonly main: Html
}

/** The fragment of this id; a page that places one it does not have is a mistake of ours. */
export function place(fragments: Fragments, id: string): Html {
  const fragment = fragments.get(id)
  if (!fragment) throw new Error(`no fragment ${id}`)
  return fragment
}

const HTMX_CONFIG = JSON.stringify({
  includeIndicatorCSS: false,
  history: false,
  // `open`: what a reader has unfolded stays so.
  morphIgnore: ['data-htmx-powered', 'open'],
  sse: { reconnectDelay: 500, reconnectMaxDelay: 5000, connectTimeout: 10_000 },
})

/** The shell: top bar, navigation, one stream of fragments, and what the script shows when the stream stops. */
export function layout(view: View, looks: Looks, viewer: Viewer, page: LivePage, notice?: Notice): string {
  const { text } = view
  const here = { ...page, role: viewer.role }
  return document(looks, {
    title: page.title,
    bodyClass: 'shell',
    head: html`<meta name="htmx-config" content="${HTMX_CONFIG}" />
      <meta name="windbox" content="${settings(view)}" />
      <noscript><meta http-equiv="refresh" content="60" /></noscript>
      <script src="${assetUrl('windbox.js')}" defer></script>
      <script src="${assetUrl('htmx.js')}" defer></script>
      ${page.head}`,
    body: html`<a class="skip" href="#main">${text.shell.skip}</a>
      <header class="topbar">
        <a class="brand" href="/dashboard">${brandSign}<span class="label">Windbox</span></a>
        ${place(page.fragments, 'clock')} ${place(page.fragments, 'counts')} ${tools(view, looks, viewer, page)}
      </header>
      ${sidenav(view, here)}
      <main class="main" id="main" tabindex="-1">
        ${connection(view)} ${place(page.fragments, 'away')} ${place(page.fragments, 'mode')} ${gone(view, null)}
        ${notice && said(notice)} ${page.main}
      </main>
      ${bottombar(view, here)} ${help(view)}
      <div
        id="live"
        hidden
        hx-sse:connect="/dashboard/live?page=${encodeURIComponent(page.path)}&lang=${view.language}"
        hx-trigger="load, windbox:connect"
        hx-swap="none"
      ></div>`,
  })
}

/** `path` with one thing more in its query. */
const withChoice = (path: string, choice: string) => `${path}${path.includes('?') ? '&' : '?'}${choice}`

/** The outcome of an act, above the page. */
const said = ({ tone, words }: Notice): Html =>
  html`<section class="banner" id="notice" data-status="${tone}" role="status">
    ${mark(tone)}
    <p>${words}</p>
  </section>`

/** What the script must know: whose clock, which build, and the words that it writes itself. */
const settings = ({ now, text, timeZone }: View): string =>
  JSON.stringify({
    now,
    build,
    timeZone,
    units: [text.time.second, text.time.minute, text.time.hour, text.time.day],
  })

function tools({ text, language }: View, looks: Looks, viewer: Viewer, page: LivePage): Html {
  const role = text.shell.role[viewer.role] ?? viewer.role
  const name = viewer.name || role
  const theme = looks.theme === 'dark' ? 'light' : 'dark'
  return html`<div class="tools">
    ${LANGUAGES.filter((other) => other !== language).map((other) => html`<a class="tool" href="${withChoice(page.path, `lang=${other}`)}" hreflang="${other}" lang="${other}" title="${TEXTS[other].language.switchTo}">${TEXTS[other].language.short}</a>`)}
    <a
      class="tool not-phone"
      href="${withChoice(page.path, `theme=${theme}`)}"
      data-theme-switch
      title="${text.shell.theme}"
      >${icon('theme')}<span class="hidden">${text.shell.theme}</span></a
    >
    <details class="menu">
      <summary class="tool" title="${text.shell.account}">
        ${icon('user')}<span class="wide-only">${name}</span><span class="hidden">${text.shell.account}</span>
      </summary>
      <div>
        <p>${name}</p>
        ${viewer.name !== '' && html`<p class="muted small">${role}</p>`}
        ${viewer.csrf === null ? html`<a class="btn" href="/dashboard/login?next=${encodeURIComponent(page.path)}">${text.auth.enter}</a>` : html`<form method="post" action="/dashboard/logout"><input type="hidden" name="csrf" value="${viewer.csrf}" /><button class="btn">${text.shell.logOut}</button></form>`}
      </div>
    </details>
  </div>`
}

/** Hidden until the script finds the stream silent. */
const connection = ({ text }: View): Html =>
  html`<section class="banner" id="connection" data-status="unknown" role="status" hidden>
      ${icon('off')}
      <p data-when="lost">
        <strong>${text.connection.lost}</strong> ${text.connection.lostFor} <span data-silence></span>.
        ${text.connection.reconnecting}
      </p>
      <p data-when="ended" hidden>
        <strong>${text.connection.ended}</strong> <a href="/dashboard/login">${text.connection.endedHint}</a>.
      </p>
    </section>
    <noscript><p class="muted small">${text.connection.noScript}</p></noscript>`
