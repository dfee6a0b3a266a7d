import { expect, test } from 'bun:test'
import { NIGHT } from '../fixture.ts'
import { deviceName } from '../pages/devices/list.ts'
import { relayName } from '../pages/relays/list.ts'
import { viewOf } from '../view.ts'
import { isVisible } from './foreign.ts'

test('a name of spaces and of signs that are not drawn is none', () => {
  expect(['', '   ', '\u00a0\t', '\u200b\u202e'].map(isVisible)).toEqual([false, false, false, false])
  expect(['x', ' насос ', '👷', '—'].map(isVisible)).toEqual([true, true, true, true])
})

test('a device and a relay with such a name are called by their number', () => {
  const view = viewOf('ru', 'UTC', NIGHT)
  expect([deviceName(view, { id: 7, name: '  ' }), deviceName(view, { id: 7, name: null })]).toEqual([
    'Устройство 7',
    'Устройство 7',
  ])
  expect([relayName(view, { id: 7, name: '  ' }), relayName(view, { id: 7, name: 'Лавка' })]).toEqual([
    'Пересылка 7',
    'Лавка',
  ])
})
