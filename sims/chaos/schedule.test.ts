import { expect, test } from 'bun:test'
import { scheduleOf, VERBS, type Ground } from './schedule.ts'

const THREE: Ground = { servers: true, brokers: 3, disks: false }
const ALONE: Ground = { servers: false, brokers: 0, disks: true }
const verbsOf = (faults: number, seed: number, ground: Ground) =>
  scheduleOf(faults, seed, ground).flatMap((step) => step.map(({ verb }) => verb))

test('the same seed gives the same faults, another one others', () => {
  expect(scheduleOf(50, 7, THREE)).toEqual(scheduleOf(50, 7, THREE))
  expect(scheduleOf(50, 7, THREE)).not.toEqual(scheduleOf(50, 8, THREE))
})

test('there are as many faults as were asked for', () => {
  for (const faults of [1, 2, 20, 301]) expect(verbsOf(faults, 3, THREE)).toHaveLength(faults)
})

test('a short run has every verb', () => {
  for (let seed = 0; seed < 50; seed++)
    expect(new Set(verbsOf(20, seed, { ...THREE, disks: true }))).toEqual(new Set(VERBS))
})

test('what is not there is not hurt', () => {
  expect(verbsOf(300, 1, ALONE).filter((verb) => /broker|leader|mongod/.test(verb))).toEqual([])
  expect(verbsOf(300, 1, { ...THREE, brokers: 1 })).not.toContain('kill leader')
  expect(verbsOf(300, 1, THREE)).not.toContain('fill node disk')
})

test('two faults at once never hurt the same kind of thing', () => {
  const kind = (verb: string) => (/mongod/.test(verb) ? 'mongod' : /broker|leader/.test(verb) ? 'brokers' : 'nodes')
  const pairs = scheduleOf(400, 1, THREE).filter((step) => step.length > 1)
  expect(pairs.length).toBeGreaterThan(30)
  for (const [a, b] of pairs) expect(kind(a!.verb)).not.toBe(kind(b!.verb))
})
