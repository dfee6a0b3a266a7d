import { expect, test } from 'bun:test'
import { exhauster } from '../../actors/exhauster/actor.ts'
import { actorAlone } from '../../actors/exhauster/turns.fixture.ts'
import { Fault } from '../../actors/runtime/index.ts'
import type { Cluster } from '../../actors/cluster/port.ts'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { createRotors } from './rotors.ts'

test('a rotor that the log could not take reaches its exhauster before the next one', async () => {
  const store = openSqliteStore(':memory:')
  const actor = actorAlone(exhauster, 'u-171')
  let full = true
  const cluster = {
    store,
    append: async (records) => {
      if (full) throw new Fault('LOG_UNAVAILABLE', 'no room')
      for (const record of records) actor.take(record)
      return records.map((_, offset) => ({ partition: 0, offset }))
    },
    ask: async (_, question) => ({ body: JSON.stringify(actor.ask(question, {})), offset: 0, at: 0, state: 'live' }),
  } satisfies Pick<Cluster, 'append' | 'ask' | 'store'> as unknown as Cluster
  const rotors = createRotors({ cluster, now: () => Date.UTC(2026, 0, 3) })
  const install = (number: string, day: number) =>
    rotors.install('u-171', { number, installedAt: Date.UTC(2026, 0, day), by: null })

  expect(await install('first', 1).catch((fault: Fault) => fault.code)).toBe('LOG_UNAVAILABLE')
  full = false
  await install('second', 2)
  const { rotors: known } = actor.ask<{ rotors: { number: string }[] }>('past', {})
  expect(known.map(({ number }) => number)).toEqual(['first', 'second'])
  expect(await rotors.repair()).toBe(0)
  await store.close()
})
