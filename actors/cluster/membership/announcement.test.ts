import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Announcement, decodeAnnouncement, encodeAnnouncement } from './announcement.ts'

const announcement: Announcement = {
  node: 'n',
  url: 'http://a:3000',
  worker: 1,
  log: 'l',
  owned: new Map([[7, 3]]),
  place: 'h/1',
  leaving: false,
}

describe('an announcement', () => {
  test('is read as it was said', () => {
    const any = fc.record({
      node: fc.string(),
      url: fc.option(fc.string()),
      worker: fc.nat(),
      log: fc.string(),
      place: fc.string(),
      leaving: fc.boolean(),
      owned: fc.array(fc.tuple(fc.nat(), fc.nat())).map((pairs) => new Map(pairs)),
    })
    fc.assert(fc.property(any, (said) => expect(decodeAnnouncement(encodeAnnouncement(said))).toEqual(said)))
  })

  test('of a later version counts for what this one understands of it', () => {
    const later = { ...JSON.parse(encodeAnnouncement(announcement)), v: 9, zone: 'b' }
    expect(decodeAnnouncement(JSON.stringify(later))).toEqual(announcement)
  })

  test('that no version wrote is none, and never an error', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => expect(decodeAnnouncement(text)).toBeUndefined()))
    for (const wrong of [{ v: 0 }, { node: 1 }, { url: 5 }, { worker: -1 }, { log: null }]) {
      const text = JSON.stringify({ ...JSON.parse(encodeAnnouncement(announcement)), ...wrong })
      expect(decodeAnnouncement(text)).toBeUndefined()
    }
  })

  test('keeps its claims that make sense', () => {
    const owned = { 7: 3, '-1': 4, x: 5, 8: '6', 9: -1, 10: 1.5 }
    const text = JSON.stringify({ ...JSON.parse(encodeAnnouncement(announcement)), owned })
    expect(decodeAnnouncement(text)?.owned).toEqual(new Map([[7, 3]]))
  })
})
