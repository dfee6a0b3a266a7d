import type { Status } from '../../actors/exhauster/schema.ts'
import { html, type Html } from '../html.ts'
import type { View } from '../view.ts'
import { mark } from './sprite.ts'

/** The state of a machine: shape, colour, word. An alarm is filled, the others are tinted. */
export const pill = ({ text }: View, status: Status): Html =>
  html`<span class="status pill" data-status="${status}">${mark(status)}${text.status[status]}</span>`
