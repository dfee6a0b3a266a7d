import { actForm, field, textInput } from '../../components/act-form.ts'
import { code } from '../../components/code.ts'
import { decide, dialog, opener } from '../../components/dialog.ts'
import { since } from '../../components/since.ts'
import { icon } from '../../components/sprite.ts'
import { html, type Content, type Html } from '../../html.ts'
import type { Reader } from '../../layout.ts'
import { isolated, isVisible } from '../../text/foreign.ts'
import type { View } from '../../view.ts'
import type { DeviceKeyView, DeviceModel } from './model.ts'

/** What a key is called: its name, or the beginning of its id. */
const keyName = ({ id, name }: DeviceKeyView): string => (name !== null && isVisible(name) ? name : id.slice(0, 8))

/** A device's keys. A new one is shown once, in the answer to the form that made it, and in no fragment. */
export function keysCard(view: View, { made: keys, next }: NonNullable<DeviceModel['keys']>, reader: Reader): Html {
  const { devices } = view.text
  const { secret } = reader.shown
  return html`<section class="card" id="device-keys">
    <header>
      <h2>${devices.keys}</h2>
      ${reader.acts.has('make-key') && html`<span class="end">${opener('new-key', '', [icon('plus'), devices.makeKey])}</span>`}
    </header>
    ${
      secret !== undefined &&
      html`<div class="body stack" role="status">
        <p><strong>${devices.newKey}</strong> ${devices.newKeyHint}</p>
        ${code(view, devices.key, secret, 'wrapped')}
      </div>`
    }
    ${keys.length === 0 ? html`<p class="body muted">${devices.keysEmpty}</p>` : table(view, keys, reader)}
    ${reader.acts.has('make-key') && dialog('new-key', devices.makeKey, making(view, next, reader))}
    ${reader.acts.has('revoke-key') && keys.map((key) => dialog(`revoke-${key.id}`, devices.revokeTitle({ key: isolated(keyName(key)) }), revocation(view, key, reader)))}
  </section>`
}

const making = (view: View, id: string, reader: Reader): Html =>
  actForm(
    reader,
    'make-key',
    html`<input
        type="hidden"
        name="key_id"
        value="${id}"
      />${field(view.text.devices.name, textInput('name', undefined, { max: 100, first: true }))}
      ${decide(view, 'new-key', 'primary', view.text.devices.makeKey)}`,
  )

const revocation = (view: View, key: DeviceKeyView, reader: Reader): Html =>
  actForm(
    reader,
    'revoke-key',
    html`<input type="hidden" name="key" value="${key.id}" />
      <p>${view.text.devices.revokeHint}</p>
      ${decide(view, `revoke-${key.id}`, 'danger', view.text.devices.revoke)}`,
  )

function table(view: View, keys: readonly DeviceKeyView[], reader: Reader): Html {
  const { devices } = view.text
  const age = (at: string | null): Content =>
    at === null ? html`<span class="muted">${devices.never}</span>` : since(view, at, 'live', view.now)
  return html`<div class="table-wrap" tabindex="0" role="group" aria-label="${devices.keys}">
    <table class="table">
      <thead>
        <tr>
          <th>${devices.key}</th>
          <th>${devices.lastUsed}</th>
          <th></th>
        </tr>
      </thead>
      <tbody>
        ${keys.map(
          (key) =>
            html`<tr>
              <td class="mono">${keyName(key)}</td>
              <td>${age(key.last_used_at)}</td>
              <td class="num">
                ${reader.acts.has('revoke-key') && opener(`revoke-${key.id}`, 'quiet', devices.revoke)}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
