import { expect, test } from 'bun:test'
import { assetUrl, build, findAsset } from './assets.ts'

const read = (file: string) => new TextDecoder().decode(findAsset(assetUrl(file).split('/').at(-1)!)!.body)

test('what the styles refer to is served, under the name that they say', () => {
  const urls = [...read('windbox.css').matchAll(/url\("([^"]+)/g)].map(([, url]) => url!)
  expect(urls).toHaveLength(2)
  for (const url of urls) expect(findAsset(url.split('/').at(-1)!)?.type).toBe('font/woff2')
})

test('raised digits and their minus come from one font', () => {
  const ranges = [...read('windbox.css').matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/g)].map(
    ([, first = '', last = first]) => [parseInt(first, 16), parseInt(last, 16)] as const,
  )
  const inOurs = (sign: string) =>
    ranges.some(([first, last]) => first <= sign.codePointAt(0)! && sign.codePointAt(0)! <= last)
  expect([...'1µ−Я'].map(inOurs)).toEqual([true, true, true, true])
  expect([...'⁻⁰¹²³⁴⁵⁶⁷⁸⁹'].filter(inOurs)).toEqual([])
})

test('styles and scripts fetch nothing from elsewhere', () => {
  expect(read('windbox.css')).not.toMatch(/@import|https?:/)
  expect(read('windbox.js')).not.toMatch(/https?:|\beval\b|new Function/)
})

test('htmx and its stream extension are one file, the extension behind it', () => {
  const script = read('htmx.js')
  expect(script.indexOf('registerExtension("sse"')).toBeGreaterThan(script.indexOf('var htmx='))
})

test('a name says the content, and the build all of them', () => {
  expect(assetUrl('windbox.js')).toMatch(/^\/dashboard\/assets\/windbox\.[0-9a-f]{12}\.js$/)
  expect(build).toMatch(/^[0-9a-f]{12}$/)
  expect(findAsset('windbox.js')).toBeUndefined()
  expect(() => assetUrl('other.js')).toThrow('no asset')
})
