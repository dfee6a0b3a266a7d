import { EXHAUSTER_IDS, type ExhausterId } from '../../actors/exhauster/schema.ts'
import { mnemonicFragments, mnemonicPage } from '../../views/pages/mnemonic.ts'
import type { PlantModel } from '../../views/pages/model.ts'
import { overviewFragments, overviewPage } from '../../views/pages/overview.ts'
import { SHOWN } from './plant-reader.ts'
import type { FindScreen, Screen } from './screen.ts'

type ReadPlant = () => Promise<PlantModel>

const concerns = (address: string) => SHOWN.has(address)

const overview = (read: ReadPlant): Screen => ({
  path: '/dashboard',
  audience: '',
  concerns,
  fragments: async (view) => overviewFragments(view, await read()),
  page: async (view) => overviewPage(view, await read()),
})

const mnemonic = (read: ReadPlant, id: ExhausterId): Screen => ({
  path: `/dashboard/exhausters/${id}`,
  audience: '',
  concerns,
  fragments: async (view) => mnemonicFragments(view, await read(), id),
  page: async (view) => mnemonicPage(view, await read(), id),
})

/** The overview, and one page an exhauster. */
export function plantScreens(read: ReadPlant): FindScreen {
  return ({ pathname }) => {
    if (pathname === '/dashboard') return overview(read)
    const id = EXHAUSTER_IDS.find((one) => pathname === `/dashboard/exhausters/${one}`)
    return id === undefined ? null : mnemonic(read, id)
  }
}
