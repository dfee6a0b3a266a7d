import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Fault } from '../../runtime/index.ts'
import { FRAME_VERSION } from './frame.ts'
import { addressIn, makeWorld, type Node, PARTITIONS, SECRET } from './nodes.fixture.ts'
import { sign } from './signature.ts'
import { until } from './waiting.fixture.ts'

let world: ReturnType<typeof makeWorld>
beforeEach(() => (world = makeWorld()))
afterEach(() => world.end())

const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition)
const isEven = (partition: number) => partition % 2 === 0

/** Two nodes, the even partitions in the first and the odd in the second, which know that. */
async function pair() {
  const [a, b] = [await world.addNode(), await world.addNode()]
  await Promise.all([a.take(...ALL.filter(isEven)), b.take(...ALL.filter((partition) => !isEven(partition)))])
  await until('both are ready', () => [a, b].every(({ cluster }) => cluster.readiness().ready))
  return { a, b }
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'answered',
    (fault: Fault) => fault.code,
  )

const whoAnswers = async (node: Node, partition: number) =>
  (JSON.parse((await node.cluster.ask(addressIn(partition), 'document')).body) as { url: string }).url

test('a question goes to the node that owns the partition, from wherever it is asked', async () => {
  const { a, b } = await pair()
  for (const node of [a, b]) {
    for (const partition of ALL) expect(await whoAnswers(node, partition)).toBe(isEven(partition) ? a.url : b.url)
  }
  expect(a.asked.length).toBe(b.asked.length)
})

test('the answer is the same as from the own node, with all that was asked', async () => {
  const { a } = await pair()
  const options = { minOffsets: new Map([[1, -1]]), stale: true }
  const answer = await a.cluster.ask(addressIn(1), 'past', { from: 'тут' }, options)
  expect(answer).toMatchObject({ offset: 1, at: 2, state: 'live' })
  expect(JSON.parse(answer.body)).toMatchObject({ query: { from: 'тут' }, min: [[1, -1]], stale: true })
})

test('a fault of an actor elsewhere is the same fault here', async () => {
  const { a } = await pair()
  expect(await codeOf(a.cluster.ask(addressIn(1), 'nothing'))).toBe('NOT_FOUND')
  expect(await codeOf(a.cluster.ask('device/#99', 'document'))).toBe('NOT_FOUND')
  const minOffsets = new Map([[1, 7]])
  expect(await codeOf(a.cluster.ask(addressIn(1), 'document', {}, { minOffsets }))).toBe('OFFSET_NOT_REACHED')
  expect(await codeOf(a.cluster.reach(new Map([[PARTITIONS, 1]])))).toBe('VALIDATION')
})

test('a position is waited for where the partition is, and one of the answering partition by the one who answers', async () => {
  const { a, b } = await pair()
  a.positions.set(0, 5)
  b.positions.set(1, 5)
  await a.cluster.reach(
    new Map([
      [0, 4],
      [1, 4],
    ]),
  )
  expect(
    await codeOf(
      a.cluster.reach(
        new Map([
          [0, 4],
          [1, 5],
        ]),
      ),
    ),
  ).toBe('OFFSET_NOT_REACHED')
  expect(
    await codeOf(
      b.cluster.reach(
        new Map([
          [0, 5],
          [1, 4],
        ]),
      ),
    ),
  ).toBe('OFFSET_NOT_REACHED')
  const minOffsets = new Map([
    [0, 4],
    [1, 4],
  ])
  const { body } = await a.cluster.ask(addressIn(1), 'document', {}, { minOffsets })
  expect(JSON.parse(body)).toMatchObject({ url: b.url, min: [[1, 4]] })
})

test('tails come from their owners, many with one question a node', async () => {
  const { a, b } = await pair()
  expect(Buffer.from((await a.cluster.tail(addressIn(1), 'x'))!.data).toString()).toBe(b.url)
  expect(await a.cluster.tail(addressIn(1), 'none')).toBeUndefined()
  const addresses = ALL.flatMap((partition) => [0, 1, 2].map((n) => addressIn(partition, n)))
  const tails = await a.cluster.tails(addresses)
  expect([...tails.keys()].toSorted()).toEqual(addresses.toSorted())
  for (const partition of ALL) {
    const { port } = new URL(isEven(partition) ? a.url : b.url)
    expect(tails.get(addressIn(partition))!.columns[0]![0]).toBe(Number(port))
  }
})

test('a partition that moved is asked for at its new owner, also while it moves', async () => {
  const { a, b } = await pair()
  expect(await whoAnswers(a, 1)).toBe(b.url)
  b.lose(1)
  const third = await world.addNode()
  const asked = [whoAnswers(a, 1), whoAnswers(b, 1)]
  await third.take(1)
  expect(await Promise.all(asked)).toEqual([third.url, third.url])
})

