import { expect, test } from 'bun:test'
import { accepted, wishOf } from './looks.ts'

const wish = (path: string, headers: Record<string, string> = {}) =>
  wishOf(new Request(`http://localhost${path}`, { headers }))

test.each([
  [null, 'en'],
  ['', 'en'],
  ['ru', 'ru'],
  ['ru-RU,ru;q=0.9,en-US;q=0.8', 'ru'],
  ['en-US,en;q=0.9,ru;q=0.8', 'en'],
  ['de, ru;q=0.5, *;q=0.1', 'ru'],
  ['de,fr;q=0.9', 'en'],
  ['ru;q=0, en;q=0.1', 'en'],
  ['*', 'en'],
  ['ru;q=nonsense', 'ru'],
] as const)('Accept-Language %p means %s', (header, language) => {
  expect(accepted(header)).toBe(language)
})

test('the query goes before the cookie, the cookie before the header', () => {
  const headers = { cookie: 'windbox_lang=en; windbox_theme=dark', 'accept-language': 'ru' }
  expect(wish('/dashboard', headers).looks).toEqual({ language: 'en', theme: 'dark' })
  expect(wish('/dashboard?lang=ru&theme=light', headers).looks).toEqual({ language: 'ru', theme: 'light' })
  expect(wish('/dashboard', { 'accept-language': 'ru' }).looks).toEqual({ language: 'ru', theme: null })
})

test('a choice is kept for a year and leaves the address, the rest of which stays', () => {
  const { cookies, here } = wish('/dashboard/login?next=%2Fdashboard%2Fexhausters%2Fu-171&lang=ru')
  expect(cookies).toEqual(['windbox_lang=ru; Path=/dashboard; Max-Age=31536000; SameSite=Lax'])
  expect(here).toBe('/dashboard/login?next=%2Fdashboard%2Fexhausters%2Fu-171')
})

test('what is no language and no theme is not kept', () => {
  const { cookies, looks } = wish('/dashboard?lang=xx%0d%0aset-cookie:a&theme=blue', { cookie: 'windbox_theme=blue' })
  expect(cookies).toEqual([])
  expect(looks).toEqual({ language: 'en', theme: null })
})
