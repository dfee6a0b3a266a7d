import { expect, test } from 'bun:test'
import { EXHAUSTER_IDS, QUALITIES, STATUSES, type ExhausterDocument } from '../../actors/exhauster/schema.ts'
import { assetUrl, findAsset, moduleUrls } from '../assets.ts'
import { empty, live, night, NIGHT, signal } from '../fixture.ts'
import { layout, type LivePage } from '../layout.ts'
import { LANGUAGES, type Language } from '../text/catalogue.ts'
import { TEXTS } from '../text/format.ts'
import { viewOf } from '../view.ts'
import { authPages } from './auth.ts'
import { mnemonicPage } from './mnemonic.ts'
import type { PlantModel } from './model.ts'
import { overviewPage } from './overview.ts'
import { platformPages } from './platform.fixture.ts'
import { problemPage } from './problem.ts'
import { trendPages } from './trends/page.fixture.ts'

const viewer = { name: 'a.vetrova@plant.example', role: 'operator', csrf: 'csrf-of-this-session' }
const models: [string, PlantModel][] = [
  ['a night', night()],
  ['no frame yet', empty()],
  ['nothing to be read', { ...empty(), exhausters: new Map(), machines: [] }],
  ['a replay', { ...night(), plant: { demonstration: false, clock: 'replay', moment: NIGHT - 1e11, away: [] } }],
]

const pagesOf = (language: Language, model: PlantModel): LivePage[] => {
  const view = viewOf(language, 'UTC', NIGHT)
  return [
    overviewPage(view, model),
    ...EXHAUSTER_IDS.map((id) => mnemonicPage(view, model, id)),
    ...trendPages(view, model),
    ...platformPages(view, model),
  ]
}
const whole = (language: Language, page: LivePage) =>
  layout(viewOf(language, 'UTC', NIGHT), { language, theme: null }, viewer, page, { tone: 'ok', words: 'Done' })

const everyPage = LANGUAGES.flatMap((language) =>
  models.flatMap(([name, model]) =>
    pagesOf(language, model).map((page): [string, LivePage, string] => [
      `${page.path}, ${language}, ${name}`,
      page,
      whole(language, page),
    ]),
  ),
)
const entrances = LANGUAGES.flatMap((language): [string, string][] => {
  const model = { looks: { language, theme: 'dark' as const }, here: '/dashboard/login?next=%2Fdashboard' }
  return [
    ['log-in', authPages.login({ ...model, action: '/dashboard/login', next: '/dashboard', problem: 'credentials' })],
    ['link', authPages.link({ ...model, action: '/dashboard/link/abc', token: 'abc' })],
    ['used link', authPages.link({ ...model, action: null, token: 'abc' })],
    [
      'password',
      authPages.setPassword({
        ...model,
        action: '/dashboard/password',
        csrf: 'x',
        email: 'a@b.c',
        problem: 'mismatch',
      }),
    ],
    ['not found', problemPage({ ...model, problem: 'notFound' })],
    ['wrong', problemPage({ ...model, problem: 'wrong' })],
    ['failed', problemPage({ ...model, problem: 'failed', requestId: 'r-1' })],
  ]
})

const tags = (markup: string) => markup.match(/<[a-z][^>]*>/g) ?? []
const texts = (markup: string) => markup.replace(/<[^>]*>/g, ' ')

test('no page has a style, a script or a handler in it, or fetches from elsewhere', () => {
  for (const [name, markup] of [...everyPage.map(([name, , markup]) => [name, markup] as const), ...entrances]) {
    const wrong = tags(markup).filter((tag) =>
      / style=| on[a-z]+=|^<style|javascript:|(?:src|href|action)="(?:https?:)?\/\//.test(tag),
    )
    expect([name, wrong]).toEqual([name, []])
    expect([name, markup.match(/<script[^>]*>\s*[^<\s]/)]).toEqual([name, null])
  }
})

test('every page says its language, has one main, one first heading, and no id twice', () => {
  for (const [name, , markup] of everyPage) {
    const ids = [...markup.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect([name, ids.filter((id, index) => ids.indexOf(id) !== index)]).toEqual([name, []])
    expect([name, markup.match(/<h1/g)?.length, markup.match(/<main/g)?.length]).toEqual([name, 1, 1])
    expect(markup).toContain(`<html lang="${name.split(', ')[1]}"`)
  }
})

test('no heading leaves out a level', () => {
  for (const [name, , markup] of everyPage) {
    const levels = [...markup.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level))
    expect([name, levels.filter((level, index) => level > (levels[index - 1] ?? level) + 1)]).toEqual([name, []])
  }
})

