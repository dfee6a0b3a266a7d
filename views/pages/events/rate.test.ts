import { expect, test } from 'bun:test'
import { night, NIGHT } from '../../fixture.ts'
import { viewOf } from '../../view.ts'
import { eventsOf } from '../platform.fixture.ts'
import { byType } from './rate.ts'

test('no types are said to be none of the filter, none of the period, or not to be read', () => {
  const view = viewOf('ru', 'UTC', NIGHT)
  const model = eventsOf(night())
  const figures = { ...model.figures!, types: [] }
  const said = (more: object) => byType(view, { ...model, figures, ...more }, () => '').toString()
  expect(said({ filter: { ...model.filter, type: 'play' } })).toContain('Ничего не найдено')
  expect(said({})).toContain('За этот период событий нет')
  expect(said({ figures: null })).toContain('События сейчас не читаются')
})
