import { expect, test } from 'bun:test'
import { html, type Content } from './html.ts'

const text = (content: Content) => html`${content}`.toString()

test('text is escaped, in elements and in quoted attributes', () => {
  const evil = `<script>alert("1")</script>' onload='x&`
  const markup = html`<p title="${evil}">${evil}</p>`.toString()
  expect(markup).not.toContain('<script')
  expect(markup).toBe(
    `<p title="${Bun.escapeHTML(evil)}">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#x27; onload=&#x27;x&amp;</p>`,
  )
})

test('markup within markup is not escaped twice', () => {
  const items = ['a<', 'b'].map((one) => html`<li>${one}</li>`)
  expect(text(items)).toBe('<li>a&lt;</li><li>b</li>')
  expect(html`<b>${html`<i>${'&'}</i>`}</b>`.toString()).toBe('<b><i>&amp;</i></b>')
})

test('nothing leaves no trace, but 0 does', () => {
  expect(text([null, undefined, false, '', 0, 1.5])).toBe('01.5')
})

test('an object of the same shape does not pass as markup', () => {
  const forged = JSON.parse('{"markup": "<script>", "#markup": "<script>"}') as Content
  const dressed = { toString: () => '<script>' } as unknown as Content
  expect(text(forged) + text(dressed)).toBe('')
})

test('the indentation of the source is not sent, text of a value is left as it is', () => {
  expect(
    html`<p>
      <b>${'a\n   b'}</b>
    </p>`.toString(),
  ).toBe('<p>\n<b>a\n   b</b>\n</p>')
})