test('no page leaves a hole: no undefined, no NaN, no object', () => {
  for (const [name, , markup] of everyPage) {
    expect([name, markup.match(/undefined|NaN|\[object|Infinity|Invalid Date/)]).toEqual([name, null])
  }
})

test('every fragment is a part of its page, under its own id, with nothing of the person who looks', () => {
  for (const [name, page, markup] of everyPage) {
    for (const [id, fragment] of page.fragments) {
      const part = fragment.toString()
      expect([name, id, markup.includes(part)]).toEqual([name, id, true])
      expect(tags(part)[0]).toMatch(new RegExp(String.raw`\sid="${id}"`))
      expect(part).not.toContain(viewer.csrf)
      expect(part).not.toContain(viewer.name)
    }
  }
})

test('a name that is markup stays a name', () => {
  const view = viewOf('en', 'UTC', NIGHT)
  const evil = '<img src=x onerror=alert(1)>'
  const model = night()
  const reading = model.exhausters.get('f-171')!
  if (reading.kind !== 'live') throw new Error('the fixture is live')
  const document: ExhausterDocument = { ...reading.document, rotor: { ...reading.document.rotor, number: evil } }
  const changed = { ...model, exhausters: new Map([...model.exhausters, ['f-171' as const, live(document)]]) }
  for (const page of [overviewPage(view, changed), mnemonicPage(view, changed, 'f-171')]) {
    const markup = layout(view, { language: 'en', theme: null }, { ...viewer, name: evil }, page)
    expect(markup).not.toContain('<img')
    expect(markup).toContain('&lt;img')
  }
})

test.each(LANGUAGES.flatMap((language) => STATUSES.map((status) => [language, status] as const)))(
  'in %s a machine that is %s says so by word and shape, on both pages',
  (language, status) => {
    const view = viewOf(language, 'UTC', NIGHT)
    const model = night()
    const [id] = [...model.exhausters].find(
      ([, reading]) => reading.kind === 'live' && reading.document.status === status,
    )!
    for (const part of [
      overviewPage(view, model).fragments.get(id)!,
      mnemonicPage(view, model, id).fragments.get('head')!,
    ]) {
      expect(part.toString()).toContain(`href="#m-${status}"`)
      expect(texts(part.toString())).toContain(TEXTS[language].status[status])
    }
  },
)

test.each(
  LANGUAGES.flatMap((language) =>
    QUALITIES.filter((one) => one !== 'good').map((quality) => [language, quality] as const),
  ),
)('in %s a measurement that is %s says so in words, in its place', (language, quality) => {
  const view = viewOf(language, 'UTC', NIGHT)
  const model = night()
  const reading = model.exhausters.get('f-172')!
  if (reading.kind !== 'live') throw new Error('the fixture is live')
  const value = ['sentinel', 'absent', 'out_of_range'].includes(quality) ? null : 41.3
  const signals = { ...reading.document.signals, 'bearing_4.temperature': signal(value, '°C', { quality }) }
  const changed = { ...model, exhausters: new Map([['f-172' as const, live({ ...reading.document, signals })]]) }
  const tag = mnemonicPage(view, changed, 'f-172').fragments.get('tag-b4')!.toString()
  expect(texts(tag)).toContain(TEXTS[language].qualityShort[quality])
  expect(tag).toContain(`data-quality="${quality}"`)
  const card = overviewPage(view, changed).fragments.get('f-172')!.toString()
  expect(texts(card)).toContain(TEXTS[language].quality[quality])
  if (value === null) expect(texts(tag)).not.toMatch(/\d[.,]\d/)
})

test('a machine that has sent nothing has no days of work', () => {
  const view = viewOf('ru', 'UTC', NIGHT)
  const box = mnemonicPage(view, empty(), 'u-171').main.toString()
  expect(texts(box)).toMatch(/В работе\s+нет данных/)
})

test('every column of a list of loops has a heading', () => {
  for (const [name, , markup] of everyPage)
    if (name.startsWith('/dashboard/control,')) expect([name, markup.includes('<th></th>')]).toEqual([name, false])
})

test('a demonstration and a replay are said on every page', () => {
  for (const [name, page, markup] of everyPage) {
    const text = TEXTS[name.includes(', ru,') ? 'ru' : 'en']
    const shown = texts(page.fragments.get('clock')!.toString())
    expect([name, shown.includes(text.shell.demonstration)]).toEqual([name, name.endsWith('a night')])
    expect([name, shown.includes(text.shell.replay)]).toEqual([name, name.endsWith('a replay')])
    expect([name, texts(markup).includes(text.shell.replayHint)]).toEqual([name, name.endsWith('a replay')])
  }
  const login = authPages.login({
    looks: { language: 'en', theme: null },
    here: '/',
    action: '/',
    next: '/',
    demonstration: true,
  })
  expect(texts(login)).toContain('Demonstration')
})

test('all 37 values of a machine stand on its page', () => {
  const view = viewOf('en', 'UTC', NIGHT)
  const page = mnemonicPage(view, night(), 'f-171')
  const all = [...page.fragments.values()].join('')
  // Dust has a place without a sensor; the work bit is the running state of the head.
  expect(all.match(/class="reading"/g)).toHaveLength(36 + 1)
  expect(texts(page.fragments.get('head')!.toString())).toContain('Running')
})

test('the entrance is a form: one button, and only what its route takes', () => {
  const [, link] = entrances.find(([name]) => name === 'link')!
  expect(link.match(/<form/g)).toHaveLength(1)
  expect(link.match(/<(?:input|button)[^>]*>/g)).toEqual([
    '<input type="hidden" name="token" value="abc" />',
    '<button class="btn primary">',
  ])
})

test('the styles speak of no class that no page has', () => {
  const name = assetUrl('windbox.css').split('/').at(-1)!
  const styles = new TextDecoder().decode(findAsset(name)!.body).replace(/url\([^)]*\)|\/\*[\s\S]*?\*\//g, '')
  const used = new Set(
    [...everyPage.map(([, , markup]) => markup), ...entrances.map(([, markup]) => markup)].flatMap((markup) =>
      [...markup.matchAll(/\sclass="([^"]+)"/g)].flatMap(([, names]) => names!.split(/\s+/)),
    ),
  )
  const styled = new Set([...styles.matchAll(/\.(-?[a-z][\w-]*)/g)].map(([, one]) => one!))
  const scripts = moduleUrls('trends').map((url) => new TextDecoder().decode(findAsset(url.split('/').at(-1)!)!.body))
  const made = new Set(
    [...scripts.join('\n').matchAll(/[cC]lass(?:Name)?(?: =|:) '([^']+)'/g)].flatMap(([, names]) => names!.split(' ')),
  )
  // Charts have their classes from uPlot.
  const unknown = [...styled].filter((one) => !used.has(one) && !made.has(one) && !/^u-|^uplot$/.test(one))
  expect(unknown).toEqual([])
})
