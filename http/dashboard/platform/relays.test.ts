import { expect, test } from 'bun:test'
import { night, NIGHT } from '../../../views/fixture.ts'
import { viewOf } from '../../../views/view.ts'
import { NOBODY } from '../../auth/identity.ts'
import type { RelayActs } from '../../relays/acts.ts'
import type { Relay, Relays } from '../../relays/relays.ts'
import type { DeliveryView } from '../../relays/schema.ts'
import type { PageSession } from '../session.ts'
import { relayScreens } from './relays.ts'

const iso = (ms: number) => new Date(ms).toISOString()
const relay: Relay = {
  id: 7,
  name: 'Shop',
  kind: 'webhook',
  url: 'https://shop.example/in',
  topic: null,
  secret: 'whsec_nobody-is-shown-this',
  filter: {},
  active: true,
  created_at: iso(NIGHT - 9e6),
  updated_at: iso(NIGHT - 9e6),
}
const delivery = (more: Partial<DeliveryView>): DeliveryView => ({
  id: '0-1-0',
  at: iso(NIGHT - 60_000),
  status: 'waiting',
  attempts: 0,
  tried_at: null,
  next_at: iso(NIGHT),
  error: null,
  answer: null,
  ...more,
})
const taken = delivery({ status: 'delivered', attempts: 1, tried_at: iso(NIGHT - 50_000), answer: 'HTTP 200' })
const refused = delivery({ attempts: 3, tried_at: iso(NIGHT - 10_000), error: 'HTTP 503' })

const sessionOf = (role: PageSession['role']): PageSession => ({
  user: 1,
  sid: 's',
  name: 'a@plant.example',
  role,
  csrf: 'x',
  identity: { ...NOBODY, role, user: 1 },
})

async function shown(path: string, more: Partial<Relay>, newest: readonly DeliveryView[], until: number | null = null) {
  const one = { ...relay, ...more }
  const relays: Pick<Relays, 'list' | 'get' | 'deliveries'> = {
    list: async () => [one],
    get: async () => one,
    deliveries: async (_, { limit }) => ({ items: newest.slice(0, limit), next_cursor: null }),
  }
  const find = relayScreens(
    {
      relays: relays as Relays,
      relayActs: {} as RelayActs,
      relayKinds: ['webhook'],
      restingUntil: (target) => (target === 'webhook/7' ? until : null),
    },
    { plant: async () => night(), ask: async () => ({ kind: 'unavailable' }) },
  )
  const screen = await find(new URL(path, 'http://localhost'), sessionOf('engineer'))
  const fragments = await screen!.fragments(viewOf('en', 'UTC', NIGHT))
  return [...fragments.values()].join('\n')
}

test.each([
  ['Paused', { active: false }, [taken]],
  ['Nothing sent yet', {}, []],
  ['Nothing sent yet', {}, [delivery({})]],
  ['Delivers', {}, [delivery({}), taken]],
  // The newest attempt counts, not the newest event.
  ['Not taken', {}, [{ ...taken, at: iso(NIGHT) }, refused]],
] as const)('a relay stands as its last attempt ended: %s', async (words, more, newest) => {
  for (const path of ['/dashboard/relays', '/dashboard/relays/7'])
    expect(await shown(path, more, newest)).toContain(`</svg>${words}</span`)
})

test('of a target that is spared it is said until when, and no page shows a secret', async () => {
  const page = await shown('/dashboard/relays/7', {}, [refused], NIGHT + 20_000)
  expect(page).toContain('Does not answer')
  expect(page).toContain(viewOf('en', 'UTC', NIGHT).format.clock(NIGHT + 20_000))
  expect(page).not.toContain('whsec_')
})

test('what waits for a target that is spared is not said to go in the past, and the last attempt is', async () => {
  const { clock } = viewOf('en', 'UTC', NIGHT).format
  const late = { ...refused, next_at: iso(NIGHT - 5000) }
  const spared = await shown('/dashboard/relays/7', {}, [late], NIGHT + 20_000)
  expect(spared).not.toContain(clock(NIGHT - 5000))
  expect(spared).toContain(`<td>${clock(NIGHT + 20_000)}</td>`)
  expect(await shown('/dashboard/relays/7', {}, [late])).toContain('<td>now</td>')
  const many = [...Array.from({ length: 100 }, () => delivery({})), late]
  expect(await shown('/dashboard/relays', {}, many, NIGHT + 20_000)).toContain(`datetime="${refused.tried_at}"`)
})

test.each(['viewer', 'operator'] as const)('relays are not for the role %s', async (role) => {
  const find = relayScreens({} as never, {} as never)
  for (const path of ['/dashboard/relays', '/dashboard/relays/7']) {
    const outcome = Promise.resolve(find(new URL(path, 'http://localhost'), sessionOf(role)))
    expect(await outcome.catch(({ code }) => code)).toBe('FORBIDDEN')
  }
})