test('what a node has that is stopping is waited for until another has it', async () => {
  const { a, b } = await pair()
  b.beginStop()
  const asked = [whoAnswers(a, 1), whoAnswers(b, 1)]
  await until('the one that stops was asked by both', () => b.asked.length > 1)
  b.lose(1)
  await a.take(1)
  expect(await Promise.all(asked)).toEqual([a.url, a.url])
})

test('nodes hear who owns what without being asked', async () => {
  const { a, b } = await pair()
  const third = await world.addNode()
  b.lose(1)
  await third.take(1)
  await until('the first knows it', () => a.cluster.readiness().ready)
  expect(await whoAnswers(a, 1)).toBe(third.url)
})

test('a node that cannot be sure of what it has answers while nobody has claimed it, and says that it is not the present', async () => {
  const { a, b } = await pair()
  for (const partition of ALL) b.unleased.add(partition)
  expect(await whoAnswers(b, 1)).toBe(b.url)
  expect(await a.cluster.ask(addressIn(1), 'document')).toMatchObject({ state: 'restoring' })
  b.lose(1)
  b.suspended.add(1)
  expect(await whoAnswers(a, 1)).toBe(b.url)
})

test('a node that stood still answers nobody for what was claimed meanwhile, although it has heard of nothing', async () => {
  const { a, b } = await pair()
  for (const partition of ALL) b.unleased.add(partition)
  a.owned.add(1)
  await a.store.claim(1, `${a.url}#0`)
  const before = b.asked.length
  const path = '/.node/ask'
  const body = JSON.stringify({ address: addressIn(1), question: 'document', query: {}, stale: true, min: [] })
  expect((await post(b, path, body, signed(path, body))).status).toBe(421)
  expect(await whoAnswers(b, 1)).toBe(a.url)
  const tails = await b.cluster.tails([addressIn(1), addressIn(3)])
  expect(tails.get(addressIn(1))!.columns[0]![0]).toBe(Number(new URL(a.url).port))
  expect(b.asked.slice(before)).toEqual(['3'])
})

test('a node that neither the group nor the store tells anything answers nobody', async () => {
  const { b } = await pair()
  for (const partition of ALL) b.unleased.add(partition)
  b.store.owners = () => Promise.reject(new Error('away'))
  expect(await codeOf(whoAnswers(b, 1))).toBe('RESTORING')
})

test('a partition without an owner is being restored, and says when to ask again', async () => {
  const { a, b } = await pair()
  b.lose(1)
  const fault = (await a.cluster.ask(addressIn(1), 'document').catch((error) => error)) as Fault
  expect(fault).toMatchObject({ code: 'RESTORING', retryAfterS: 1, status: 503 })
  expect(await codeOf(a.cluster.tails([addressIn(0), addressIn(1)]))).toBe('RESTORING')
})

test('a node that was killed costs what it owned, until another has it; the rest is answered', async () => {
  const { a, b } = await pair()
  await b.kill()
  expect(await whoAnswers(a, 0)).toBe(a.url)
  expect(await codeOf(whoAnswers(a, 1))).toBe('RESTORING')
  const waiting = whoAnswers(a, 3)
  await a.take(1, 3)
  expect(await waiting).toBe(a.url)
  expect(await whoAnswers(a, 1)).toBe(a.url)
})

test('a node that hangs holds nobody up for longer than a question may take, and only as many as may wait for one', async () => {
  const { a, b } = await pair()
  b.hang()
  const codes = await Promise.all(Array.from({ length: 200 }, () => codeOf(whoAnswers(a, 1))))
  expect(codes.filter((code) => code === 'ASK_TIMEOUT')).toHaveLength(128)
  expect(codes.filter((code) => code === 'OVERLOADED')).toHaveLength(72)
  expect(await whoAnswers(a, 0)).toBe(a.url)
})

test('changes and messages come to the other nodes', async () => {
  const { a, b } = await pair()
  const heard: string[] = []
  a.cluster.onChange((changes) => heard.push(JSON.stringify(changes)))
  a.cluster.bus.subscribe('keys', (body) => heard.push(body))
  b.cluster.bus.publish('keys', 'revoked')
  b.tell([{ address: 'device/1', offset: 5 }])
  a.tell([{ address: 'device/2', offset: 6 }])
  await until(
    'all is heard',
    () => heard.length === 3,
    () => heard,
  )
  expect(heard).toContain('[{"address":"device/1","offset":5}]')
  expect(heard).toContain('[{"address":"device/2","offset":6}]')
  expect(heard).toContain('revoked')
})

test('who is killed may have said something at its end, who leaves has not', async () => {
  const { a, b } = await pair()
  const third = await world.addNode()
  await until('all hear the third', () => third.cluster.readiness().ready)
  let gaps = 0
  a.cluster.bus.onGap(() => gaps++)
  await third.nodes.stop()
  await third.kill()
  await until(
    'it is off the list',
    async () => ((await a.cluster.inspect()) as { nodes: unknown[] }).nodes.length === 2,
  )
  expect(gaps).toBe(0)
  await b.kill()
  await until('the silence is told', () => gaps === 1)
}, 30_000)

