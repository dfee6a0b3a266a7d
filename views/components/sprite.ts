import { html, type Html } from '../html.ts'

const marks = {
  alarm: html`<path class="mark-body" d="M8 0l8 8-8 8-8-8z" /><path class="mark-sign" d="M8 4.2v4.3M8 11.6v.1" />`,
  warning: html`<path class="mark-body" d="M8 .8 16 15H0z" /><path class="mark-sign" d="M8 6v4M8 12.5v.1" />`,
  unknown: html`<circle class="mark-line" cx="8" cy="8" r="7" stroke-dasharray="3.4 2.1" /><path
      class="mark-ask"
      d="M6 6.4C6.1 5 7 4.4 8.1 4.4c1.2 0 2 .7 2 1.7 0 1.4-2 1.5-2 3.1M8.1 11.7v.1"
    />`,
  ok: html`<circle class="mark-line" cx="8" cy="8" r="4.5" />`,
}

const icons = {
  theme: html`<path d="M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11" />`,
  user: html`<path d="M8 8a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 8 8M2.8 14c.6-2.6 2.6-4 5.2-4s4.6 1.4 5.2 4" />`,
  overview: html`<path d="M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z" />`,
  mnemonic: html`<path
    d="M8 8m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M8 6.5C7 4.5 8 2.5 10.5 2.5 11 4.5 10 6 8 6.5M9.3 8.75C11.6 8.6 12.9 10.5 11.7 12.6 9.7 12.1 9 10.5 9.3 8.75M6.7 8.75C5.7 10.8 3.4 11 2.2 9 3.6 7.5 5.4 7.5 6.7 8.75"
  />`,
  api: html`<path d="M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5" />`,
  play: html`<path d="M5 3.2v9.6L12.5 8z" />`,
  stop: html`<path d="M4.5 4.5h7v7h-7z" />`,
  off: html`<path
    d="M6.5 4.5 8 3a3.2 3.2 0 0 1 4.6 4.6L11 9.2M9.5 11.5 8 13a3.2 3.2 0 0 1-4.6-4.6L5 6.8M2.5 2.5l11 11"
  />`,
  right: html`<path d="M6 3.5 10.5 8 6 12.5" />`,
  left: html`<path d="M10 3.5 5.5 8l4.5 4.5" />`,
  plus: html`<path d="M8 3v10M3 8h10" />`,
  reset: html`<path d="M3.5 8a4.5 4.5 0 1 0 1.5-3.4L3.5 6M3.5 3v3h3" />`,
  minus: html`<path d="M3 8h10" />`,
  zoom: html`<path d="M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M10.3 10.3 14 14M5 7h4M7 5v4" />`,
  download: html`<path d="M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 13.5h11" />`,
  more: html`<path d="M3.5 8h.01M8 8h.01M12.5 8h.01" />`,
  wait: html`<path d="M4.5 2.5h7M4.5 13.5h7M5.5 2.5c0 3 5 4 5 5.5s-5 2.5-5 5.5M10.5 2.5c0 3-5 4-5 5.5s5 2.5 5 5.5" />`,
  close: html`<path d="M4 4l8 8M12 4l-8 8" />`,
  lock: html`<path d="M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5" />`,
  keys: html`<path d="M2 4.5h12v7H2zM4.5 7h.01M7 7h.01M9.5 7h.01M12 7h.01M5.5 9.2h5" />`,
  trends: html`<path d="M2 13.5h12M2 10.5l3.5-4 3 2.5L14 3" />`,
  devices: html`<path
    d="M4.5 4.5h7v7h-7zM6.5 2v2.5M9.5 2v2.5M6.5 11.5V14M9.5 11.5V14M2 6.5h2.5M2 9.5h2.5M11.5 6.5H14M11.5 9.5H14"
  />`,
  events: html`<path d="M2 4.5h8M2 8h12M2 11.5h6M12.5 4.5H14M10.5 11.5H14" />`,
  control: html`<path d="M3 8a5 5 0 0 1 8.5-3.5L13 6M13 3v3h-3M13 8a5 5 0 0 1-8.5 3.5L3 10M3 13v-3h3" />`,
  relays: html`<path d="M2.5 8h6M6 4.5 9.5 8 6 11.5M11.5 3v10M14 5v6" />`,
  dead: html`<path d="M2 9.5 4 3h8l2 6.5V13H2zM2 9.5h3.5l1 1.5h3l1-1.5H14" />`,
  replay: html`<path d="M3.5 8a4.5 4.5 0 1 0 1.5-3.4L3.5 6M3.5 3v3h3" />`,
  pause: html`<path d="M5.5 3.5v9M10.5 3.5v9" />`,
  trash: html`<path d="M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 9h5.8l.6-9" />`,
  copy: html`<path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />`,
}

export type MarkName = keyof typeof marks
export type IconName = keyof typeof icons

const symbol = (id: string, drawing: Html) => html`<symbol id="${id}" viewBox="0 0 16 16">${drawing}</symbol>`

/** The drawings that marks and icons refer to; once a page, before they are used. */
export const sprite: Html = html`<svg class="hidden" aria-hidden="true">
  ${Object.entries(marks).map(([name, drawing]) =>
    symbol(`m-${name}`, drawing),
  )}${Object.entries(icons).map(([name, drawing]) => symbol(`i-${name}`, drawing))}
  <marker id="arrow" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="6" markerHeight="6" orient="auto">
    <path class="arrow" d="M0 0l8 4-8 4z" />
  </marker>
</svg>`

/** The shape of a status. Takes its colours from `data-status` above it; a word stands beside it. */
export const mark = (name: MarkName): Html => html`<svg class="mark" aria-hidden="true"><use href="#m-${name}" /></svg>`

/** A drawing that goes with a word, or stands in a control with a label. */
export const icon = (name: IconName): Html => html`<svg class="icon" aria-hidden="true"><use href="#i-${name}" /></svg>`

/** The sign of the product. */
export const brandSign: Html = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <path d="M12 3a9 9 0 1 0 9 9V3z" />
  <path class="vane" d="M12 12c0-3 1.5-4.5 4-4.5M12 12c2.6 1.5 3.2 3.5 2 5.7M12 12c-2.6 1.5-4.7 1-6-1.2" />
</svg>`
