import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FAULTS } from '../../actors/runtime/index.ts'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { ACCESS_KEY, type Access } from '../edge/access.ts'
import { emptyCluster, serve, type Served } from '../test-kit.ts'
import type { DocumentedRoute } from './document.ts'

interface Operation {
  readonly tags: readonly string[]
  readonly security: readonly object[]
  readonly responses: Readonly<Record<string, { content?: Record<string, { schema?: object; examples?: object }> }>>
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema?: object }>> }
}

const dir = mkdtempSync(join(tmpdir(), 'windbox-contract-'))
const store = openSqliteStore(join(dir, 'store.sqlite'))
let served: Served
let document: { paths: Record<string, Record<string, Operation>> }

beforeAll(async () => {
  served = await serve(emptyCluster(store))
  document = (await served.call('GET', '/swagger/json')).json as typeof document
})
afterAll(async () => {
  served.stop()
  await store.close()
  rmSync(dir, { recursive: true, force: true })
})

/** In the words of the list. */
const WHO: Record<Exclude<Access, 'page'>, string> = {
  public: 'anybody',
  ingest: 'device key or viewer',
  viewer: 'viewer',
  operator: 'operator',
  engineer: 'engineer',
  admin: 'admin',
}

/** `GET /path/{id}` → who, from the list in the project's documents. */
function listed(): Map<string, string> {
  const text = readFileSync(join(import.meta.dir, '../../docs/endpoints.md'), 'utf8')
  return new Map([...text.matchAll(/^\| `([A-Z]+ \/\S*)` +\| (.+?) +\|/gm)].map(([, name, who]) => [name!, who!]))
}

/** A slash at the end makes no difference. */
const plain = (name: string) => name.replace(/(.)\/$/, '$1').replace(/:(\w+)/g, '{$1}')

/** The same from the routes themselves, pages and what is hidden left out. */
function routed(): Map<string, string> {
  const routes = served.app.routes as unknown as readonly DocumentedRoute[]
  return new Map(
    routes
      .filter(({ path, hooks }) => !hooks.detail?.hide && !path.startsWith('/dashboard'))
      .map(({ method, path, hooks }) => {
        const access = hooks.detail?.[ACCESS_KEY] as Exclude<Access, 'page'>
        return [plain(`${method} ${path}`), WHO[access]]
      }),
  )
}

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  )

test('the list of endpoints, the routes and the API document say the same', () => {
  const [list, routes] = [listed(), routed()]
  const documented = new Set(operations().map(({ name }) => plain(name)))
  const lacks: string[] = []
  for (const [name, who] of routes) {
    if (!list.has(name)) lacks.push(`docs/endpoints.md lacks the route: | \`${name}\` | ${who} | … |`)
    else if (list.get(name) !== who) lacks.push(`docs/endpoints.md: ${name} is for ${who}, not for ${list.get(name)}`)
    if (!documented.has(name)) lacks.push(`the API document lacks the route ${name}`)
  }
  for (const name of list.keys())
    if (!routes.has(name)) lacks.push(`no route does what docs/endpoints.md lists: ${name}`)
  for (const name of documented) if (!routes.has(name)) lacks.push(`the API document shows what is no route: ${name}`)
  expect(lacks).toEqual([])
})

test('the API document is valid', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  expect([valid, errors]).toEqual([true, undefined])
})

test('each operation says what it takes and what it answers, with an example of each error', () => {
  const lacks: string[] = []
  for (const { name, operation } of operations()) {
    for (const [type, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
      if (schema === undefined) lacks.push(`${name} has no schema of its ${type}`)
    }
    const statuses = Object.entries(operation.responses)
    const good = statuses.filter(([status]) => /^[23]/.test(status))
    if (good.length === 0) lacks.push(`${name} has no answer to a request that is right`)
    for (const [status, { content = {} }] of good) {
      const empty = ['204', '307', '302', '303'].includes(status)
      if (!empty && Object.keys(content).length === 0) lacks.push(`${name} ${status} has no schema`)
      for (const [type, { schema }] of Object.entries(content)) {
        if (schema === undefined) lacks.push(`${name} ${status} has no schema of its ${type}`)
      }
    }
    if (!operation.responses['500']) lacks.push(`${name} does not say what a fault of the server looks like`)
    for (const [status, { content = {} }] of statuses) {
      const problem = content['application/problem+json']
      if (problem && Object.keys(problem.examples ?? {}).length === 0) lacks.push(`${name} ${status} has no example`)
    }
  }
  expect(lacks).toEqual([])
})

test('the examples of errors are of the registry, under their status', () => {
  for (const { name, operation } of operations()) {
    for (const [status, { content = {} }] of Object.entries(operation.responses)) {
      for (const code of Object.keys(content['application/problem+json']?.examples ?? {})) {
        expect([name, code, FAULTS[code as keyof typeof FAULTS]?.status]).toEqual([name, code, Number(status) as never])
      }
    }
  }
})
