import { expect, test } from 'bun:test'
import { brokenDocuments } from './documents.ts'
import { readTree } from './tree.ts'

const project = (readme: string) =>
  new Map([
    ['package.json', '{ "scripts": { "start": "" } }'],
    ['README.md', readme],
    ['docs/design.md', '# The house\n## What it *must* be?'],
  ])

test('every link of the documents leads somewhere and every script that they name exists', () => {
  expect(brokenDocuments(readTree())).toEqual([])
})

test.each([
  ['[a](docs/gone.md)', 'README.md:1 leads to docs/gone.md'],
  ['\n![a](./picture.png "title")', 'README.md:2 leads to ./picture.png'],
  ['[a](docs/design.md#the-garden)', 'README.md:1 no heading docs/design.md#the-garden'],
  ['[a](#nowhere)', 'README.md:1 no heading #nowhere'],
  ['`npm run deploy`', 'README.md:1 there is no script deploy'],
  ['```\nbun run deploy\n```', 'README.md:2 there is no script deploy'],
])('%j is broken', (readme, fault) => {
  expect(brokenDocuments(project(readme))).toEqual([fault])
})

test.each([
  '[a](docs/design.md) [b](docs) [c](docs/) [d](https://bun.com) [e](docs/design.md#what-it-must-be)',
  '`npm run start`, `node run.mjs main.ts`',
  '```\nmap[a](b)\n```',
])('%j is whole', (readme) => {
  expect(brokenDocuments(project(readme))).toEqual([])
})
