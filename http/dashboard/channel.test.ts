import { expect, test } from 'bun:test'
import { html } from '../../views/html.ts'
import { Channel, event } from './channel.ts'

/** The ids that a message replaces. */
const ids = (text: string) => [...text.matchAll(/hx-target="#([^"]+)"/g)].map(([, id]) => id)

const fail = (error: unknown) => {
  throw error
}

function board(first: Record<string, string>) {
  let words = first
  let rendered = 0
  const channel = new Channel(async () => {
    rendered++
    return new Map(Object.entries(words).map(([id, text]) => [id, html`<p id="${id}">${text}</p>`]))
  }, fail)
  return { channel, write: (next: Record<string, string>) => void (words = next), count: () => rendered }
}

test('every line of an event is data, so that markup may have lines', () => {
  expect(event('<p>\n</p>')).toBe('data: <p>\ndata: </p>\n\n')
  expect(event('{}', 'beat')).toBe('event: beat\ndata: {}\n\n')
})

test('whoever joins gets all of the present, and then only what has changed', async () => {
  const { channel, write } = board({ a: 'one', b: 'two' })
  const heard: string[] = []
  await channel.join((text) => heard.push(text))
  write({ a: 'one', b: 'three' })
  await channel.refresh()
  await channel.refresh()
  expect(heard.map(ids)).toEqual([['a', 'b'], ['b']])
  expect(heard[1]).toContain('<p id="b">three</p>')
})

test('all viewers get the same text, rendered once', async () => {
  const { channel, write, count } = board({ a: 'one' })
  const heard: string[][] = [[], [], []]
  for (const texts of heard) await channel.join((text) => texts.push(text))
  const before = count()
  write({ a: 'two' })
  await Promise.all([channel.refresh(), channel.refresh(), channel.refresh()])
  expect(count()).toBe(before + 1)
  expect(new Set(heard.map((texts) => texts.at(-1)))).toHaveProperty('size', 1)
})

test('a hundred touches are one update', async () => {
  const { channel, write, count } = board({ a: 'one' })
  let heard = () => {}
  const update = new Promise<void>((resolve) => (heard = resolve))
  await channel.join((text) => text.includes('two') && heard())
  const before = count()
  write({ a: 'two' })
  for (let i = 0; i < 100; i++) channel.touch()
  await update
  expect(count()).toBe(before + 1)
})

test('a touch during an update is not lost in it', async () => {
  const shown: string[] = []
  let words = 'one'
  let release = () => {}
  let rendering = () => {}
  const channel = new Channel(async () => {
    const read = words
    if (read === 'two') {
      rendering()
      await new Promise<void>((resolve) => (release = resolve))
    }
    return new Map([['a', html`<p id="a">${read}</p>`]])
  }, fail)
  const last = new Promise<void>((resolve) => {
    void channel.join((text) => {
      shown.push(/<p id="a">(\w+)/.exec(text)![1]!)
      if (text.includes('three')) resolve()
    })
  })
  await channel.refresh()
  words = 'two'
  const started = new Promise<void>((resolve) => (rendering = resolve))
  const slow = channel.refresh()
  await started
  words = 'three'
  channel.touch()
  // Timers fire in the order in which they are due: this one after that of the touch.
  setTimeout(release, 60)
  await Promise.all([slow, last])
  expect(shown).toEqual(['one', 'two', 'three'])
})

test('nobody looks: nothing is rendered', async () => {
  const { channel, count } = board({ a: 'one' })
  const send = () => {}
  await channel.join(send)
  channel.touch()
  channel.leave(send)
  channel.touch()
  const before = count()
  await Bun.sleep(0)
  expect([channel.viewers, count()]).toEqual([0, before])
})
