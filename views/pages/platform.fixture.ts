import type { CommandView, DecisionView, LoopDocument } from '../../actors/control/schema.ts'
import { NIGHT } from '../fixture.ts'
import type { LivePage, Reader, Shown } from '../layout.ts'
import type { View } from '../view.ts'
import { loopPage } from './control/loop.ts'
import { loopsPage } from './control/loops.ts'
import type { LoopModel } from './control/model.ts'
import type { DeadLetterDetail, DeadLettersModel } from './dead-letters/model.ts'
import { deadLettersPage } from './dead-letters/page.ts'
import { devicePage } from './devices/device.ts'
import { devicesPage } from './devices/list.ts'
import { SAMPLES, type DeviceModel, type DeviceSummary } from './devices/model.ts'
import { eventPage } from './events/event.ts'
import { eventsPage } from './events/list.ts'
import type { EventRow, EventsModel } from './events/model.ts'
import type { PlantModel } from './model.ts'
import { relaysPage } from './relays/list.ts'
import type { DeliveryRow, RelayModel, RelayRow, Standing } from './relays/model.ts'
import { relayPage } from './relays/relay.ts'

const MINUTE = 60_000
const SECOND = 1000
const iso = (ago: number) => new Date(NIGHT - ago).toISOString()

const ORIGIN = 'http://windbox.example'

/** Somebody who may do these things here. */
export const readerOf = (acts: readonly string[], shown: Shown = {}): Reader => ({
  viewer: { name: 'a.vetrova@plant.example', role: 'operator', csrf: 'csrf-of-this-session' },
  acts: new Set(acts),
  shown,
})

const crane: DeviceSummary = {
  id: 214,
  name: 'Crane 4, accelerometer',
  kind: 'accelerometer',
  owner: 'b.ilyin@plant.example',
  lastAt: NIGHT - 100,
  silent: false,
}

export function deviceOf(plant: PlantModel, more: Partial<DeviceModel> = {}): DeviceModel {
  const names = ['x', 'y', 'z']
  return {
    plant,
    device: { ...crane, created_at: iso(8 * 24 * 60 * MINUTE), attributes: { bay: 4 } },
    position: '5-1048113',
    values: [
      { name: 'x', value: -0.55, at: NIGHT - 100, quality: 'good' },
      { name: 'y', value: -0.3, at: NIGHT - 100, quality: 'good' },
      { name: 'z', value: 9.55, at: NIGHT - 12 * MINUTE, quality: 'stale' },
    ],
    unshown: 2,
    range: '5m',
    from: NIGHT - 5 * MINUTE,
    to: NIGHT,
    gapMs: 8 * SECOND,
    lines: names.map((name, line) => ({
      name,
      points: Array.from({ length: 60 }, (_, index) => index)
        .filter((index) => index < 16 || index === 22 || index > 28)
        .map((index): [number, number] => [NIGHT - (60 - index) * 5 * SECOND, Math.sin(index / 6) + line * 4]),
    })),
    statistics: names.map((name, index) => ({
      name,
      count: 116_402,
      min: -2.114,
      p05: -0.611,
      median: 0.391,
      median_exact: index > 0,
      mean: 0.402,
      p95: 1.382,
      max: 2.903,
      stddev: 0.624,
      sum: 46_793.6,
    })),
    keys: {
      next: '22222222-cccc',
      made: [
        { id: '7f0c1e22-aaaa', name: null, created_at: iso(MINUTE), last_used_at: null },
        { id: '11111111-bbbb', name: 'gateway', created_at: iso(90 * MINUTE), last_used_at: iso(SECOND) },
      ],
    },
    ...more,
  }
}

const row = (index: number): EventRow => ({
  id: `0192f6a0-0000-7000-8000-${String(index).padStart(12, '0')}`,
  type: index % 3 === 2 ? null : ['play', 'session.start'][index % 2]!,
  source: 'player',
  subject: index % 4 === 0 ? null : `track-${40_213 + index}`,
  user_id: `user-${8812 + index}`,
  ingest_time: iso(index * 400 + 3),
  store_time: iso(index * 400),
})

const NO_FILTER = { type: undefined, user: undefined, from: undefined, to: undefined }

