import type { DeliveryView, Verdict } from '../../../actors/control/schema.ts'
import type { Phrase, Plural } from '../catalogue.ts'

/** The words of the pages of control loops. */
export interface ControlText {
  readonly title: string
  readonly lead: string
  readonly loop: string
  readonly loopName: Phrase<'name'>
  readonly decides: Phrase<'interval' | 'test' | 'alpha'>
  readonly tests: Readonly<Record<'one_sample' | 'welch', string>>
  readonly testHint: Readonly<Record<'one_sample' | 'welch', string>>
  readonly status: Readonly<Record<'up' | 'down', string>>
  readonly verdicts: Readonly<Record<Verdict, string>>
  readonly verdictHints: Readonly<Record<Verdict, string>>
  readonly delivery: Readonly<Record<DeliveryView['status'], string>>
  readonly attempts: Phrase<'count'>
  /** How often it was tried, when it did not arrive. */
  readonly tries: Plural
  readonly causes: Readonly<Record<'noConnection' | 'noAnswer' | 'notTaken', Phrase<'ms'>>> &
    Readonly<Record<'refused' | 'noSuchHost' | 'closed' | 'superseded', string>>
  readonly undelivered: string
  readonly undeliveredHint: string
  readonly undeliveredLast: Phrase<'time' | 'cause'>
  readonly lateCommand: string
  readonly held: Phrase<'status'>
  readonly state: string
  readonly running: string
  readonly idle: string
  readonly dryRun: string
  readonly dryRunHint: string
  readonly interlocked: Phrase<'status'>
  readonly interlockedHint: string
  readonly interlockReady: Phrase<'status'>
  readonly silence: Phrase<'duration'>
  readonly manipulator: string
  readonly noManipulator: string
  readonly since: Phrase<'time'>
  readonly window: string
  readonly windowHint: string
  readonly mean: string
  readonly reference: Phrase<'mean'>
  readonly noReference: string
  readonly stddev: string
  readonly pValue: string
  readonly tValue: Phrase<'t'>
  readonly next: Phrase<'time'>
  readonly outdated: string
  readonly outdatedHint: string
  readonly history: string
  readonly historyHint: string
  readonly range: string
  readonly ranges: Readonly<Record<'1h' | '24h' | '7d', string>>
  readonly upFor: Phrase<'duration'>
  readonly downFor: Phrase<'duration'>
  readonly noneFor: Phrase<'duration'>
  readonly historyLabel: Phrase<'up' | 'down' | 'none'>
  readonly historyEmpty: string
  readonly decisions: string
  readonly decisionsHint: string
  readonly decisionsEmpty: string
  readonly decisionsEmptyHint: string
  readonly columns: Readonly<Record<'time' | 'n' | 'mean' | 'stddev' | 't' | 'p' | 'verdict' | 'delivery', string>>
  readonly command: string
  readonly commandHint: string
  readonly commands: string
  readonly commandsEmpty: string
  readonly by: string
  readonly nobody: string
  readonly refused: string
  readonly reason: string
  readonly reasonHint: string
  readonly send: Readonly<Record<'up' | 'down', string>>
  readonly settings: string
  readonly change: string
  readonly changeTitle: string
  readonly save: string
  readonly add: string
  readonly addTitle: string
  readonly create: string
  readonly name: string
  readonly nameHint: string
  readonly intervalField: string
  readonly dryRunField: string
  readonly host: string
  readonly hostHint: string
  readonly port: string
  readonly timeout: string
  readonly acknowledge: string
  readonly noInterlock: string
  readonly interlockHolds: Readonly<Record<'up' | 'down', string>>
  readonly engaged: string
  readonly silenceField: string
  readonly notSaved: Phrase<'cause'>
  /** By the field of the API that is wrong. */
  readonly mistakes: Readonly<Record<'loop' | 'interval_s' | 'alpha' | 'manipulator' | 'interlock', string>>
  readonly exists: string
  readonly interval: string
  readonly test: string
  readonly alpha: string
  readonly interlock: string
  readonly lastDecision: string
  readonly never: string
  readonly older: string
  readonly newest: string
  readonly sendReading: string
  readonly unavailable: string
  readonly unavailableHint: string
}

