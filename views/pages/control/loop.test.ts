import { expect, test } from 'bun:test'
import { night, NIGHT } from '../../fixture.ts'
import { viewOf } from '../../view.ts'
import { loopDocument, loopOf } from '../platform.fixture.ts'
import { loopFragments } from './loop.ts'

const view = viewOf('ru', 'UTC', NIGHT)
const words = (markup: unknown) =>
  String(markup)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')

test('a significance of 0.001 is not shown as 0', () => {
  const loop = { kind: 'live' as const, document: loopDocument({ alpha: 0.001 }) }
  const fragments = loopFragments(view, loopOf(night(), { loop }))
  expect(words(fragments.get('loop-pill'))).toContain('α = 0,001')
  expect(words(fragments.get('loop-settings'))).toContain('Значимость α 0,001')
})
