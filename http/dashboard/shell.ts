import { Fault } from '../../actors/runtime/index.ts'
import { gone } from '../../views/components/gone.ts'
import { MOST_COUNTED, navFragments } from '../../views/components/nav.ts'
import { topbarFragments } from '../../views/components/topbar.ts'
import type { Fragments } from '../../views/layout.ts'
import type { PlantModel } from '../../views/pages/model.ts'
import type { View } from '../../views/view.ts'
import type { Outages } from '../edge/outages.ts'
import { within } from '../edge/within.ts'
import type { Screen } from './screen.ts'

/** Every page asks for it, at each of its updates: so it is kept for a moment. */
const FRESH_MS = 1000
/** A store that takes longer to count is not waited for. */
const PATIENCE_MS = 1000

/** What changes around every page, whatever it is about: how many dead letters the navigation names, and that the page's subject is gone. */
export function createShell(parts: {
  readPlant: () => Promise<PlantModel>
  countLetters: (most: number) => Promise<number>
  outages: Pick<Outages, 'has'>
  now: () => number
}) {
  const { readPlant, countLetters, outages, now } = parts
  let kept: { readonly at: number; readonly count: Promise<number | null> } | undefined

  function letters(): Promise<number | null> {
    if (!kept || now() - kept.at >= FRESH_MS) {
      // While the store is away the page has more important things to say.
      const count = outages.has('store') ? null : within(PATIENCE_MS, countLetters(MOST_COUNTED)).catch(() => null)
      kept = { at: now(), count: Promise.resolve(count) }
    }
    return kept.count
  }

  /** Somebody deletes what others look at: their page says so, and what is around it lives on. */
  async function ownFragments(screen: Screen, view: View): Promise<Fragments> {
    try {
      return new Map([...(await screen.fragments(view)), ['gone', gone(view, null)]])
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'NOT_FOUND') throw error
      const [path = ''] = screen.path.split('?')
      const list = path.slice(0, path.lastIndexOf('/'))
      return new Map([...topbarFragments(view, await readPlant()), ['gone', gone(view, list)]])
    }
  }

  return (screen: Screen): Screen => ({
    ...screen,
    async fragments(view) {
      const [own, count] = await Promise.all([ownFragments(screen, view), letters()])
      return new Map([...own, ...navFragments(view, count)])
    },
    async page(view, reader) {
      const [own, count] = await Promise.all([screen.page(view, reader), letters()])
      return { ...own, fragments: new Map([...own.fragments, ...navFragments(view, count)]) }
    },
  })
}
