import { expect, test } from 'bun:test'
import { night, NIGHT } from '../fixture.ts'
import { devicePage } from '../pages/devices/device.ts'
import { deviceName } from '../pages/devices/list.ts'
import { deviceOf, readerOf } from '../pages/platform.fixture.ts'
import { relayName } from '../pages/relays/list.ts'
import { viewOf } from '../view.ts'
import { isolated, isVisible, readableJson } from './foreign.ts'

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

test('a name that turns the order of letters does not turn the sentence around it; another one stays as it is', () => {
  expect(isolated('Crane <4>')).toBe('Crane <4>')
  expect(isolated('\u202egpj.exe')).toBe('\u2068\u202egpj.exe\u2069')
  // An end of an isolate within the name would let it out.
  expect(isolated('\u2069\u202ex')).toBe('\u2068\u202ex\u2069')
})

test('JSON to be read shows signs that turn its order, and means the same', () => {
  const event = { name: 'a\u202eb\u2069', plain: 'שלום' }
  expect(readableJson(event)).toBe('{"name":"a\\u202eb\\u2069","plain":"שלום"}')
  expect(JSON.parse(readableJson(event, 2))).toEqual(event)
})

test('the title of a dialog stays in order whatever the device is called', () => {
  const view = viewOf('ru', 'UTC', NIGHT)
  const model = deviceOf(night())
  const turned = { ...model, device: { ...model.device, name: 'a\u202eb' } }
  const { main } = devicePage(view, turned, 'curl', readerOf(['remove']), 'http://localhost')
  expect(main.toString()).toContain('Удалить «\u2068a\u202eb\u2069»?')
})
