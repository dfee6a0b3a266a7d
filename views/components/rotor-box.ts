import type { ExhausterDocument } from '../../actors/exhauster/schema.ts'
import { html, type Html } from '../html.ts'
import type { View } from '../view.ts'

/** The rotor: its number, how long it has worked, since when it is in. */
export function rotorBox({ text, format }: View, { rotor, updated_at }: ExhausterDocument): Html {
  const { mnemonic } = text
  const missing = html`<span class="muted">${mnemonic.notGiven}</span>`
  return html`<section class="tag at-rotor" id="tag-rotor" data-status="ok">
    <h2>${mnemonic.rotor}</h2>
    <dl class="facts">
      <dt>${mnemonic.rotorNumber}</dt>
      <dd>${rotor.number === null ? missing : html`<b>${rotor.number}</b>`}</dd>
      <dt>${mnemonic.rotorDays}</dt>
      <dd>
        ${updated_at === null ? html`<span class="muted">${text.shell.noData}</span>` : html`<b>${format.days(rotor.days_in_work)}</b>`}
      </dd>
      <dt>${mnemonic.rotorInstalled}</dt>
      <dd>
        ${rotor.installed_at === null ? missing : html`<time datetime="${rotor.installed_at}">${format.date(Date.parse(rotor.installed_at))}</time>`}
      </dd>
    </dl>
  </section>`
}
