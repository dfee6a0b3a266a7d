import { expect, test } from 'bun:test'
import type { Cluster } from '../../actors/cluster/port.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { act } from './act.ts'

const record = { key: 'loop/1', type: 'command', value: '{}' }

/** Acts on an actor that answers so. */
async function acted(
  ask: () => Promise<string>,
  append: Cluster['append'] = async () => [{ partition: 2, offset: 9 }],
) {
  const set = { headers: {} as Record<string, unknown>, status: undefined as unknown }
  let asked: unknown[] = []
  const cluster: Pick<Cluster, 'append' | 'ask'> = {
    append,
    ask: async (...args) => {
      asked = args
      return { body: await ask(), offset: 9, at: 1, state: 'live' }
    },
  }
  const answer = await act<{ refused?: string; status?: string }>(cluster, set, {
    record,
    question: 'acted',
    query: { id: 'a' },
    refusal: ({ refused }) => refused,
  })
  return { answer, set, asked }
}

test('an act that is applied answers with what has come of it', async () => {
  const { answer, set, asked } = await acted(async () => '{"status":"up"}')
  expect(answer).toEqual({ status: 'up' })
  expect(set).toEqual({ status: 200, headers: { 'x-position': '2-9' } })
  expect(asked).toEqual(['loop/1', 'acted', { id: 'a' }, { minOffsets: new Map([[2, 9]]) }])
})

test('an act that the actor refuses is a conflict with its reason', async () => {
  const refused = acted(async () => '{"refused":"The interlock is on."}')
  expect(await refused.catch((fault) => fault)).toMatchObject({ code: 'CONFLICT', message: 'The interlock is on.' })
})

test('an act that is not applied in time stands, and says where', async () => {
  const { answer, set } = await acted(() => Promise.reject(new Fault('OFFSET_NOT_REACHED', 'Not yet.')))
  expect(answer).toEqual({ position: '2-9' })
  expect(set).toEqual({ status: 202, headers: { 'x-position': '2-9' } })
})

test('an act on a quarantined actor, or with no log, fails', async () => {
  const quarantined = acted(() => Promise.reject(new Fault('QUARANTINED', 'Five throws.')))
  expect(await quarantined.catch((fault) => fault)).toMatchObject({ code: 'QUARANTINED' })
  const unlogged = acted(
    async () => '{}',
    async () => [null],
  )
  expect(await unlogged.catch((fault) => fault)).toMatchObject({ code: 'LOG_UNAVAILABLE' })
})
