import { expect, test } from 'bun:test'
import { night, NIGHT } from '../../fixture.ts'
import { viewOf } from '../../view.ts'
import { loopDocument, loopOf } from '../platform.fixture.ts'
import { loopFragments } from './loop.ts'
import { loopsFragments } from './loops.ts'

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

test('a manipulator that cannot be reached is said in words: in the heading, in the list and beside each decision', () => {
  const error = 'no connection within 1000 ms (8 tries)'
  const document = loopDocument({ last_delivery: { status: 'expired', at: new Date(NIGHT).toISOString(), error } })
  const loop = { kind: 'live' as const, document }
  const [first] = loopOf(night()).decisions
  const delivery = { status: 'expired' as const, attempts: 1, at: null, error, answer: null }
  const fragments = loopFragments(view, loopOf(night(), { loop, decisions: [{ ...first!, delivery }] }))
  expect(words(fragments.get('loop-pill'))).toContain('Команды не доходят')
  expect(words(fragments.get('loop-mode'))).toContain('нет соединения за 1000 мс')
  expect(words(fragments.get('decisions'))).toContain('не доставлено, 8 попыток нет соединения за 1000 мс')
  const list = loopsFragments(view, { plant: night(), loops: [{ name: 'default', loop }] })
  expect(words(list.get('loops'))).toContain('Команды не доходят')
})

test('a command that a newer one replaced is no failure of the manipulator', () => {
  const [first] = loopOf(night()).decisions
  const error = 'the loop has said something newer since; before that: Failed to connect'
  const delivery = { status: 'expired' as const, attempts: 0, at: null, error, answer: null }
  const document = loopDocument({ last_delivery: { status: 'expired', at: new Date(NIGHT).toISOString(), error } })
  const fragments = loopFragments(
    view,
    loopOf(night(), { loop: { kind: 'live', document }, decisions: [{ ...first!, delivery }] }),
  )
  expect(words(fragments.get('decisions'))).toContain('просрочено, не отправлено её сменила более новая команда')
  expect(words(fragments.get('loop-pill'))).not.toContain('не доходят')
})

test('a command that was not tried is not called undelivered, and a dry run sends none', () => {
  const [first] = loopOf(night()).decisions
  const delivery = { status: 'expired' as const, attempts: 0, at: null, error: null, answer: null }
  const fragments = loopFragments(view, loopOf(night(), { decisions: [{ ...first!, delivery }] }))
  expect(words(fragments.get('decisions'))).toContain('просрочено, не отправлено')
  const last_delivery = { status: 'dead', at: new Date(NIGHT).toISOString(), error: 'x' }
  const dry = { kind: 'live' as const, document: loopDocument({ dry_run: true, last_delivery }) }
  expect(words(loopFragments(view, loopOf(night(), { loop: dry })).get('loop-pill'))).not.toContain('не доходят')
})
