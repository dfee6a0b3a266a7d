import { expect, test } from 'bun:test'
import { kindTable } from './actor.ts'
import { fromSnapshot, toSnapshot } from './envelope.ts'
import { defineActor, type ActorKind } from './kind.ts'
import type { Snapshot } from './ports.ts'
import golden from './envelope.golden.json'

/** Version 1 counted in one number, version 2 named it, version 3 keeps a set of what it saw. */
const counter = kindTable(
  defineActor<{ total: number; seen: Set<string> }>({
    kind: 'counter',
    version: 3,
    initial: () => ({ total: 0, seen: new Set() }),
    on: {},
    upcast: { 1: (total: number) => ({ total }), 2: (state: { total: number }) => ({ ...state, seen: [] }) },
    toJson: ({ total, seen }) => ({ total, seen: [...seen] }),
    fromJson: ({ total, seen }: { total: number; seen: string[] }) => ({ total, seen: new Set(seen) }),
  }),
)

const snapshotOf = (version: number, state: string): Snapshot => ({
  address: 'counter/a',
  partition: 0,
  offset: 7,
  epoch: 1,
  version,
  due: null,
  state,
  at: 5,
})

const written = golden as Record<string, unknown>

test.each(['1', '2', '3'])('a snapshot that version %s wrote opens as it always did', (version) => {
  const actor = fromSnapshot('counter/a', counter, 0, snapshotOf(Number(version), JSON.stringify(written[version])))
  expect(actor.refusal).toBeUndefined()
  expect(actor).toMatchObject({ offset: 7, stored: 7, at: 5, rowsTo: 3 })
  expect(JSON.parse(toSnapshot(actor, 0, 1).state)).toEqual(written[`${version} today`])
})

test('the present version writes the very bytes of its golden snapshot', () => {
  const text = JSON.stringify(written['3'])
  const actor = fromSnapshot('counter/a', counter, 0, snapshotOf(3, text))
  expect(toSnapshot(actor, 0, 1)).toEqual({ ...snapshotOf(3, text), due: 1000 })
})

test('a snapshot of a version to come is refused', () => {
  const actor = fromSnapshot('counter/a', counter, 0, snapshotOf(4, JSON.stringify(written['3'])))
  expect(actor.refusal).toMatchObject({ code: 'VERSION_AHEAD' })
})

test('a missing step of upcasting refuses the actor, and so does a step that throws', () => {
  const { definition } = counter
  const state = JSON.stringify(written['1'])
  const same = (old: never) => old
  const broken = () => {
    throw new Error('broken')
  }
  const steps: NonNullable<ActorKind['upcast']>[] = [{ 2: same }, { 1: broken, 2: same }]
  for (const upcast of steps) {
    const actor = fromSnapshot('counter/a', kindTable({ ...definition, upcast }), 0, snapshotOf(1, state))
    expect(actor.refusal).toMatchObject({ code: 'DATA_CORRUPT' })
  }
})
