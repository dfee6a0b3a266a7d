import type { RelayKind } from '../../../actors/relay/schema.ts'
import type { Phrase } from '../catalogue.ts'

/** The words of the pages of relays. */
export interface RelaysText {
  readonly title: string
  readonly lead: string
  readonly relay: Phrase<'name'>
  readonly name: string
  readonly nameHint: string
  readonly kind: string
  readonly kinds: Readonly<Record<RelayKind, string>>
  readonly place: string
  readonly placeHint: Readonly<Record<'webhook' | 'any', string>>
  readonly filter: string
  readonly everything: string
  readonly filterKind: Phrase<'kind'>
  readonly filterType: Phrase<'type'>
  readonly filterSubject: Phrase<'subject'>
  readonly type: string
  readonly subject: string
  readonly patternHint: string
  readonly state: string
  readonly states: Readonly<Record<'paused' | 'idle' | 'delivering' | 'failing' | 'resting', string>>
  readonly stateHints: Readonly<Record<'paused' | 'idle' | 'delivering' | 'failing', string>>
  readonly resting: Phrase<'time'>
  readonly lastTry: string
  readonly due: string
  readonly made: string
  readonly changed: string
  readonly secret: string
  readonly newSecret: string
  readonly newSecretHint: string
  readonly add: string
  readonly addTitle: string
  readonly create: string
  readonly change: string
  readonly changeTitle: string
  readonly save: string
  readonly test: string
  readonly testHint: string
  readonly notTaken: Phrase<'cause'>
  readonly refused: Phrase<'cause'>
  /** By the field of the API that is wrong; `innerUrl`: an address that leads into a network of ours. */
  readonly mistakes: Readonly<Record<'name' | 'url' | 'innerUrl' | 'topic' | 'filter', string>>
  readonly pause: string
  readonly resume: string
  readonly remove: string
  readonly removeTitle: Phrase<'name'>
  readonly removeHint: string
  readonly removeConfirm: string
  readonly empty: string
  readonly emptyHint: string
  readonly deliveries: string
  readonly deliveriesHint: string
  readonly deliveriesEmpty: string
  readonly deliveriesEmptyHint: string
  readonly status: Readonly<Record<'waiting' | 'delivered' | 'expired' | 'dead', string>>
  readonly columns: Readonly<Record<'time' | 'status' | 'attempts' | 'tried' | 'next' | 'said', string>>
  readonly older: string
  readonly newest: string
}

export const relaysEn: RelaysText = {
  title: 'Relays',
  lead: 'Where events are sent on to; each at least once, tried again until it is taken',
  relay: ({ name }) => `Relay ${name}`,
  name: 'Name',
  nameHint: 'For people',
  kind: 'Leads to',
  kinds: { webhook: 'Webhook', topic: 'Topic' },
  place: 'Address',
  placeHint: { webhook: 'http or https', any: 'Of a webhook: http or https. Of a topic: its name' },
  filter: 'Carries',
  everything: 'all events',
  filterKind: ({ kind }) => `of ${kind}`,
  filterType: ({ type }) => `type ${type}`,
  filterSubject: ({ subject }) => `subject ${subject}`,
  type: 'Type of the events',
  subject: 'Their subject',
  patternHint: 'Exact, or the beginning and *; empty: any',
  state: 'State',
  states: {
    paused: 'Paused',
    idle: 'Nothing sent yet',
    delivering: 'Delivers',
    failing: 'Not taken',
    resting: 'Does not answer',
  },
  stateHints: {
    paused: 'It carries nothing until it is resumed',
    idle: 'No event has fitted since it was made',
    delivering: 'The last attempt was taken',
    failing: 'The last attempt was not taken',
  },
  resting: ({ time }) => `Ten attempts in a row were not answered: the next one at ${time}`,
  lastTry: 'Last attempt',
  due: 'now',
  made: 'Made',
  changed: 'Changed',
  secret: 'Secret',
  newSecret: 'This is the secret that signs the messages.',
  newSecretHint: 'It is shown this once: give it to the receiver now.',
  add: 'New relay…',
  addTitle: 'A new relay',
  create: 'Make the relay',
  change: 'Change…',
  changeTitle: 'Change the relay',
  save: 'Save',
  test: 'Send a test',
  testHint: 'A message of the type windbox.test, once, now; it is not tried again.',
  notTaken: ({ cause }) => `The test was not taken: ${cause}`,
  refused: ({ cause }) => `Nothing is changed. ${cause}`,
  mistakes: {
    name: 'A relay needs a name of at most 100 characters, on one line.',
    url: 'The address has to be a whole URL with http or https, without a user and a password.',
    innerUrl: 'The address leads into an inner network; relays may not go there.',
    topic: 'The topic has to be there already, and must not be one that the system keeps for itself.',
    filter: 'The type and the subject have at most 256 characters each, on one line.',
  },
  pause: 'Pause',
  resume: 'Resume',
  remove: 'Remove…',
  removeTitle: ({ name }) => `Remove ${name}?`,
  removeHint: 'Nothing more is sent there. What waits for it goes to the dead letters.',
  removeConfirm: 'Remove it',
  empty: 'No relays yet',
  emptyHint:
    'A relay sends the events that you choose to another system, signed, and tries again until they are taken.',
  deliveries: 'Deliveries',
  deliveriesHint: 'latest first',
  deliveriesEmpty: 'Nothing yet',
  deliveriesEmptyHint: 'What is sent there stands here, and what waits.',
  status: { waiting: 'waiting', delivered: 'delivered', expired: 'expired, not sent', dead: 'given up' },
  columns: {
    time: 'Event',
    status: 'Status',
    attempts: 'Attempts',
    tried: 'Last attempt',
    next: 'Next',
    said: 'Answer or cause',
  },
  older: 'Older',
  newest: 'Newest',
}

