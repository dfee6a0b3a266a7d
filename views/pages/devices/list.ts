import { actForm, field, textInput } from '../../components/act-form.ts'
import { hrefOf } from '../../components/choices.ts'
import { code } from '../../components/code.ts'
import { deviceState } from '../../components/device-state.ts'
import { decide, dialog, opener } from '../../components/dialog.ts'
import { pager } from '../../components/pager.ts'
import { since } from '../../components/since.ts'
import { icon } from '../../components/sprite.ts'
import { state } from '../../components/state.ts'
import { topbarFragments } from '../../components/topbar.ts'
import { html, type Html } from '../../html.ts'
import { place, type Fragments, type LivePage, type Reader } from '../../layout.ts'
import { isVisible } from '../../text/foreign.ts'
import type { View } from '../../view.ts'
import type { DevicesModel, DeviceSummary } from './model.ts'
import { deviceSample } from './samples.ts'

const PATH = '/dashboard/devices'

export const devicePath = (id: number): string => `${PATH}/${id}`

/** What a device is called: its name, or its number. */
export const deviceName = ({ text }: View, { id, name }: Pick<DeviceSummary, 'id' | 'name'>): string =>
  name !== null && isVisible(name) ? name : text.devices.device({ id: String(id) })

/** Whose a device is, as far as this person may know. */
export function ownerName({ text }: View, owner: DeviceSummary['owner']): string {
  if (owner === null) return text.devices.ownerless
  return typeof owner === 'string' ? owner : text.names.number({ number: String(owner) })
}

export function devicesFragments(view: View, model: DevicesModel): Fragments {
  return new Map([...topbarFragments(view, model.plant), ['devices', list(view, model)]])
}

/** All devices that this person may see. */
export function devicesPage(view: View, model: DevicesModel, reader: Reader, origin: string): LivePage {
  const fragments = devicesFragments(view, model)
  const { devices } = view.text
  const mayCreate = reader.acts.has('create')
  const isEmpty = model.devices.length === 0 && model.cursor === undefined
  return {
    section: 'devices',
    path: hrefOf(PATH, { cursor: model.cursor }),
    title: devices.title,
    fragments,
    main: html`<header class="page-head">
        <h1>${devices.title}</h1>
        <p>${devices.lead}</p>
        ${mayCreate && html`<span class="end">${opener('new-device', 'primary', [icon('plus'), devices.add])}</span>`}
      </header>
      <section class="card">
        ${place(fragments, 'devices')}
        ${isEmpty && html`<div class="body">${code(view, devices.create, deviceSample(origin))}</div>`}
        ${pager({ older: devices.more, newest: devices.title }, { older: model.next && hrefOf(PATH, { cursor: model.next }), newest: model.cursor === undefined ? null : PATH })}
      </section>
      ${mayCreate && dialog('new-device', devices.addTitle, creation(view, reader))}`,
  }
}

function creation(view: View, reader: Reader): Html {
  const { devices } = view.text
  const { fields } = reader.shown
  return actForm(
    reader,
    'create',
    html`${field(devices.name, textInput('name', fields?.name, { required: true, max: 200, first: true }), devices.nameHint)}
    ${field(devices.kind, textInput('kind', fields?.kind, { max: 64 }), devices.kindHint)}
    ${decide(view, 'new-device', 'primary', devices.create)}`,
  )
}

function list(view: View, { devices: all, cursor }: DevicesModel): Html {
  const { devices } = view.text
  if (all.length === 0 && cursor === undefined) {
    return html`<div id="devices">${state('devices', devices.empty, devices.emptyHint)}</div>`
  }
  return html`<div class="table-wrap" id="devices" tabindex="0" role="group" aria-label="${devices.title}">
    <table class="table">
      <thead>
        <tr>
          <th>${devices.id}</th>
          <th>${devices.name}</th>
          <th>${devices.state}</th>
          <th>${devices.lastReading}</th>
          <th>${devices.kind}</th>
          <th>${devices.owner}</th>
        </tr>
      </thead>
      <tbody>
        ${all.map((device) => row(view, device))}
      </tbody>
    </table>
  </div>`
}

function row(view: View, device: DeviceSummary): Html {
  const { devices } = view.text
  const { id, kind, owner, lastAt } = device
  return html`<tr>
    <td>${id}</td>
    <td class="wraps wide"><a href="${devicePath(id)}">${deviceName(view, device)}</a></td>
    <td>${deviceState(view, device)}</td>
    <td>
      ${lastAt === null ? html`<span class="muted">${devices.never}</span>` : since(view, new Date(lastAt).toISOString(), 'live', view.now)}
    </td>
    <td class="mono">${kind ?? '—'}</td>
    <td ${owner === null && html` class="muted"`}>${ownerName(view, owner)}</td>
  </tr>`
}
