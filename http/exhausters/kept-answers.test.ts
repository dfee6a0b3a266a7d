import { expect, test } from 'bun:test'
import type { ActorAnswer } from '../../actors/cluster/port.ts'
import { KeptAnswers } from './kept-answers.ts'

test('who comes after a change does not get the answer to a question from before it', async () => {
  let version = 1
  const replies: ((answer: ActorAnswer) => void)[] = []
  const cluster = {
    partitions: 1,
    version: () => version,
    ask: () => new Promise<ActorAnswer>((resolve) => void replies.push(resolve)),
  }
  const answers = new KeptAnswers(cluster, () => 0)
  const at = (offset: number): ActorAnswer => ({
    body: JSON.stringify({ clock: 'replay', updated_at: null, data_age_ms: null }),
    offset,
    at: 1,
    state: 'live',
  })
  const early = [answers.get('exhauster/u-171', 'document'), answers.get('exhauster/u-171', 'document')]
  expect(replies.length).toBe(1)
  version = 2
  const late = answers.get('exhauster/u-171', 'document')
  expect(replies.length).toBe(2)
  replies[1]!(at(2))
  replies[0]!(at(1))
  expect((await late).position).toBe('0-2')
  expect(await Promise.all(early.map(async (one) => (await one).position))).toEqual(['0-1', '0-1'])
})
