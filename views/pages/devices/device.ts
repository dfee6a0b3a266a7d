import { actForm, field, textInput } from '../../components/act-form.ts'
import { choices, hrefOf } from '../../components/choices.ts'
import { code } from '../../components/code.ts'
import { decide, dialog, opener } from '../../components/dialog.ts'
import { icon } from '../../components/sprite.ts'
import { topbarFragments } from '../../components/topbar.ts'
import { html, type Html } from '../../html.ts'
import { place, type Fragments, type LivePage, type Reader } from '../../layout.ts'
import { isolated } from '../../text/foreign.ts'
import type { View } from '../../view.ts'
import { keysCard } from './keys.ts'
import { deviceName, devicePath } from './list.ts'
import { DEVICE_RANGES, SAMPLES, type DeviceModel, type DeviceRange, type Sample } from './model.ts'
import { chart, facts, head, statisticsTable, valuesTable } from './parts.ts'
import { readingSample } from './samples.ts'

/** Everything on a device's page that changes. */
export function deviceFragments(view: View, model: DeviceModel): Fragments {
  return new Map([
    ...topbarFragments(view, model.plant),
    ['device-head', head(view, model)],
    ['device-chart', chart(view, model)],
    ['device-values', valuesTable(view, model)],
    ['device-statistics', statisticsTable(view, model)],
    ['device-facts', facts(view, model)],
  ])
}

/** One device: what it sends, how to send, and its keys. */
export function devicePage(view: View, model: DeviceModel, sample: Sample, reader: Reader, origin: string): LivePage {
  const fragments = deviceFragments(view, model)
  const { devices } = view.text
  const { id } = model.device
  const path = devicePath(id)
  const chosen = (range: DeviceRange, language: Sample) =>
    hrefOf(path, { range: range === '5m' ? undefined : range, code: language === 'curl' ? undefined : language })
  return {
    section: 'devices',
    path: chosen(model.range, sample),
    title: deviceName(view, model.device),
    fragments,
    main: html`<header class="page-head">
        ${place(fragments, 'device-head')}
        <span class="row end">
          ${reader.acts.has('change') && opener('change', '', devices.edit)}${reader.acts.has('remove') && opener('remove', 'danger', [icon('trash'), devices.remove])}
        </span>
      </header>
      <div class="grid main-side">
        <div class="stack">
          <section class="card">
            <header>
              <h2>${devices.readings}</h2>
              <p>${devices.readingsHint}</p>
              ${choices(
                devices.range,
                (Object.keys(DEVICE_RANGES) as DeviceRange[]).map((range) => ({
                  href: chosen(range, sample),
                  words: devices.ranges[range],
                  chosen: range === model.range,
                })),
              )}
            </header>
            ${place(fragments, 'device-chart')}
          </section>
          <section class="card">
            <header>
              <h2>${devices.statistics}</h2>
              <p>${devices.statisticsHint}</p>
            </header>
            ${place(fragments, 'device-statistics')}
          </section>
        </div>
        <div class="stack">
          <section class="card">
            <header><h2>${devices.values}</h2></header>
            ${place(fragments, 'device-values')}
          </section>
          <section class="card">
            <header>
              <h2>${devices.send}</h2>
              ${choices(
                devices.language,
                SAMPLES.map((language) => ({
                  href: chosen(model.range, language),
                  words: { curl: 'curl', js: 'JS', python: 'Python' }[language],
                  chosen: language === sample,
                })),
              )}
            </header>
            <div class="body stack">
              ${code(view, devices.send, readingSample[sample](origin, id))}
              <p class="muted small">${devices.sendHint}</p>
            </div>
          </section>
          ${model.keys && keysCard(view, model.keys, reader)}
          <section class="card">
            <header><h2>${devices.state}</h2></header>
            <div class="body">${place(fragments, 'device-facts')}</div>
          </section>
        </div>
      </div>
      ${reader.acts.has('change') && dialog('change', devices.edit, changing(view, model, reader))}
      ${reader.acts.has('remove') && dialog('remove', devices.removeTitle({ name: isolated(deviceName(view, model.device)) }), removal(view, reader))}`,
  }
}

function changing(view: View, { device }: DeviceModel, reader: Reader): Html {
  const { devices } = view.text
  const { fields } = reader.shown
  return actForm(
    reader,
    'change',
    html`${field(devices.name, textInput('name', fields?.name ?? device.name ?? '', { max: 200, first: true }), devices.nameHint)}
    ${field(devices.kind, textInput('kind', fields?.kind ?? device.kind ?? '', { max: 64 }), devices.kindHint)}
    ${decide(view, 'change', 'primary', devices.save)}`,
  )
}

const removal = (view: View, reader: Reader): Html =>
  actForm(
    reader,
    'remove',
    html`<p>${view.text.devices.removeHint}</p>
      ${decide(view, 'remove', 'danger', view.text.devices.remove)}`,
  )
