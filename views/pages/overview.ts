import { EXHAUSTER_IDS } from '../../actors/exhauster/schema.ts'
import { attention } from '../components/attention.ts'
import { machineCard } from '../components/machine-card.ts'
import { notes } from '../components/notes.ts'
import { said } from '../components/said.ts'
import { sinter } from '../components/sinter.ts'
import { topbarFragments } from '../components/topbar.ts'
import { html, type Html } from '../html.ts'
import { place, type Fragments, type LivePage } from '../layout.ts'
import type { View } from '../view.ts'
import type { PlantModel } from './model.ts'

const SINTER_MACHINES = [1, 2, 3] as const

/** Everything on the overview that changes. */
export function overviewFragments(view: View, model: PlantModel): Fragments {
  const fragments = new Map<string, Html>(topbarFragments(view, model))
  fragments.set('said', said(view, model))
  fragments.set('attention', attention(view, model))
  for (const number of SINTER_MACHINES) fragments.set(`am-${number}`, sinter(view, number, model.machines[number - 1]))
  for (const [index, id] of EXHAUSTER_IDS.entries()) {
    fragments.set(id, machineCard(view, id, index + 1, model.exhausters.get(id), model.sparklines.get(id)))
  }
  fragments.set('notes', notes(view, model))
  return fragments
}

/** All six exhausters in the places that they have in the plant, and what has changed. */
export function overviewPage(view: View, model: PlantModel): LivePage {
  const fragments = overviewFragments(view, model)
  const { title } = view.text.overview
  const columns = SINTER_MACHINES.map((number) => [
    place(fragments, `am-${number}`),
    EXHAUSTER_IDS.slice(number * 2 - 2, number * 2).map((id) => place(fragments, id)),
  ])
  return {
    section: 'overview',
    path: '/dashboard',
    title: view.text.shell.overview,
    fragments,
    main: html`<h1 class="hidden">${title}</h1>
      ${place(fragments, 'said')}${place(fragments, 'attention')}
      <div class="overview">
        <div class="machines-grid">${columns}</div>
        ${place(fragments, 'notes')}
      </div>`,
  }
}
