import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Announcement } from './announcement.ts'
import { refusals } from './refusals.ts'

const member = (node: string, url: string | null, partitions: number[] = [], log = 'l'): Announcement => ({
  node,
  url,
  worker: 0,
  log,
  owned: new Map(partitions.map((partition) => [partition, 1])),
  place: '',
  leaving: false,
})

const refused = (members: Record<string, Announcement>) => refusals(new Map(Object.entries(members)))

describe('who may not be in the group', () => {
  test('nobody, where every node has an address of its own, and where there is but one node', () => {
    expect(refused({ a: member('n1', 'http://a'), b: member('n2', 'http://b'), c: member('n2', 'http://b') })).toEqual(
      new Map(),
    )
    expect(refused({ a: member('n1', null, [1]), b: member('n1', null) })).toEqual(new Map())
    expect(refusals(new Map())).toEqual(new Map())
  })

  test('a newcomer that the others could not reach', () => {
    const why = refused({ a: member('n9', 'http://a', [0, 1]), b: member('n1', null) })
    expect([...why.keys()]).toEqual(['b'])
    expect(why.get('b')).toInclude('this one has no WINDBOX_NODE_URL')
  })

  test('a newcomer that could not reach the one who serves', () => {
    const why = refused({ a: member('n9', null, [0, 1]), b: member('n1', 'http://b'), c: member('n1', 'http://b') })
    expect([...why.keys()]).toEqual(['b', 'c'])
    expect(why.get('b')).toInclude('already has no WINDBOX_NODE_URL')
  })

  test('one of two nodes that give themselves the same address', () => {
    const why = refused({ a: member('n1', 'http://a'), b: member('n2', 'http://a', [3]) })
    expect([...why.keys()]).toEqual(['a'])
    expect(why.get('a')).toInclude('the same WINDBOX_NODE_URL, http://a')
  })

  test('a second installation on the same topic', () => {
    const why = refused({ a: member('n1', 'http://a', [3], 'old'), b: member('n2', 'http://b', [], 'new') })
    expect([...why.keys()]).toEqual(['b'])
    expect(why.get('b')).toInclude('two namespaces')
  })

  test('never all, and never one of those that go without the other members of its node', () => {
    const anyone = fc.record({
      id: fc.uuid(),
      node: fc.constantFrom('n1', 'n2', 'n3'),
      url: fc.constantFrom(null, 'http://a', 'http://b'),
      log: fc.constantFrom('l', 'm'),
      owned: fc.array(fc.nat(9)).map((partitions) => new Map(partitions.map((partition) => [partition, 1]))),
    })
    fc.assert(
      fc.property(fc.uniqueArray(anyone, { selector: ({ id }) => id, minLength: 1 }), (members) => {
        const announced = new Map(
          members.map(({ id, ...rest }) => [id, { ...rest, worker: 0, place: '', leaving: false }]),
        )
        const out = refusals(announced)
        expect(out.size).toBeLessThan(announced.size)
        const nodesOut = new Set([...out.keys()].map((id) => announced.get(id)!.node))
        for (const [id, { node }] of announced) expect(out.has(id)).toBe(nodesOut.has(node))
      }),
    )
  })
})
