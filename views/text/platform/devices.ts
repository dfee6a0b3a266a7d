import type { Phrase } from '../catalogue.ts'

/** The words of the pages of devices. */
export interface DevicesText {
  readonly title: string
  readonly lead: string
  readonly device: Phrase<'id'>
  readonly name: string
  readonly nameHint: string
  readonly id: string
  readonly kind: string
  readonly kindHint: string
  readonly owner: string
  readonly ownerless: string
  readonly lastReading: string
  readonly never: string
  readonly ago: Phrase<'age'>
  readonly sending: string
  readonly silent: string
  readonly waiting: string
  readonly add: string
  readonly addTitle: string
  readonly create: string
  readonly edit: string
  readonly save: string
  readonly remove: string
  readonly removeTitle: Phrase<'name'>
  readonly removeHint: string
  readonly empty: string
  readonly emptyHint: string
  readonly more: string
  readonly readings: string
  readonly readingsHint: string
  readonly range: string
  readonly ranges: Readonly<Record<'5m' | '1h' | '24h' | '30d', string>>
  readonly chart: Phrase<'names'>
  readonly noReadings: string
  readonly noReadingsHint: string
  readonly noReadingsHere: string
  readonly values: string
  readonly value: string
  readonly quality: string
  readonly age: string
  readonly moreNames: Phrase<'count'>
  readonly statistics: string
  readonly statisticsHint: string
  readonly exact: string
  readonly approximate: string
  readonly columns: Readonly<
    Record<'count' | 'min' | 'p05' | 'median' | 'mean' | 'p95' | 'max' | 'stddev' | 'sum', string>
  >
  readonly send: string
  readonly sendHint: string
  readonly language: string
  readonly keys: string
  readonly key: string
  readonly keysEmpty: string
  readonly lastUsed: string
  readonly created: string
  readonly makeKey: string
  readonly newKey: string
  readonly newKeyHint: string
  readonly revoke: string
  readonly revokeTitle: Phrase<'key'>
  readonly revokeHint: string
  readonly state: string
  readonly position: string
  readonly attributes: string
  readonly none: string
  readonly unavailable: string
  readonly unavailableHint: string
}

export const devicesEn: DevicesText = {
  title: 'Devices',
  lead: 'Anything that sends readings over HTTP',
  device: ({ id }) => `Device ${id}`,
  name: 'Name',
  nameHint: 'What people call it, for example “Crane 4, accelerometer”',
  id: 'Number',
  kind: 'Kind',
  kindHint: 'Any word, for example accelerometer',
  owner: 'Owner',
  ownerless: 'nobody',
  lastReading: 'Last reading',
  never: 'never',
  ago: ({ age }) => `${age} ago`,
  sending: 'Sending',
  silent: 'Silent',
  waiting: 'Nothing sent yet',
  add: 'New device',
  addTitle: 'New device',
  create: 'Create',
  edit: 'Edit',
  save: 'Save',
  remove: 'Delete',
  removeTitle: ({ name }) => `Delete “${name}”?`,
  removeHint: 'Its readings, statistics and keys go with it. This cannot be undone; the number will not be used again.',
  empty: 'No devices yet',
  emptyHint: 'Create one, make a key for it, and send a first reading as shown here.',
  more: 'Older',
  readings: 'Readings',
  readingsHint: 'mean of each step; gaps are left open',
  range: 'Period of the chart',
  ranges: { '5m': '5 min', '1h': '1 h', '24h': '24 h', '30d': '30 d' },
  chart: ({ names }) => `Readings over time: ${names}`,
  noReadings: 'Waiting for the first reading',
  noReadingsHint: 'Send one as shown on this page. It appears here within a second.',
  noReadingsHere: 'No readings in this period',
  values: 'Current values',
  value: 'Value',
  quality: 'Quality',
  age: 'Age',
  moreNames: ({ count }) => `and ${count} more names`,
  statistics: 'Statistics',
  statisticsHint: 'over the period of the chart',
  exact: 'All figures are exact.',
  approximate: 'Count, sum, minimum and maximum are exact; medians marked ≈ are within 1 %.',
  columns: {
    count: 'Count',
    min: 'Min',
    p05: 'P05',
    median: 'Median',
    mean: 'Mean',
    p95: 'P95',
    max: 'Max',
    stddev: 'Std. dev.',
    sum: 'Sum',
  },
  send: 'Send a reading',
  sendHint: 'The answer is 202 with the position of the reading. Up to 10,000 readings go in one array.',
  language: 'Language of the sample',
  keys: 'Keys',
  key: 'Key',
  keysEmpty: 'No keys yet. A key tells the server which device is sending.',
  lastUsed: 'Last used',
  created: 'Created',
  makeKey: 'New key',
  newKey: 'Copy the new key now.',
  newKeyHint: 'It is not shown again.',
  revoke: 'Revoke',
  revokeTitle: ({ key }) => `Revoke key “${key}”?`,
  revokeHint: 'From now on nothing sent with it is accepted. This cannot be undone.',
  state: 'State',
  position: 'Position',
  attributes: 'Attributes',
  none: 'none',
  unavailable: 'The state cannot be read now',
  unavailableHint: 'Readings are still accepted. The page recovers by itself.',
}