export function eventsOf(plant: PlantModel, more: Partial<EventsModel> = {}): EventsModel {
  const step = 10 * SECOND
  return {
    plant,
    range: '15m',
    from: NIGHT - 15 * MINUTE,
    to: NIGHT,
    filter: NO_FILTER,
    paused: null,
    figures: {
      count: 3_270_114,
      duplicates: 1204,
      lag: { p50: 3.1, p95: 8.4, p99: 21 },
      step,
      points: Array.from({ length: 90 }, (_, index) => ({
        at: Math.floor(NIGHT / step) * step - (90 - index) * step,
        count: 36_000 + Math.round(Math.sin(index / 9) * 2000),
      })),
      types: [
        { type: 'play', count: 1_804_000 },
        { type: 'like', count: 902_000 },
        ...Array.from({ length: 9 }, (_, index) => ({ type: `other.${index}`, count: 900 - index })),
        { type: null, count: 12 },
      ],
    },
    events: Array.from({ length: 12 }, (_, index) => row(index)),
    older: 'b2xkZXI',
    cursor: undefined,
    ...more,
  }
}

const decision = (index: number, more: Partial<DecisionView> = {}): DecisionView => ({
  id: `3-${index}-0`,
  at: iso(index * 5 * SECOND + 3 * SECOND),
  n: 12_004 - index,
  mean: 50.31,
  stddev: 9.98,
  t: 3.42,
  df: 12_003,
  p: 0.0006,
  verdict: 'rejected',
  outdated: 0,
  against: 50,
  test: 'one_sample',
  status: 'up',
  changed: true,
  held: false,
  late_ms: 3,
  dry_run: false,
  delivery: { status: 'delivered', attempts: 1, at: iso(index * 5 * SECOND), error: null, answer: null },
  ...more,
})

export const loopDocument = (more: Partial<LoopDocument> = {}): LoopDocument => ({
  loop: 'default',
  version: 3,
  interval_s: 5,
  alpha: 0.05,
  test: 'one_sample',
  manipulator: { host: '127.0.0.1', port: 7001, acknowledge: false, timeout_ms: 1000 },
  interlock: null,
  dry_run: false,
  status: 'up',
  status_since: iso(8 * SECOND),
  held: false,
  mean: 50,
  window: { n: 7420, mean: 50.28, stddev: 10.02, outdated: 31 },
  readings: 8_431_002,
  decisions: 720,
  last_decision: decision(0),
  next_decision_at: iso(-2 * SECOND),
  last_delivery: null,
  ...more,
})

const command: CommandView = {
  id: '3-9-0',
  at: iso(20 * MINUTE),
  status: 'down',
  reason: 'Belt stopped for cleaning',
  by: 'b.ilyin@plant.example',
  cause: 'person',
  refused: null,
  dry_run: false,
  delivery: { status: 'delivered', attempts: 2, at: iso(20 * MINUTE), error: null, answer: null },
}

export function loopOf(plant: PlantModel, more: Partial<LoopModel> = {}): LoopModel {
  return {
    plant,
    name: 'default',
    loop: { kind: 'live', document: loopDocument() },
    from: NIGHT - 60 * MINUTE,
    to: NIGHT,
    range: '1h',
    runs: [
      { from_datetime: iso(55 * MINUTE), to_datetime: iso(30 * MINUTE), status: 'up' },
      { from_datetime: iso(30 * MINUTE), to_datetime: iso(20 * MINUTE), status: 'down' },
      { from_datetime: iso(20 * MINUTE), to_datetime: iso(0), status: 'up' },
    ],
    decisions: [
      decision(0),
      decision(1, { verdict: 'kept', changed: false, p: 0.6611, t: 0.44 }),
      decision(2, { verdict: 'no_readings', changed: false, n: 0, mean: null, stddev: null, t: null, p: null }),
      decision(3, {
        verdict: 'rejected',
        held: true,
        changed: false,
        p: 1e-9,
        delivery: { status: 'expired', attempts: 4, at: iso(0), error: 'connection refused', answer: null },
      }),
    ],
    older: 'b2xkZXI',
    cursor: undefined,
    commands: [command, { ...command, by: null, cause: 'interlock', refused: 'held' }],
    ...more,
  }
}

