import { html, type Content } from '../html.ts'

/** A name made of parts: where it needs a new line it takes it between them, and within one only when that is longer than a line. */
export const dotted = (name: string): Content =>
  name.split(/(?<=[._:/-])/).map((part, index) => [index > 0 && html`<wbr />`, part])
