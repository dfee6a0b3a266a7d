import type { Cluster } from '../../../actors/cluster/port.ts'
import type { LoopDocument } from '../../../actors/control/schema.ts'
import { Fault } from '../../../actors/runtime/index.ts'
import { hrefOf } from '../../../views/components/choices.ts'
import { loopFragments, loopPage } from '../../../views/pages/control/loop.ts'
import { loopPath, loopsFragments, loopsPage } from '../../../views/pages/control/loops.ts'
import { LOOP_RANGES, type LoopModel, type LoopRange, type LoopsModel } from '../../../views/pages/control/model.ts'
import type { Text } from '../../../views/text/catalogue.ts'
import type { Authority } from '../../auth/authority.ts'
import { command, CommandRequest } from '../../control/command.ts'
import { documentAfter, putLoop } from '../../control/put.ts'
import { LoopBody, settingsOf } from '../../control/settings.ts'
import { Loop } from '../../control/path.ts'
import { listCommands, listDecisions } from '../../control/decisions.ts'
import { readHistory } from '../../control/history.ts'
import { addressOf, type Loops } from '../../control/loops.ts'
import type { Act, Doer, FindScreen, Outcome, Readers, Screen } from '../screen.ts'
import { oneOfQuery, stepBehind, textOfQuery } from './address.ts'
import { fits, mistakeOf } from './form.ts'

const MOST_LOOPS = 200
const DECISIONS = 12
const COMMANDS = 5
const RANGES = Object.keys(LOOP_RANGES) as LoopRange[]

type Fields = Readonly<Record<string, string>>

/** An empty field is none; what is no number is refused by the schema. */
const numberOf = (text: string | undefined): number | undefined => (text?.trim() ? Number(text) : undefined)

/** What the API's body would be. */
const bodyOf = ({ interval_s, alpha, test, host, port, timeout_ms, safe, silence_s, ...switches }: Fields) => ({
  interval_s: numberOf(interval_s),
  alpha: numberOf(alpha),
  test,
  dry_run: switches.dry_run === 'on',
  manipulator: host?.trim()
    ? {
        host: host.trim(),
        port: numberOf(port),
        acknowledge: switches.acknowledge === 'on',
        timeout_ms: numberOf(timeout_ms) ?? 1000,
      }
    : null,
  interlock: safe ? { status: safe, engaged: switches.engaged === 'on', silence_s: numberOf(silence_s) ?? null } : null,
})

const notSaved = (fault: Fault, { control }: Text): string | undefined =>
  fault.code === 'VALIDATION' ? control.notSaved({ cause: mistakeOf(fault, control.mistakes) }) : undefined
const notMade = (fault: Fault, text: Text): string | undefined =>
  fault.code === 'CONFLICT' ? text.control.exists : notSaved(fault, text)

/** All control loops, and one page a loop. */
export function controlScreens(
  parts: { cluster: Cluster; loops: Loops; authority: Pick<Authority, 'audit'>; now: () => number },
  { plant, ask }: Readers,
): FindScreen {
  const { cluster, loops, now } = parts
  const { audit } = parts.authority
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

  /** Their settings count before the page comes back, as a rule. */
  async function put(name: string, fields: Fields, { identity, by }: Doer): Promise<void> {
    const settings = settingsOf(fits(LoopBody, bodyOf(fields)))
    const { position } = await putLoop({ loops, audit }, { by, user: identity.user }, name, settings)
    await documentAfter(cluster, name, position).catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error
    })
  }

  async function make({ name = '', ...fields }: Fields, doer: Doer): Promise<Outcome> {
    const { loop } = fits(Loop, { loop: name.trim() })
    const isThere = await Promise.resolve(loops.known(loop)).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Fault && error.code === 'NOT_FOUND') return false
        throw error
      },
    )
    if (isThere) throw new Fault('CONFLICT', 'There is a loop of this name already.')
    await put(loop, fields, doer)
    return { see: `${loopPath(loop)}?done=loop-made` }
  }

  const change = (name: string): Act => ({
    role: 'engineer',
    async run(fields, doer) {
      const { body } = await cluster.ask(addressOf(name), 'document')
      const { version } = JSON.parse(body) as LoopDocument
      if (String(version) !== fields.version) throw new Fault('CONFLICT', 'Somebody has changed them meanwhile.')
      await put(name, fields, doer)
      return { see: `${loopPath(name)}?done=loop-changed` }
    },
    refusal: notSaved,
  })

  const list: Screen = {
    path: '/dashboard/control',
    audience: '',
    concerns: (address) => address.startsWith('control/'),
    fragments: async (view) => loopsFragments(view, await readLoops()),
    page: async (view, reader) => loopsPage(view, await readLoops(), reader),
    acts: { create: { role: 'engineer', run: make, refusal: notMade } },
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
      acts: { command: byHand(name), settings: change(name) },
    }
  }
}