const letter: DeadLetterDetail = {
  id: '5-1048090-0',
  address: 'device/214',
  at: iso(82 * SECOND),
  code: 'REDUCER_THREW',
  cause: 'y must be a finite number',
  position: '5-1048090',
  attempts: 1,
  type: 'reading',
  stack: 'RangeError: y must be a finite number\n    at reading (actor.ts:41)',
  payload: '{\n  "y": 1e999\n}',
  replayed_at: iso(SECOND),
  replayed_by: 'user/1',
  replay_position: '5-1048200',
}

function deadLettersOf(plant: PlantModel, more: Partial<DeadLettersModel> = {}): DeadLettersModel {
  return {
    plant,
    filter: { kind: undefined, code: undefined },
    kinds: ['control', 'device'],
    codes: ['MALFORMED', 'REDUCER_THREW'],
    letters: [letter, { ...letter, id: 'other', at: iso(30 * 60 * MINUTE) }],
    older: 'b2xkZXI',
    cursor: undefined,
    chosen: letter,
    quarantine: null,
    ...more,
  }
}

const standings: readonly Standing[] = [
  { kind: 'idle' },
  { kind: 'delivering' },
  { kind: 'failing' },
  { kind: 'resting', until: iso(-20 * SECOND) },
  { kind: 'paused' },
]
const relays = standings.map((standing, index): RelayRow => ({
  id: index + 1,
  name: `Shop ${index + 1}`,
  kind: index === 0 ? 'topic' : 'webhook',
  place: index === 0 ? 'plant.events' : `https://shop.example/${'orders/'.repeat(index * 4)}`,
  filter: [{}, { type: 'order.*' }, { kind: 'exhauster' }, { type: 'alarm', subject: 'f-171' }, {}][index]!,
  active: standing.kind !== 'paused',
  standing,
  tried: [null, { at: iso(SECOND), error: null }, { at: iso(MINUTE), error: 'HTTP 503: "<closed>"' }][index] ?? {
    at: iso(MINUTE),
    error: 'no answer in 10 s',
  },
}))
const delivery: DeliveryRow = {
  id: '3-17-0',
  at: iso(MINUTE),
  status: 'delivered',
  attempts: 1,
  tried_at: iso(MINUTE),
  next_at: null,
  error: null,
  answer: 'HTTP 200',
}

function relayOf(plant: PlantModel, index: number, more: Partial<RelayModel> = {}): RelayModel {
  return {
    plant,
    relay: { ...relays[index]!, created_at: iso(60 * MINUTE), updated_at: iso(index * MINUTE) },
    deliveries: [
      { ...delivery, id: '3-20-0', status: 'waiting', attempts: 0, tried_at: null, next_at: iso(0), answer: null },
      { ...delivery, id: '3-19-0', status: 'waiting', attempts: 2, next_at: iso(-MINUTE), error: 'no answer in 10 s' },
      { ...delivery, id: '3-18-0', status: 'dead', attempts: 8, error: 'RELAY_EXHAUSTED: HTTP 500', at: iso(2e8) },
      delivery,
    ],
    older: 'b2xkZXI',
    cursor: undefined,
    ...more,
  }
}

const DEVICE_ACTS = ['create', 'change', 'remove', 'make-key', 'revoke-key']
const EVERY_ACT = [
  ...DEVICE_ACTS,
  'command',
  'replay',
  'replay-all',
  'drop',
  'test',
  'pause',
  'resume',
  'settings',
  'release',
]