export const devicesRu: DevicesText = {
  title: 'Устройства',
  lead: 'Всё, что присылает показания по HTTP',
  device: ({ id }) => `Устройство ${id}`,
  name: 'Название',
  nameHint: 'Как его называют люди, например «Кран 4, акселерометр»',
  id: 'Номер',
  kind: 'Вид',
  kindHint: 'Любое слово, например accelerometer',
  owner: 'Владелец',
  ownerless: 'никто',
  lastReading: 'Последнее показание',
  never: 'ни разу',
  ago: ({ age }) => `${age} назад`,
  sending: 'Присылает',
  silent: 'Молчит',
  waiting: 'Ещё ничего не прислало',
  add: 'Новое устройство',
  addTitle: 'Новое устройство',
  create: 'Создать',
  edit: 'Изменить',
  save: 'Сохранить',
  remove: 'Удалить',
  removeTitle: ({ name }) => `Удалить «${name}»?`,
  removeHint: 'Вместе с ним исчезнут показания, статистика и ключи. Отменить нельзя; этот номер больше не будет выдан.',
  empty: 'Устройств ещё нет',
  emptyHint: 'Создайте устройство, выдайте ему ключ и отправьте первое показание, как показано здесь.',
  more: 'Более старые',
  readings: 'Показания',
  readingsHint: 'среднее за каждый шаг; пропуски не заполняются',
  range: 'Период графика',
  ranges: { '5m': '5 мин', '1h': '1 ч', '24h': '24 ч', '30d': '30 сут' },
  chart: ({ names }) => `Показания по времени: ${names}`,
  noReadings: 'Ждём первое показание',
  noReadingsHint: 'Отправьте его, как показано на этой странице. Здесь оно появится в течение секунды.',
  noReadingsHere: 'За этот период показаний нет',
  values: 'Текущие значения',
  value: 'Значение',
  quality: 'Качество',
  age: 'Возраст',
  moreNames: ({ count }) => `и ещё имён: ${count}`,
  statistics: 'Статистика',
  statisticsHint: 'за период графика',
  exact: 'Все числа точные.',
  approximate: 'Количество, сумма, минимум и максимум точные; медианы со знаком ≈ отличаются не более чем на 1 %.',
  columns: {
    count: 'Кол-во',
    min: 'Мин.',
    p05: 'P05',
    median: 'Медиана',
    mean: 'Среднее',
    p95: 'P95',
    max: 'Макс.',
    stddev: 'Станд. откл.',
    sum: 'Сумма',
  },
  send: 'Отправить показание',
  sendHint: 'Ответ: 202 и позиция показания. В одном массиве до 10 000 показаний.',
  language: 'Язык примера',
  keys: 'Ключи',
  key: 'Ключ',
  keysEmpty: 'Ключей ещё нет. По ключу сервер узнаёт, какое устройство прислало показание.',
  lastUsed: 'Использован',
  created: 'Создан',
  makeKey: 'Новый ключ',
  newKey: 'Скопируйте новый ключ сейчас.',
  newKeyHint: 'Больше он не будет показан.',
  revoke: 'Отозвать',
  revokeTitle: ({ key }) => `Отозвать ключ «${key}»?`,
  revokeHint: 'С этого момента ничего, что отправлено с ним, не принимается. Отменить нельзя.',
  state: 'Состояние',
  position: 'Позиция',
  attributes: 'Свойства',
  none: 'нет',
  unavailable: 'Состояние сейчас не читается',
  unavailableHint: 'Показания по-прежнему принимаются. Страница обновится сама.',
}