test('a node is ready when it knows a living owner of each partition, and says what is being restored', async () => {
  const a = await world.addNode()
  expect(a.cluster.readiness()).toMatchObject({ ready: false, restoring: PARTITIONS, partitions: PARTITIONS })
  await a.take(...ALL)
  await until('it is ready', () => a.cluster.readiness().ready)
  const serving = await world.addNode({ workers: 0 })
  await until('a node without workers is ready as well', () => serving.cluster.readiness().ready)
  expect(serving.cluster.owned()).toEqual([])
  a.restoring.add(1)
  expect(a.cluster.readiness()).toMatchObject({ ready: false, restoring: 1 })
})

test('an inspection shows all nodes, each as it sees itself, and names the silent one', async () => {
  const { a, b } = await pair()
  const { nodes } = (await a.cluster.inspect()) as { nodes: Record<string, unknown>[] }
  expect(nodes).toEqual([
    expect.objectContaining({ node: a.url, workers: [{ worker: 0, partitions: [0, 2, 4, 6] }] }),
    expect.objectContaining({
      node: b.url,
      version: '1.0.0',
      silent: false,
      workers: [{ worker: 0, partitions: [1, 3, 5, 7] }],
    }),
  ])
  await b.kill()
  const after = (await a.cluster.inspect()) as { nodes: Record<string, unknown>[] }
  expect(after.nodes[1]).toMatchObject({ node: b.url, silent: true, workers: [] })
})

/** A question with these headers, put by hand. */
const post = (node: Node, path: string, body: string, headers: Record<string, string>) =>
  fetch(node.url + path, { method: 'POST', body, headers: { 'x-windbox-version': String(FRAME_VERSION), ...headers } })

const signed = (path: string, body: string, secret = SECRET) =>
  sign(secret, { method: 'POST', path }, Buffer.from(body), Date.now())

test('to one who does not know the secret a node says nothing, whatever it is asked', async () => {
  const a = await world.addNode()
  const answers = new Set<string>()
  for (const path of ['/.node/ask', '/.node/stream', '/.node/none']) {
    const body = '{"addresses":[]}'
    for (const headers of [
      {},
      signed(path, body, 'x'.repeat(32)),
      { 'x-windbox-time': 'x', 'x-windbox-signature': '' },
    ]) {
      const response = await post(a, path, body, headers)
      expect([response.status, response.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
      answers.add(await response.text())
    }
  }
  expect(answers.size).toBe(1)
  expect(a.asked).toEqual([])
})

test('a node with another secret is not answered; the operator hears of it, and who asks that the owner cannot be reached', async () => {
  const { a } = await pair()
  const strange = await world.addNode({ secret: 'y'.repeat(32) })
  expect(await codeOf(strange.cluster.ask(addressIn(0), 'document'))).toBe('RESTORING')
  expect(strange.reports.filter((report) => report.includes('does not trust this node'))).toContain(
    `error: ${a.url} does not trust this node: another WINDBOX_NODE_SECRET, or clocks that are minutes apart`,
  )
})

test('a question in another version, for an unknown path, too large or unreadable is refused with its reason', async () => {
  const a = await world.addNode()
  const statusOf = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const response = await post(a, path, body, { ...signed(path, body), ...headers })
    return [response.status, ((await response.json()) as { code: string }).code]
  }
  expect(await statusOf('/.node/tails', '{"addresses":[]}', { 'x-windbox-version': '99' })).toEqual([
    503,
    'VERSION_AHEAD',
  ])
  expect(await statusOf('/.node/none', '{}')).toEqual([404, 'NOT_FOUND'])
  expect(await statusOf('/.node/tails', ' '.repeat(1024 * 1024 + 1))).toEqual([413, 'TOO_LARGE'])
  expect(await statusOf('/.node/tails', 'nonsense')).toEqual([500, 'INTERNAL'])
  expect(a.reports).toEqual([expect.stringContaining('error: /.node/tails could not be answered')])
  expect(a.nodes.handle(new Request('http://a/api/v1/data'))).toBeUndefined()
  expect(a.nodes.handle(new Request('http://a/.nodes'))).toBeUndefined()
})

test('who does not own a partition says that and nothing else', async () => {
  const { a } = await pair()
  const path = '/.node/ask'
  const body = JSON.stringify({ address: addressIn(1), question: 'document', query: {}, stale: false, min: [] })
  const response = await post(a, path, body, signed(path, body))
  expect(response.status).toBe(421)
  expect(await response.json()).toEqual({
    title: 'Another node owns this actor',
    status: 421,
    code: 'NOT_OWNER',
    detail: 'another node has it',
  })
})
