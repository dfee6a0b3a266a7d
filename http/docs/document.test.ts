import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FAULTS } from '../../actors/runtime/index.ts'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { emptyCluster, serve, type Served } from '../test-kit.ts'

type Json = Record<string, unknown>

const dir = mkdtempSync(join(tmpdir(), 'windbox-docs-'))
const store = openSqliteStore(join(dir, 'store.sqlite'))
let served: Served
let document: Json & { paths: Record<string, Record<string, Operation>>; components: Record<string, Json> }

interface Operation {
  operationId: string
  tags: string[]
  summary?: string
  description?: string
  parameters?: (Json & { name: string; in: string; required?: boolean; schema?: Json })[]
  requestBody?: { content: Record<string, { schema?: Json }> }
  responses: Record<string, Json & { description?: string; content?: Record<string, { schema?: Json }> }>
  security: Json[]
}

beforeAll(async () => {
  served = await serve(emptyCluster(store))
  document = (await served.call('GET', '/swagger/json')).json as typeof document
})
afterAll(async () => {
  served.stop()
  await store.close()
  rmSync(dir, { recursive: true, force: true })
})

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation, name: `${method} ${path}` })),
  )

test('the document is OpenAPI 3.0.3 with what it must have', () => {
  expect(document.openapi).toBe('3.0.3')
  expect(document.info).toMatchObject({ title: 'Windbox', version: '0.0.0' })
  expect(document.components.securitySchemes).toMatchObject({ bearer: { type: 'http', scheme: 'bearer' } })
})

test('every operation has one name, a tag that is declared, a summary, and answers that are described', () => {
  const tags = (document.tags as { name: string }[]).map(({ name }) => name)
  const names = operations().map(({ operation }) => operation.operationId)
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  for (const { operation, name } of operations()) {
    expect(operation.summary, name).toBeString()
    expect(tags, name).toContain(operation.tags[0]!)
    const statuses = Object.keys(operation.responses)
    expect(
      statuses.some((status) => /^[23]/.test(status)),
      name,
    ).toBe(true)
    for (const [status, answer] of Object.entries(operation.responses)) {
      expect(status).toMatch(/^[1-5]\d\d$/)
      expect(answer.description, `${name} ${status}`).toBeString()
      for (const key of Object.keys(answer)) expect(['description', 'content', 'headers']).toContain(key)
    }
  }
})

test('the parameters of a path are those of its template', () => {
  for (const { path, operation, name } of operations()) {
    const template = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter!)
    const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
    expect(parameters.map((parameter) => parameter.name).sort(), name).toEqual(template.sort())
    expect(
      parameters.every(({ required }) => required === true),
      name,
    ).toBe(true)
    const all = (operation.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`)
    expect(new Set(all).size, name).toBe(all.length)
  }
})

test('numbers in a query are numbers', () => {
  const { parameters } = document.paths['/users']!.get!
  expect(parameters!.find(({ name }) => name === 'limit')!.schema).toEqual({
    type: 'integer',
    minimum: 1,
    maximum: 1000,
    default: 50,
    description: 'Items a page',
  })
})

test('a body is in the media types that are taken', () => {
  const types = new Set(operations().flatMap(({ operation }) => Object.keys(operation.requestBody?.content ?? {})))
  expect([...types].sort()).toEqual([
    'application/cloudevents+json',
    'application/cloudevents-batch+json',
    'application/json',
    'application/x-ndjson',
    'application/x-www-form-urlencoded',
  ])
  expect(Object.keys(document.paths['/auth/jwt/login']!.post!.requestBody!.content)).toEqual([
    'application/x-www-form-urlencoded',
  ])
})

test('every code of the registry is listed', () => {
  const { code } = (document.components.schemas!.Problem as { properties: { code: { enum: string[] } } }).properties
  expect(code.enum).toEqual(Object.keys(FAULTS))
})

test('what needs a token says so, and that it may be refused', () => {
  for (const { operation, name } of operations()) {
    const isOpen = operation.security.length === 0
    if (!isOpen) expect(operation.responses['401'], name).toBeDefined()
    if (!isOpen) expect(operation.description, name).toContain('Role:')
  }
  expect(document.paths['/users']!.get!.security).toEqual([{ bearer: [] }])
  expect(document.paths['/ping']!.get!.security).toEqual([])
})

test('every route of the API is in the document, and no page', () => {
  const shown = new Set(operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`))
  for (const { method, path } of served.app.routes) {
    if (/^\/(dashboard|docs|swagger|$)/.test(path)) continue
    expect(shown).toContain(`${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
  }
  expect([...shown].filter((name) => name.includes('/dashboard'))).toEqual([])
})

test('the documentation page and its files come from here', async () => {
  const page = await served.call('GET', '/docs')
  expect(page.text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
  for (const [, path] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
    const file = await served.raw('GET', path!)
    expect([path, file.status, (await file.arrayBuffer()).byteLength > 50]).toEqual([path, 200, true])
  }
})

test('the document says that unknown fields of a body are refused, but of events and by the aliases', () => {
  const objects = (schema: Json | undefined): Json[] => {
    const { type, items, anyOf } = (schema ?? {}) as { type?: string; items?: Json; anyOf?: Json[] }
    return anyOf ? anyOf.flatMap(objects) : items ? objects(items) : type === 'object' ? [schema!] : []
  }
  const open = operations().flatMap(({ name, operation }) =>
    Object.values(operation.requestBody?.content ?? {})
      .flatMap(({ schema }) => objects(schema))
      .filter(({ additionalProperties }) => additionalProperties !== false)
      .map(() => ({ name, tag: operation.tags[0] })),
  )
  expect(open.length).toBeGreaterThan(0)
  expect(open.filter(({ tag }) => tag !== 'compat' && tag !== 'events')).toEqual([])
})
