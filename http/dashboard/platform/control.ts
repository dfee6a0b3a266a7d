import type { Cluster } from '../../../actors/cluster/port.ts'
import type { LoopDocument } from '../../../actors/control/schema.ts'
import { hrefOf } from '../../../views/components/choices.ts'
import { loopFragments, loopPage } from '../../../views/pages/control/loop.ts'
import { loopPath, loopsFragments, loopsPage } from '../../../views/pages/control/loops.ts'
import { LOOP_RANGES, type LoopModel, type LoopRange, type LoopsModel } from '../../../views/pages/control/model.ts'
import { command, CommandRequest } from '../../control/command.ts'
import { listCommands, listDecisions } from '../../control/decisions.ts'
import { readHistory } from '../../control/history.ts'
import { addressOf, type Loops } from '../../control/loops.ts'
import type { Act, FindScreen, Readers, Screen } from '../screen.ts'
import { oneOfQuery, stepBehind, textOfQuery } from './address.ts'
import { fits } from './form.ts'

const MOST_LOOPS = 200
const DECISIONS = 12
const COMMANDS = 5
const RANGES = Object.keys(LOOP_RANGES) as LoopRange[]

/** All control loops, and one page a loop. */
export function controlScreens(
  { cluster, loops, now }: { cluster: Cluster; loops: Loops; now: () => number },
  { plant, ask }: Readers,
): FindScreen {
  const read = (name: string) => ask<LoopDocument>(addressOf(name), 'document')

  async function readLoops(): Promise<LoopsModel> {
    const names = await loops.names(undefined, MOST_LOOPS)
    const found = await Promise.all(names.map(async (name) => ({ name, loop: await read(name) })))
    return { plant: await plant(), loops: found }
  }

  async function readLoop(name: string, range: LoopRange, cursor: string | undefined): Promise<LoopModel> {
    const to = now()
    const from = to - LOOP_RANGES[range]
    const [runs, decisions, commands] = await Promise.all([
      readHistory(cluster, name, { after: from, before: to, now: to }),
      listDecisions(cluster, name, { limit: DECISIONS, ...(cursor === undefined ? {} : { cursor }) }),
      listCommands(cluster, name, { from, limit: COMMANDS }),
    ])
    return {
      plant: await plant(),
      name,
      loop: await read(name),
      from,
      to,
      range,
      runs,
      decisions: decisions.items,
      older: decisions.next_cursor,
      cursor,
      commands: commands.items,
    }
  }

  const list: Screen = {
    path: '/dashboard/control',
    audience: '',
    concerns: (address) => address.startsWith('control/'),
    fragments: async (view) => loopsFragments(view, await readLoops()),
    page: async (view) => loopsPage(view, await readLoops()),
  }

  const byHand = (name: string): Act => ({
    role: 'operator',
    async run({ status, reason = '' }, { identity }) {
      const wanted = fits(CommandRequest, { status, reason: reason.trim() })
      const by = { id: identity.user, email: identity.email }
      await command(cluster, { headers: {} }, name, wanted, by, crypto.randomUUID())
      return { see: `${loopPath(name)}?done=command-sent` }
    },
    refusal: ({ code }, { control }) => (code === 'CONFLICT' ? control.refused : undefined),
  })

  return async ({ pathname, searchParams, origin }) => {
    if (pathname === list.path) return list
    const name = stepBehind(list.path, pathname)
    if (name === undefined) return null
    await loops.known(name)
    const range = oneOfQuery(searchParams, 'range', RANGES)
    const cursor = textOfQuery(searchParams, 'cursor')
    const model = () => readLoop(name, range, cursor)
    return {
      path: hrefOf(loopPath(name), { range, cursor }),
      audience: '',
      concerns: (address) => address === addressOf(name),
      fragments: async (view) => loopFragments(view, await model()),
      page: async (view, reader) => loopPage(view, await model(), reader, origin),
      acts: { command: byHand(name) },
    }
  }
}