export const controlEn: ControlText = {
  title: 'Control loops',
  lead: 'Readings in, a t-test every interval, a command out',
  loop: 'Loop',
  loopName: ({ name }) => `Loop ${name}`,
  decides: ({ interval, test, alpha }) => `Decides every ${interval}; ${test}, α = ${alpha}`,
  tests: { one_sample: 'one-sample t-test', welch: 'Welch’s t-test' },
  testHint: {
    one_sample: 'against the mean of the last window, two-sided',
    welch: 'against the readings of the last window, two-sided',
  },
  status: { up: 'up', down: 'down' },
  verdicts: {
    rejected: 'shift',
    kept: 'hold',
    first_window: 'first window',
    no_readings: 'no readings',
    one_reading: 'one reading',
    no_variance: 'no variance',
  },
  verdictHints: {
    rejected: 'p is below α: the mean has moved, so the manipulator is moved',
    kept: 'p is not below α: nothing changes',
    first_window: 'There was nothing to compare with; kept for the next window',
    no_readings: 'Nothing was tested: no readings counted',
    one_reading: 'Nothing was tested: one reading has no variance',
    no_variance: 'Nothing was tested: all readings were equal',
  },
  delivery: {
    pending: 'on its way',
    delivered: 'delivered',
    expired: 'expired, not sent',
    dead: 'not delivered',
    none: 'not sent',
  },
  attempts: ({ count }) => `at attempt ${count}`,
  tries: { one: 'attempt', other: 'attempts' },
  causes: {
    noConnection: ({ ms }) => `no connection within ${ms} ms`,
    noAnswer: ({ ms }) => `no answer within ${ms} ms`,
    notTaken: ({ ms }) => `the manipulator did not take the line within ${ms} ms`,
    refused: 'could not connect',
    noSuchHost: 'the network knows no such address',
    closed: 'the connection was closed before the command was taken',
    superseded: 'a newer command took its place',
  },
  undelivered: 'Commands do not arrive',
  undeliveredHint: 'Commands do not reach the manipulator.',
  undeliveredLast: ({ time, cause }) => `The last one (${time}) was given up: ${cause}.`,
  lateCommand: 'it was too late to send it',
  held: ({ status }) => `interlock holds ${status}`,
  state: 'State',
  running: 'Running',
  idle: 'No readings',
  dryRun: 'Dry run.',
  dryRunHint: 'The loop decides, and sends nothing to the manipulator.',
  interlocked: ({ status }) => `The interlock holds the manipulator ${status}.`,
  interlockedHint: 'Windows are tested and reported, and move nothing.',
  interlockReady: ({ status }) => `holds ${status} when engaged`,
  silence: ({ duration }) => `or after ${duration} without a reading`,
  manipulator: 'Manipulator',
  noManipulator: 'no address set',
  since: ({ time }) => `since ${time}`,
  window: 'Readings in the window',
  windowHint: 'since the last decision',
  mean: 'Mean of the window',
  reference: ({ mean }) => `compared with ${mean}`,
  noReference: 'nothing to compare with yet',
  stddev: 'Std. dev.',
  pValue: 'p-value of the last decision',
  tValue: ({ t }) => `t = ${t}`,
  next: ({ time }) => `next decision at ${time}`,
  outdated: 'Outdated readings',
  outdatedHint: 'made before a decision, received after it',
  history: 'Command history',
  historyHint: 'equal neighbours merged',
  range: 'Period',
  ranges: { '1h': '1 h', '24h': '24 h', '7d': '7 d' },
  upFor: ({ duration }) => `Above: up, ${duration}.`,
  downFor: ({ duration }) => `Below: down, ${duration}.`,
  noneFor: ({ duration }) => `Hatched: nothing decided yet, ${duration}.`,
  historyLabel: ({ up, down, none }) => `Up ${up} %, down ${down} %, nothing decided ${none} % of the period`,
  historyEmpty: 'Nothing was decided in this period.',
  decisions: 'Decisions',
  decisionsHint: 'latest first',
  decisionsEmpty: 'No decision yet',
  decisionsEmptyHint: 'The loop decides at the first whole interval after its first reading:',
  columns: {
    time: 'Time',
    n: 'n',
    mean: 'Mean',
    stddev: 'Std. dev.',
    t: 't',
    p: 'p',
    verdict: 'Verdict',
    delivery: 'Delivery',
  },
  command: 'Send a command',
  commandHint:
    'Moves the manipulator at once; the loop goes on deciding from there. It goes into the journal with your name.',
  commands: 'Commands by hand',
  commandsEmpty: 'None in this period.',
  by: 'By',
  nobody: 'interlock',
  refused: 'The interlock holds the manipulator in its safe position; the command was not carried out.',
  reason: 'Reason',
  reasonHint: 'Why by hand',
  send: { up: 'Up', down: 'Down' },
  settings: 'Settings',
  change: 'Change…',
  changeTitle: 'Settings of the loop',
  save: 'Save',
  add: 'New loop…',
  addTitle: 'A new loop',
  create: 'Make the loop',
  name: 'Name',
  nameHint: 'Small letters, digits, dots and dashes; it stays for good',
  intervalField: 'Interval, s',
  dryRunField: 'Dry run: decide and send nothing',
  host: 'Address of the manipulator',
  hostHint: 'Needed unless it is a dry run',
  port: 'Port',
  timeout: 'Patience, ms',
  acknowledge: 'Wait for its answer',
  noInterlock: 'none',
  interlockHolds: { up: 'holds it up', down: 'holds it down' },
  engaged: 'The interlock is engaged now',
  silenceField: 'Also after silence, s',
  notSaved: ({ cause }) => `Nothing is changed. ${cause}`,
  mistakes: {
    loop: 'A name has up to 64 small Latin letters, digits, dots, dashes and underscores, and begins with a letter or a digit.',
    interval_s: 'The interval is a whole number of seconds from 1 to 86,400.',
    alpha: 'α is a number above 0 and below 1, for example 0.05.',
    manipulator:
      'A manipulator needs a name or an address, a port from 1 to 65,535 and a patience from 50 to 30,000 ms; without one the loop can only run dry.',
    interlock: 'The silence before the interlock is a whole number of seconds from 1 to 86,400.',
  },
  exists: 'There is a loop of this name already. Nothing is changed.',
  interval: 'Interval',
  test: 'Test',
  alpha: 'Significance α',
  interlock: 'Interlock',
  lastDecision: 'Last decision',
  never: 'none yet',
  older: 'Older',
  newest: 'Newest',
  sendReading: 'Send a reading',
  unavailable: 'The loop cannot be read now',
  unavailableHint: 'Readings are still accepted. The page recovers by itself.',
}