/** Every page of the platform in every state that looks different, beside one plant. */
export function platformPages(view: View, plant: PlantModel): LivePage[] {
  const all = readerOf(EVERY_ACT)
  const none = readerOf([])
  const devices = {
    plant,
    devices: [
      crane,
      { ...crane, id: 3, name: null, kind: null, owner: null, lastAt: null },
      { ...crane, id: 4, silent: true },
    ],
  }
  const held = loopDocument({
    held: true,
    dry_run: true,
    manipulator: null,
    interlock: { status: 'down', engaged: true, silence_s: 60 },
    status_since: null,
    mean: null,
    window: { n: 0, mean: null, stddev: null, outdated: 0 },
    last_decision: null,
    next_decision_at: null,
  })
  const away = { kind: 'unavailable' as const }
  return [
    devicesPage(view, { ...devices, next: 'bmV4dA', cursor: undefined }, all, ORIGIN),
    devicesPage(view, { plant, devices: [], next: null, cursor: undefined }, all, ORIGIN),
    devicesPage(view, { ...devices, next: null, cursor: 'bmV4dA' }, none, ORIGIN),
    ...SAMPLES.map((sample) => devicePage(view, deviceOf(plant), sample, all, ORIGIN)),
    devicePage(view, deviceOf(plant), 'curl', readerOf(EVERY_ACT, { secret: 'wbk_7Qm2c9' }), ORIGIN),
    devicePage(view, deviceOf(plant, { keys: null, statistics: [], lines: [], values: [] }), 'curl', none, ORIGIN),
    devicePage(
      view,
      deviceOf(plant, { position: null, keys: { made: [], next: '22222222-cccc' }, range: '30d' }),
      'curl',
      all,
      ORIGIN,
    ),
    devicePage(view, deviceOf(plant, { device: { ...deviceOf(plant).device, lastAt: null } }), 'curl', all, ORIGIN),
    eventsPage(view, eventsOf(plant), ORIGIN),
    eventsPage(
      view,
      eventsOf(plant, { paused: NIGHT, filter: { ...NO_FILTER, type: 'play', from: '2026-11-22T03:00' } }),
      ORIGIN,
    ),
    eventsPage(
      view,
      eventsOf(plant, { events: [], filter: { ...NO_FILTER, user: 'nobody' }, older: null, cursor: 'x' }),
      ORIGIN,
    ),
    eventsPage(
      view,
      eventsOf(plant, {
        events: [],
        older: null,
        figures: { ...eventsOf(plant).figures!, count: 0, points: [], types: [], lag: null },
      }),
      ORIGIN,
    ),
    eventsPage(view, eventsOf(plant, { events: null, figures: null }), ORIGIN),
    eventPage(view, { plant, event: row(1), body: { ...row(1), data: { position: 31 } } }),
    loopsPage(
      view,
      {
        plant,
        loops: [
          { name: 'default', loop: { kind: 'live', document: loopDocument() } },
          { name: 'line-2', loop: { kind: 'live', document: held } },
          { name: 'line-3', loop: away },
        ],
      },
      all,
    ),
    loopPage(view, loopOf(plant), all, ORIGIN),
    loopPage(view, loopOf(plant, { loop: { kind: 'live', document: held } }), all, ORIGIN),
    loopPage(view, loopOf(plant, { loop: { kind: 'live', document: held }, range: '7d', runs: [] }), none, ORIGIN),
    loopPage(view, loopOf(plant, { loop: away, decisions: [], commands: [], older: null, cursor: 'x' }), all, ORIGIN),
    relaysPage(view, { plant, relays, kinds: ['webhook', 'topic'] }, all),
    relaysPage(view, { plant, relays: [], kinds: ['webhook'] }, readerOf(EVERY_ACT, { secret: 'whsec_7Qm2c9' })),
    ...relays.map((_, index) => relayPage(view, relayOf(plant, index), all)),
    relayPage(view, relayOf(plant, 1, { deliveries: [], older: null, cursor: 'x' }), none),
    deadLettersPage(view, deadLettersOf(plant), all),
    ...[all, none].map((reader) =>
      deadLettersPage(
        view,
        deadLettersOf(plant, { quarantine: { since: iso(MINUTE), error: 'y is <no> number' } }),
        reader,
      ),
    ),
    deadLettersPage(
      view,
      deadLettersOf(plant, { filter: { kind: 'device', code: undefined }, letters: [], chosen: null }),
      none,
    ),
    deadLettersPage(view, deadLettersOf(plant, { letters: [], older: null, chosen: null }), all),
    deadLettersPage(
      view,
      deadLettersOf(plant, { letters: null, cursor: 'x', filter: { kind: undefined, code: 'MALFORMED' } }),
      none,
    ),
  ]
}
