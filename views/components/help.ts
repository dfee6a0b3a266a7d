import { html, type Html } from '../html.ts'
import type { View } from '../view.ts'

/** What the keys do; the script opens it at `?`. Single letters can be switched off (WCAG 2.2, 2.1.4). */
export function help({ text }: View): Html {
  const { keys, trends } = text
  return html`<dialog class="dialog" id="keys" aria-labelledby="keys-title">
    <form method="dialog">
      <h2 id="keys-title">${keys.title}</h2>
      <dl class="facts">
        <dt><kbd>1</kbd> … <kbd>6</kbd></dt>
        <dd>${keys.machine}</dd>
        <dt><kbd>g</kbd> <kbd>o</kbd></dt>
        <dd>${keys.overview}</dd>
        <dt><kbd>g</kbd> <kbd>m</kbd></dt>
        <dd>${keys.mnemonic}</dd>
        <dt><kbd>g</kbd> <kbd>t</kbd></dt>
        <dd>${keys.trends}</dd>
        <dt><kbd>g</kbd> <kbd>d</kbd></dt>
        <dd>${keys.devices}</dd>
        <dt><kbd>g</kbd> <kbd>e</kbd></dt>
        <dd>${keys.events}</dd>
        <dt><kbd>g</kbd> <kbd>c</kbd></dt>
        <dd>${keys.control}</dd>
        <dt><kbd>g</kbd> <kbd>l</kbd></dt>
        <dd>${keys.deadLetters}</dd>
        <dt><kbd>[</kbd> <kbd>]</kbd></dt>
        <dd>${trends.keys.shift}</dd>
        <dt><kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd></dt>
        <dd>${trends.keys.zoom}</dd>
        <dt><kbd>←</kbd> <kbd>→</kbd></dt>
        <dd>${trends.keys.cursor}</dd>
        <dt><kbd>/</kbd></dt>
        <dd>${trends.keys.find}</dd>
        <dt><kbd>j</kbd> <kbd>k</kbd></dt>
        <dd>${keys.row}</dd>
        <dt><kbd>?</kbd></dt>
        <dd>${keys.help}</dd>
      </dl>
      <label class="check"><input type="checkbox" id="keys-single" checked />${keys.single}</label>
      <footer><button class="btn primary" autofocus>${keys.close}</button></footer>
    </form>
  </dialog>`
}
