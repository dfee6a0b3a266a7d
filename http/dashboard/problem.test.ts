import { expect, test } from 'bun:test'
import { Fault, type FaultCode } from '../../actors/runtime/index.ts'
import { pageOfFault } from './problem.ts'

const asked = (path: string, accept: string) =>
  new Request(`http://localhost${path}`, { headers: { accept, 'accept-language': 'en' } })
const person = asked('/dashboard/logout', 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8')

test.each<[FaultCode, string]>([
  ['NOT_FOUND', 'There is no such page'],
  ['FORBIDDEN', 'This is not allowed'],
  ['VALIDATION', 'This request makes no sense'],
  ['RATE_LIMITED', 'The server cannot answer now'],
  ['STORE_UNAVAILABLE', 'The server cannot answer now'],
  ['INTERNAL', 'The server made a mistake'],
])('a person who meets %s reads: %s', (code, words) => {
  expect(pageOfFault(person, new Fault(code, 'for programs'), 'r-1')).toContain(words)
})

test('only a mistake of ours names the request, and no page repeats what is meant for programs', () => {
  const mistake = pageOfFault(person, new Fault('INTERNAL', 'for programs'), 'r-1')!
  expect(mistake).toContain('Request r-1')
  expect(mistake).not.toContain('for programs')
  expect(pageOfFault(person, new Fault('FORBIDDEN', 'no'), 'r-1')).not.toContain('r-1')
})

test('a program gets no page: not on the API, and not on a page that it does not ask for as one', () => {
  const fault = new Fault('NOT_FOUND', 'no')
  expect(pageOfFault(asked('/api/v1/exhausters', 'text/html'), fault, '')).toBeUndefined()
  expect(pageOfFault(asked('/dashboard', 'application/json'), fault, '')).toBeUndefined()
  expect(pageOfFault(new Request('http://localhost/dashboard'), fault, '')).toBeUndefined()
})
