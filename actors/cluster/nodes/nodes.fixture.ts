import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault, partitionOf, type Rows } from '../../runtime/index.ts'
import { openSqliteStore } from '../../store/sqlite/store.ts'
import type { Change } from '../port.ts'
import { joinNodes } from './nodes.ts'
import type { OwnActors } from './port.ts'

export const PARTITIONS = 8
export const SECRET = 'the same on every node, and long'

/** Nodes of one store, each on a port of the loopback. Their actors stand in memory: what they answer says which node did. */
export function makeWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-nodes-'))
  const undo: (() => unknown)[] = [() => rmSync(dir, { recursive: true })]
  const file = join(dir, 'store.sqlite')

  async function addNode({ secret = SECRET, workers = 1 } = {}) {
    const store = openSqliteStore(file)
    undo.push(() => store.close())
    const owned = new Set<number>()
    const suspended = new Set<number>()
    const restoring = new Set<number>()
    const positions = new Map<number, number>()
    const listeners = new Set<(changes: readonly Change[]) => void>()
    const asked: string[] = []
    const reports: string[] = []
    const failures: string[] = []
    let hung = false
    let stopping = false
    const unleased = new Set<number>()

    const own = async (partition: number) => {
      asked.push(String(partition))
      if (!owned.has(partition) && !suspended.has(partition)) throw new Fault('NOT_OWNER', 'elsewhere')
      if (stopping) throw new Fault('SHUTTING_DOWN', 'stopping')
      if (restoring.has(partition)) throw new Fault('RESTORING', 'soon', { retryAfterS: 1 })
    }
    const ownAddress = (address: string) => own(partitionOf(address, PARTITIONS))
    const rowsOf = (address: string): Rows => ({
      names: ['v:port'],
      times: new Float64Array([address.length]),
      offsets: new Float64Array([1]),
      columns: [new Float64Array([Number(new URL(url).port)])],
    })
    const local: OwnActors = {
      append: () => Promise.reject(new Fault('LOG_UNAVAILABLE', 'no log')),
      store,
      partitions: PARTITIONS,
      owned: () => [...owned],
      suspended: () => [...suspended],
      async ask(address, question, query, options = {}) {
        await ownAddress(address)
        if (question === 'nothing') throw new Fault('NOT_FOUND', 'no such question')
        if (options.minOffsets) await local.reach(options.minOffsets)
        const partition = partitionOf(address, PARTITIONS)
        const body = JSON.stringify({ url, query, min: [...(options.minOffsets ?? [])], stale: options.stale })
        const state = unleased.has(partition) ? 'restoring' : 'live'
        return { body, offset: (positions.get(partition) ?? 2) - 1, at: 2, state }
      },
      version: () => 0,
      isLeased: (partition) => !unleased.has(partition),
      async tail(address, containing) {
        await ownAddress(address)
        if (containing === 'none') return undefined
        return { address, first: 0, last: 1, from: 0, to: 1, rows: 1, data: Buffer.from(url), digest: containing ?? '' }
      },
      async tails(addresses) {
        for (const address of addresses) await ownAddress(address)
        return new Map(addresses.map((address) => [address, rowsOf(address)]))
      },
      async reach(offsets) {
        for (const [partition, offset] of offsets) {
          await own(partition)
          if ((positions.get(partition) ?? 0) <= offset) throw new Fault('OFFSET_NOT_REACHED', `${partition} in ${url}`)
        }
      },
      onChange(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      readiness: () => ({
        ready: restoring.size === 0,
        restoring: restoring.size,
        partitions: PARTITIONS,
        replayed: 0,
        toReplay: 0,
      }),
      inspect: async () => ({ nodes: [{ node: 'local', workers: [{ worker: 0, partitions: [...owned] }] }] }),
    }

    const server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: (request) =>
        (hung ? new Promise<Response>(() => {}) : nodes.handle(request)) ?? new Response('', { status: 404 }),
    })
    const url = `http://127.0.0.1:${server.port}`
    const nodes = await joinNodes({
      local,
      url,
      secret,
      workers,
      version: '1.0.0',
      report: (level, sentence) => reports.push(`${level}: ${sentence}`),
      onFailed: (sentence) => failures.push(sentence),
      carry: () => ({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }),
    })
    let gone = false
    /** As a process that is killed: it answers no more, and says nothing of it. */
    const kill = () => {
      gone = true
      return server.stop(true)
    }
    undo.push(async () => {
      if (!gone) await nodes.stop()
      await server.stop(true)
    })
    return {
      url,
      cluster: nodes.cluster,
      nodes,
      store,
      owned,
      suspended,
      restoring,
      positions,
      asked,
      reports,
      failures,
      kill,
      /** Claims partitions, as Workers do, and says so. */
      async take(...partitions: number[]) {
        for (const partition of partitions) {
          await store.claim(partition, `${url}#0`)
          owned.add(partition)
        }
        nodes.ownersChanged()
      },
      lose(...partitions: number[]) {
        for (const partition of partitions) owned.delete(partition)
      },
      /** Where the group has not been heard of for long: its actors still answer, and nobody knows for how long they may. */
      unleased,
      /** Its actors answer no more, and it still has them. */
      beginStop: () => (stopping = true),
      /** Accepts connections and answers nothing. */
      hang: () => (hung = true),
      tell(changes: readonly Change[]) {
        for (const listener of listeners) listener(changes)
      },
    }
  }

  return {
    addNode,
    async end() {
      for (const step of undo.splice(0).reverse()) await step()
    },
  }
}

export type Node = Awaited<ReturnType<ReturnType<typeof makeWorld>['addNode']>>

/** An address in this partition. */
export function addressIn(partition: number, n = 0): string {
  for (let i = 0; ; i++) {
    const address = `device/${i}`
    if (partitionOf(address, PARTITIONS) === partition && n-- === 0) return address
  }
}