export const controlRu: ControlText = {
  title: 'Контуры управления',
  lead: 'Показания на входе, t-тест через равные промежутки, команда на выходе',
  loop: 'Контур',
  loopName: ({ name }) => `Контур ${name}`,
  decides: ({ interval, test, alpha }) => `Решает каждые ${interval}; ${test}, α = ${alpha}`,
  tests: { one_sample: 'одновыборочный t-тест', welch: 't-тест Уэлча' },
  testHint: {
    one_sample: 'со средним прошлого окна, двусторонний',
    welch: 'с показаниями прошлого окна, двусторонний',
  },
  status: { up: 'вверх', down: 'вниз' },
  verdicts: {
    rejected: 'сдвиг',
    kept: 'держать',
    first_window: 'первое окно',
    no_readings: 'нет показаний',
    one_reading: 'одно показание',
    no_variance: 'нет разброса',
  },
  verdictHints: {
    rejected: 'p меньше α: среднее сместилось, положение манипулятора меняется',
    kept: 'p не меньше α: ничего не меняется',
    first_window: 'Сравнивать было не с чем; окно сохранено для следующего',
    no_readings: 'Теста не было: ни одного годного показания',
    one_reading: 'Теста не было: у одного показания нет разброса',
    no_variance: 'Теста не было: все показания равны',
  },
  delivery: {
    pending: 'отправляется',
    delivered: 'доставлено',
    expired: 'просрочено, не отправлено',
    dead: 'не доставлено',
    none: 'не отправлялось',
  },
  attempts: ({ count }) => `с ${count}-й попытки`,
  tries: { one: 'попытка', few: 'попытки', many: 'попыток', other: 'попытки' },
  causes: {
    noConnection: ({ ms }) => `нет соединения за ${ms} мс`,
    noAnswer: ({ ms }) => `нет ответа за ${ms} мс`,
    notTaken: ({ ms }) => `манипулятор не принял строку за ${ms} мс`,
    refused: 'соединиться не удалось',
    noSuchHost: 'такого адреса в сети нет',
    closed: 'соединение закрыто раньше, чем команда принята',
    superseded: 'её сменила более новая команда',
  },
  undelivered: 'Команды не доходят',
  undeliveredHint: 'Команды не доходят до манипулятора.',
  undeliveredLast: ({ time, cause }) => `Последняя (${time}) не доставлена: ${cause}.`,
  lateCommand: 'отправлять её было уже поздно',
  held: ({ status }) => `блокировка держит ${status}`,
  state: 'Состояние',
  running: 'Работает',
  idle: 'Нет показаний',
  dryRun: 'Вхолостую.',
  dryRunHint: 'Контур решает, но манипулятору ничего не отправляет.',
  interlocked: ({ status }) => `Блокировка держит манипулятор в положении «${status}».`,
  interlockedHint: 'Окна проверяются и записываются, но ничего не двигают.',
  interlockReady: ({ status }) => `держит «${status}», когда включена`,
  silence: ({ duration }) => `или после ${duration} без показаний`,
  manipulator: 'Манипулятор',
  noManipulator: 'адрес не задан',
  since: ({ time }) => `с ${time}`,
  window: 'Показаний в окне',
  windowHint: 'с прошлого решения',
  mean: 'Среднее окна',
  reference: ({ mean }) => `сравнивается с ${mean}`,
  noReference: 'сравнивать ещё не с чем',
  stddev: 'Станд. откл.',
  pValue: 'p-значение прошлого решения',
  tValue: ({ t }) => `t = ${t}`,
  next: ({ time }) => `следующее решение в ${time}`,
  outdated: 'Опоздавшие показания',
  outdatedHint: 'сделаны до решения, пришли после него',
  history: 'История команд',
  historyHint: 'одинаковые соседние объединены',
  range: 'Период',
  ranges: { '1h': '1 ч', '24h': '24 ч', '7d': '7 сут' },
  upFor: ({ duration }) => `Сверху: вверх, ${duration}.`,
  downFor: ({ duration }) => `Снизу: вниз, ${duration}.`,
  noneFor: ({ duration }) => `Штриховка: решений ещё не было, ${duration}.`,
  historyLabel: ({ up, down, none }) => `Вверх ${up} %, вниз ${down} %, без решения ${none} % периода`,
  historyEmpty: 'За этот период решений не было.',
  decisions: 'Решения',
  decisionsHint: 'последние сверху',
  decisionsEmpty: 'Решений ещё не было',
  decisionsEmptyHint: 'Контур решает в конце первого целого промежутка после первого показания:',
  columns: {
    time: 'Время',
    n: 'n',
    mean: 'Среднее',
    stddev: 'Станд. откл.',
    t: 't',
    p: 'p',
    verdict: 'Решение',
    delivery: 'Доставка',
  },
  command: 'Отправить команду',
  commandHint:
    'Манипулятор переводится сразу, дальше контур решает от нового положения. Команда записывается в журнал с вашим именем.',
  commands: 'Команды вручную',
  commandsEmpty: 'За этот период не было.',
  by: 'Кто',
  nobody: 'блокировка',
  refused: 'Блокировка держит манипулятор в безопасном положении; команда не выполнена.',
  reason: 'Причина',
  reasonHint: 'Почему вручную',
  send: { up: 'Вверх', down: 'Вниз' },
  settings: 'Настройки',
  change: 'Изменить…',
  changeTitle: 'Настройки контура',
  save: 'Сохранить',
  add: 'Новый контур…',
  addTitle: 'Новый контур',
  create: 'Создать',
  name: 'Имя',
  nameHint: 'Строчные латинские буквы, цифры, точки и дефисы; остаётся навсегда',
  intervalField: 'Промежуток, с',
  dryRunField: 'Вхолостую: решать и ничего не отправлять',
  host: 'Адрес манипулятора',
  hostHint: 'Нужен, если не вхолостую',
  port: 'Порт',
  timeout: 'Ожидание, мс',
  acknowledge: 'Ждать его ответа',
  noInterlock: 'нет',
  interlockHolds: { up: 'держит вверху', down: 'держит внизу' },
  engaged: 'Блокировка включена сейчас',
  silenceField: 'И после молчания, с',
  notSaved: ({ cause }) => `Ничего не изменено. ${cause}`,
  mistakes: {
    loop: 'В имени до 64 знаков: строчные латинские буквы, цифры, точки, дефисы и подчёркивания; первой стоит буква или цифра.',
    interval_s: 'Промежуток — целое число секунд от 1 до 86\u202f400.',
    alpha: 'α — число больше 0 и меньше 1, например 0,05.',
    manipulator:
      'Манипулятору нужны имя или адрес, порт от 1 до 65\u202f535 и ожидание от 50 до 30\u202f000 мс; без него контур работает только вхолостую.',
    interlock: 'Молчание до блокировки — целое число секунд от 1 до 86\u202f400.',
  },
  exists: 'Контур с таким именем уже есть. Ничего не изменено.',
  interval: 'Промежуток',
  test: 'Тест',
  alpha: 'Значимость α',
  interlock: 'Блокировка',
  lastDecision: 'Последнее решение',
  never: 'ещё нет',
  older: 'Более старые',
  newest: 'Последние',
  sendReading: 'Отправить показание',
  unavailable: 'Контур сейчас не читается',
  unavailableHint: 'Показания по-прежнему принимаются. Страница обновится сама.',
}
