import type { Phrase } from '../catalogue.ts'

/** The words of the pages of events. */
export interface EventsText {
  readonly title: string
  readonly lead: string
  readonly range: string
  readonly ranges: Readonly<Record<'15m' | '1h' | '24h', string>>
  readonly rate: string
  readonly perSecond: string
  readonly peak: Phrase<'rate' | 'time'>
  readonly lagMedian: string
  readonly lagHigh: string
  readonly p95: Phrase<'lag'>
  readonly p99Hint: string
  readonly ms: string
  readonly stored: string
  readonly inRange: Phrase<'range'>
  readonly duplicates: string
  readonly duplicatesHint: string
  readonly chart: string
  readonly chartLabel: Phrase<'range'>
  readonly allTypes: string
  readonly byType: string
  readonly otherTypes: Phrase<'count'>
  readonly noType: string
  readonly noneHere: string
  readonly tail: string
  readonly pausedTail: string
  readonly type: string
  readonly user: string
  readonly from: string
  readonly to: string
  readonly apply: string
  readonly clear: string
  readonly pause: string
  readonly resume: string
  readonly ingested: string
  readonly subject: string
  readonly lag: string
  readonly older: string
  readonly newest: string
  readonly empty: string
  readonly emptyHint: string
  readonly emptyFiltered: string
  readonly emptyFilteredHint: string
  readonly send: string
  readonly event: string
  readonly back: string
  readonly id: string
  readonly source: string
  readonly time: string
  readonly storedAt: string
  readonly payload: string
  readonly unavailable: string
  readonly unavailableHint: string
}

export const eventsEn: EventsText = {
  title: 'Events',
  lead: 'Each is stored exactly once; lag is the time from ingest to storage',
  range: 'Period',
  ranges: { '15m': '15 min', '1h': '1 h', '24h': '24 h' },
  rate: 'Rate',
  perSecond: '/s',
  peak: ({ rate, time }) => `peak ${rate} at ${time}`,
  lagMedian: 'Lag, median',
  lagHigh: 'Lag, P99',
  p95: ({ lag }) => `P95 ${lag}`,
  p99Hint: 'one event in a hundred takes longer',
  ms: 'ms',
  stored: 'Stored',
  inRange: ({ range }) => `in ${range}`,
  duplicates: 'Duplicates dropped',
  duplicatesHint: 'same sender, source and id',
  chart: 'Events over time',
  chartLabel: ({ range }) => `Events a second over ${range}`,
  allTypes: 'all types',
  byType: 'By type',
  otherTypes: ({ count }) => `${count} others`,
  noType: 'without a type',
  noneHere: 'No events in this period',
  tail: 'Live tail',
  pausedTail: 'Tail, paused',
  type: 'Type',
  user: 'User',
  from: 'From',
  to: 'Until',
  apply: 'Show',
  clear: 'Clear',
  pause: 'Pause',
  resume: 'Resume',
  ingested: 'Ingested',
  subject: 'Subject',
  lag: 'Lag, ms',
  older: 'Older',
  newest: 'Newest',
  empty: 'No events yet',
  emptyHint: 'They appear here as they are stored. Send the first one:',
  emptyFiltered: 'No events match',
  emptyFilteredHint: 'Widen the period, or clear the filter.',
  send: 'Send an event',
  event: 'Event',
  back: 'All events',
  id: 'Id',
  source: 'Source',
  time: 'Own time',
  storedAt: 'Stored',
  payload: 'The whole event',
  unavailable: 'Events cannot be read now',
  unavailableHint: 'They are still accepted and stored. The page recovers by itself.',
}

export const eventsRu: EventsText = {
  title: 'События',
  lead: 'Каждое хранится ровно один раз; задержка — время от приёма до сохранения',
  range: 'Период',
  ranges: { '15m': '15 мин', '1h': '1 ч', '24h': '24 ч' },
  rate: 'Поток',
  perSecond: '/с',
  peak: ({ rate, time }) => `пик ${rate} в ${time}`,
  lagMedian: 'Задержка, медиана',
  lagHigh: 'Задержка, P99',
  p95: ({ lag }) => `P95 ${lag}`,
  p99Hint: 'дольше идёт одно событие из ста',
  ms: 'мс',
  stored: 'Сохранено',
  inRange: ({ range }) => `за ${range}`,
  duplicates: 'Отброшено повторов',
  duplicatesHint: 'те же отправитель, источник и id',
  chart: 'События по времени',
  chartLabel: ({ range }) => `Событий в секунду за ${range}`,
  allTypes: 'все типы',
  byType: 'По типам',
  otherTypes: ({ count }) => `ещё типов: ${count}`,
  noType: 'без типа',
  noneHere: 'За этот период событий нет',
  tail: 'Последние события',
  pausedTail: 'События, пауза',
  type: 'Тип',
  user: 'Пользователь',
  from: 'С',
  to: 'До',
  apply: 'Показать',
  clear: 'Сбросить',
  pause: 'Пауза',
  resume: 'Продолжить',
  ingested: 'Принято',
  subject: 'Объект',
  lag: 'Задержка, мс',
  older: 'Более старые',
  newest: 'Последние',
  empty: 'Событий ещё нет',
  emptyHint: 'Они появляются здесь, как только сохранены. Отправьте первое:',
  emptyFiltered: 'Ничего не найдено',
  emptyFilteredHint: 'Расширьте период или сбросьте фильтр.',
  send: 'Отправить событие',
  event: 'Событие',
  back: 'Все события',
  id: 'Id',
  source: 'Источник',
  time: 'Своё время',
  storedAt: 'Сохранено',
  payload: 'Событие целиком',
  unavailable: 'События сейчас не читаются',
  unavailableHint: 'Они по-прежнему принимаются и сохраняются. Страница обновится сама.',
}