export const relaysRu: RelaysText = {
  title: 'Пересылка',
  lead: 'Куда отправляются события: каждое хотя бы раз, с повторами, пока его не примут',
  relay: ({ name }) => `Пересылка ${name}`,
  name: 'Название',
  nameHint: 'Для людей',
  kind: 'Куда',
  kinds: { webhook: 'Вебхук', topic: 'Топик' },
  place: 'Адрес',
  placeHint: { webhook: 'http или https', any: 'Вебхука: http или https. Топика: его имя' },
  filter: 'Что',
  everything: 'все события',
  filterKind: ({ kind }) => `от ${kind}`,
  filterType: ({ type }) => `тип ${type}`,
  filterSubject: ({ subject }) => `объект ${subject}`,
  type: 'Тип событий',
  subject: 'Их объект',
  patternHint: 'Точно или начало и *; пусто — любой',
  state: 'Состояние',
  states: {
    paused: 'Приостановлена',
    idle: 'Ещё ничего не отправлено',
    delivering: 'Доставляет',
    failing: 'Не принято',
    resting: 'Не отвечает',
  },
  stateHints: {
    paused: 'Ничего не отправляется, пока её не возобновят',
    idle: 'С тех пор как она создана, подходящих событий не было',
    delivering: 'Последняя попытка принята',
    failing: 'Последняя попытка не принята',
  },
  resting: ({ time }) => `Десять попыток подряд остались без ответа: следующая в ${time}`,
  lastTry: 'Последняя попытка',
  due: 'сейчас',
  made: 'Создана',
  changed: 'Изменена',
  secret: 'Секрет',
  newSecret: 'Этим секретом подписываются сообщения.',
  newSecretHint: 'Он показывается один раз: передайте его получателю сейчас.',
  add: 'Новая пересылка…',
  addTitle: 'Новая пересылка',
  create: 'Создать',
  change: 'Изменить…',
  changeTitle: 'Изменить пересылку',
  save: 'Сохранить',
  test: 'Отправить пробное',
  testHint: 'Сообщение типа windbox.test, один раз, сейчас; повторов не будет.',
  notTaken: ({ cause }) => `Пробное сообщение не принято: ${cause}`,
  refused: ({ cause }) => `Ничего не изменено. ${cause}`,
  mistakes: {
    name: 'Пересылке нужно название в одну строку, не длиннее 100 знаков.',
    url: 'Адрес должен быть полным URL с http или https, без имени пользователя и пароля.',
    innerUrl: 'Адрес ведёт во внутреннюю сеть, пересылать туда нельзя.',
    topic: 'Такой топик должен уже существовать и не быть служебным.',
    filter: 'Тип и объект — не длиннее 256 знаков, в одну строку.',
  },
  pause: 'Приостановить',
  resume: 'Возобновить',
  remove: 'Удалить…',
  removeTitle: ({ name }) => `Удалить «${name}»?`,
  removeHint: 'Больше туда ничего не отправится. Что ждёт отправки, попадёт в недоставленные.',
  removeConfirm: 'Удалить',
  empty: 'Пересылок ещё нет',
  emptyHint: 'Пересылка отправляет выбранные события в другую систему, подписывает их и повторяет, пока их не примут.',
  deliveries: 'Отправки',
  deliveriesHint: 'последние сверху',
  deliveriesEmpty: 'Пока ничего',
  deliveriesEmptyHint: 'Здесь видно, что отправлено и что ждёт.',
  status: { waiting: 'ждёт', delivered: 'доставлено', expired: 'устарело, не отправлено', dead: 'не доставлено' },
  columns: {
    time: 'Событие',
    status: 'Состояние',
    attempts: 'Попытки',
    tried: 'Последняя',
    next: 'Следующая',
    said: 'Ответ или причина',
  },
  older: 'Более старые',
  newest: 'Последние',
}
