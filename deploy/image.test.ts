import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { modulesOf } from '../checks/source.ts'
import { readTree } from '../checks/tree.ts'
import { readConfig } from '../config.ts'
import packageJson from '../package.json' with { type: 'json' }
import { read, ROOT } from './compose.fixture.ts'

const dockerfile = read('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
const lines = dockerfile.split('\n').filter(Boolean)
const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
const argumentOf = (instruction: string) =>
  last.find((line) => line.startsWith(`${instruction} `))?.slice(instruction.length + 1)

const patterns = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))

/** As Docker reads `.dockerignore`: the last pattern that fits the path, or a folder above it, decides. */
function isSent(path: string): boolean {
  const parts = path.split('/')
  const above = parts.map((_, i) => parts.slice(0, i + 1).join('/'))
  let sent = true
  for (const pattern of patterns) {
    const glob = new Bun.Glob(pattern.replace(/^!/, ''))
    if (above.some((name) => glob.match(name))) sent = pattern.startsWith('!')
  }
  return sent
}

test('every base is pinned to a whole version or a day', () => {
  const bases = lines.filter((line) => line.startsWith('FROM '))
  expect(bases.length).toBeGreaterThan(1)
  for (const base of bases) expect(base).toMatch(/^FROM \w+:(\d+\.\d+\.\d+|\w+-\d{8})-[\w-]+( AS \w+)?$/)
})

test('the server runs as nobody in particular, hears its signals, and says how it is', () => {
  expect(argumentOf('USER')).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/)
  expect(JSON.parse(argumentOf('ENTRYPOINT')!)).toEqual(['bun', 'main.ts'])
  expect(argumentOf('STOPSIGNAL')).toBe('SIGTERM')
  const [, check] = /CMD (\[.*\])/.exec(argumentOf('HEALTHCHECK')!) ?? []
  const [program, file] = JSON.parse(check!) as string[]
  expect(program).toBe('bun')
  expect(existsSync(join(ROOT, file!))).toBe(true)
  expect(isSent(file!)).toBe(true)
})

test('what the image sets is a setting, and the port that it names is the one listened on', () => {
  const set = Object.fromEntries(
    [...argumentOf('ENV')!.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  )
  const { config } = readConfig([], set)
  expect(argumentOf('EXPOSE')).toBe(String(config.WINDBOX_PORT))
  expect(argumentOf('VOLUME')).toBe(config.WINDBOX_DATA_DIR)
})

test('everything that the server imports goes into the image, and no test does', () => {
  const tree = readTree()
  const modules = modulesOf(tree)
  const needed = new Set<string>()
  const packages = new Set<string>()
  const todo = ['main.ts', 'deploy/ready.ts']
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    if (needed.has(path)) continue
    needed.add(path)
    for (const { target, ours, typeOnly } of modules.get(path)?.imports ?? []) {
      if (typeOnly) continue
      if (ours) todo.push(target)
      else packages.add(target)
    }
  }
  expect(needed.size).toBeGreaterThan(200)
  expect([...needed].filter((path) => !isSent(path))).toEqual([])
  // Files that are read by their place stand beside those that read them.
  const folders = new Set([...needed].filter((path) => path.includes('/')).map((path) => path.split('/')[0]!))
  const data = [...tree.keys()].filter(
    (path) =>
      folders.has(path.split('/')[0]!) &&
      !/\.(?:ts|md)$/.test(path) &&
      !path.startsWith('sims/') &&
      !path.startsWith('deploy/'),
  )
  expect(data.filter((path) => !isSent(path))).toEqual([])
  expect([...tree.keys()].filter((path) => isSent(path) && /\.(?:test|bench|fixture)\.ts$/.test(path))).toEqual([])
  for (const path of ['.env', '.git/config', 'data/log.sqlite', 'node_modules/x/index.js'])
    expect(isSent(path)).toBe(false)
  const foreign = [...packages].filter((name) => !/^(?:node|bun)(?::|$)/.test(name))
  expect(Object.keys(packageJson.dependencies)).toEqual(expect.arrayContaining(foreign))
})
