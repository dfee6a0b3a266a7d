import { assetUrl } from './assets.ts'
import { sprite } from './components/sprite.ts'
import { html, type Content } from './html.ts'
import { isolated } from './text/foreign.ts'
import type { Language } from './text/catalogue.ts'

export const THEMES = ['light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** How one reader wants pages to look. No theme: the one of the system. */
export interface Looks {
  readonly language: Language
  readonly theme: Theme | null
}

/**
 * A whole page around its body: everything comes from this origin, nothing inline, so that the strictest content security policy
 * holds. `head` is for what only some pages need.
 */
export function document(
  looks: Looks,
  page: { title: string; bodyClass: string; head?: Content; body: Content },
): string {
  return html`<!doctype html>
    <html lang="${looks.language}" ${looks.theme && html` data-theme="${looks.theme}"`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <title>${isolated(page.title)} · Windbox</title>
        <link rel="icon" href="${assetUrl('icon.svg')}" type="image/svg+xml" />
        <link rel="preload" href="${assetUrl('inter-latin.woff2')}" as="font" type="font/woff2" crossorigin />
        ${
          looks.language === 'ru' &&
          html`<link
            rel="preload"
            href="${assetUrl('inter-cyrillic.woff2')}"
            as="font"
            type="font/woff2"
            crossorigin
          /> `
        }
        <link rel="stylesheet" href="${assetUrl('windbox.css')}" />
        ${page.head}
      </head>
      <body class="${page.bodyClass}">
        ${sprite} ${page.body}
      </body>
    </html> `.toString()
}
