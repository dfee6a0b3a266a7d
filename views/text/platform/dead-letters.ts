import type { Phrase } from '../catalogue.ts'

/** The words of the page of dead letters. */
export interface DeadLettersText {
  readonly title: string
  readonly lead: string
  readonly kind: string
  readonly code: string
  readonly allKinds: string
  readonly allCodes: string
  readonly apply: string
  readonly clear: string
  readonly time: string
  readonly actor: string
  readonly position: string
  readonly attempts: string
  readonly cause: string
  readonly payload: string
  readonly stack: string
  readonly close: string
  readonly replay: string
  readonly replayHint: string
  readonly refused: Phrase<'cause'>
  readonly replayed: string
  readonly replayedBy: Phrase<'time' | 'by' | 'position'>
  readonly replayAll: string
  readonly replayTitle: string
  readonly replayAllOf: Phrase<'filter'>
  readonly replayConfirm: string
  readonly everything: string
  readonly drop: string
  readonly dropTitle: Phrase<'id'>
  readonly dropHint: string
  readonly dropConfirm: string
  readonly noActs: string
  readonly quarantined: Phrase<'address'>
  readonly quarantinedSince: Phrase<'time' | 'error'>
  readonly release: string
  readonly noRelease: string
  readonly notReleased: Phrase<'cause'>
  readonly empty: string
  readonly emptyHint: string
  readonly emptyFiltered: string
  readonly emptyFilteredHint: string
  readonly older: string
  readonly newest: string
  readonly unavailable: string
  readonly unavailableHint: string
}

export const deadLettersEn: DeadLettersText = {
  title: 'Dead letters',
  lead: 'Records that could not be applied or delivered; everything else went on',
  kind: 'Kind',
  code: 'Code',
  allKinds: 'all kinds',
  allCodes: 'all codes',
  apply: 'Show',
  clear: 'Clear',
  time: 'Time',
  actor: 'Actor',
  position: 'Position',
  attempts: 'Replays',
  cause: 'Cause',
  payload: 'Payload',
  stack: 'Stack',
  close: 'Close',
  replay: 'Replay',
  replayHint: 'A replay is a new record with the same payload. It is applied once, however often it is asked for.',
  refused: ({ cause }) => `Not applied. ${cause}`,
  replayed: 'Replayed',
  replayedBy: ({ time, by, position }) => `${time}, ${by}, as ${position}`,
  replayAll: 'Replay all…',
  replayTitle: 'Replay all that the filter shows?',
  replayAllOf: ({ filter }) =>
    `Filter: ${filter}. Those that were replayed before are left out; what fails again comes back here.`,
  replayConfirm: 'Replay them',
  everything: 'everything',
  drop: 'Drop…',
  dropTitle: ({ id }) => `Drop ${id}?`,
  dropHint:
    'The record is gone for good; it can be neither read nor replayed afterwards. The act goes into the audit journal.',
  dropConfirm: 'Drop it',
  noActs: 'Replaying needs the role operator, dropping the role administrator.',
  quarantined: ({ address }) => `${address} is in quarantine`,
  quarantinedSince: ({ time, error }) =>
    `since ${time}; its records come here until it is released. The last one threw: ${error}`,
  release: 'Release it',
  noRelease: 'Releasing needs the role administrator.',
  notReleased: ({ cause }) => `Not released. ${cause}`,
  empty: 'No dead letters',
  emptyHint: 'Every record has been applied, every delivery has arrived.',
  emptyFiltered: 'None of this kind',
  emptyFilteredHint: 'Choose another kind or code, or clear the filter.',
  older: 'Older',
  newest: 'Newest',
  unavailable: 'The dead letters cannot be read now',
  unavailableHint: 'None is lost. The page recovers by itself.',
}

export const deadLettersRu: DeadLettersText = {
  title: 'Недоставленные записи',
  lead: 'Их не удалось применить или доставить; всё остальное пошло дальше',
  kind: 'Вид',
  code: 'Код',
  allKinds: 'все виды',
  allCodes: 'все коды',
  apply: 'Показать',
  clear: 'Сбросить',
  time: 'Время',
  actor: 'Актор',
  position: 'Позиция',
  attempts: 'Повторы',
  cause: 'Причина',
  payload: 'Содержимое',
  stack: 'Стек',
  close: 'Закрыть',
  replay: 'Повторить',
  replayHint: 'Повтор — новая запись с тем же содержимым. Она применяется один раз, сколько бы раз её ни запросили.',
  refused: ({ cause }) => `Не применена. ${cause}`,
  replayed: 'Повторена',
  replayedBy: ({ time, by, position }) => `${time}, ${by}, запись ${position}`,
  replayAll: 'Повторить все…',
  replayTitle: 'Повторить всё, что показывает фильтр?',
  replayAllOf: ({ filter }) =>
    `Фильтр: ${filter}. Уже повторённые не повторяются; что не пройдёт и в этот раз, вернётся сюда.`,
  replayConfirm: 'Повторить',
  everything: 'всё',
  drop: 'Удалить…',
  dropTitle: ({ id }) => `Удалить ${id}?`,
  dropHint:
    'Запись исчезнет навсегда: её нельзя будет ни прочитать, ни повторить. Действие записывается в журнал аудита.',
  dropConfirm: 'Удалить',
  noActs: 'Повторять может оператор, удалять — администратор.',
  quarantined: ({ address }) => `${address} в карантине`,
  quarantinedSince: ({ time, error }) =>
    `с ${time}; его записи попадают сюда, пока карантин не снят. Последняя ошибка: ${error}`,
  release: 'Снять карантин',
  noRelease: 'Снять его может администратор.',
  notReleased: ({ cause }) => `Карантин не снят. ${cause}`,
  empty: 'Недоставленных нет',
  emptyHint: 'Все записи применены, всё доставлено.',
  emptyFiltered: 'Таких нет',
  emptyFilteredHint: 'Выберите другой вид или код или сбросьте фильтр.',
  older: 'Более старые',
  newest: 'Последние',
  unavailable: 'Недоставленные записи сейчас не читаются',
  unavailableHint: 'Ни одна не потеряна. Страница обновится сама.',
}
