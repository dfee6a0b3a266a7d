import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { METRICS, type MetricName } from '../http/service/catalogue.ts'
import { compose, read, ROOT } from './compose.fixture.ts'

interface Panel {
  readonly id: number
  readonly title: string
  readonly datasource: { readonly uid: string }
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly { readonly expr: string; readonly legendFormat?: string; readonly refId: string }[]
}
interface Board {
  readonly uid: string
  readonly title: string
  readonly panels: readonly Panel[]
}
interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string }
}

const boards = ['operation.json', 'plant.json'].map(
  (name) => JSON.parse(read(`deploy/grafana/boards/${name}`)) as Board,
)
const rules = (Bun.YAML.parse(read('deploy/prometheus/rules.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
)
const prometheus = Bun.YAML.parse(read('deploy/prometheus/prometheus.yml')) as {
  rule_files: string[]
  scrape_configs: { authorization: { credentials_file: string }; static_configs: { targets: string[] }[] }[]
}

/** Labels that Prometheus adds itself. */
const ADDED = ['instance', 'job', 'le']

/** Names of our metrics in an expression, each with the labels that it is said to have. */
function faultsOf(expression: string, words = ''): string[] {
  const faults: string[] = []
  const known = new Set<string>(ADDED)
  for (const [, written] of expression.matchAll(/\b(windbox_\w+)/g)) {
    const name = written! in METRICS ? written! : written!.replace(/_(bucket|sum|count)$/, '')
    const family = METRICS[name as MetricName]
    if (family === undefined || (name !== written && family.type !== 'histogram')) faults.push(`no metric ${written}`)
    else for (const label of family.labels) known.add(label)
    if (family?.type === 'counter' && !new RegExp(`(rate|increase)\\(${written}\\b`).test(expression)) {
      faults.push(`${written} counts: it is looked at by its rate`)
    }
    if (family?.type === 'histogram' && name === written) faults.push(`${written} is no number`)
  }
  const asked = [
    ...[...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(/,\s*/)),
    ...[...expression.matchAll(/\{([^}]*)\}/g)].flatMap(([, list]) =>
      [...list!.matchAll(/(\w+)\s*[=!]/g)].map(([, l]) => l!),
    ),
    ...[...words.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, label]) => label!),
  ]
  for (const label of asked) if (!known.has(label)) faults.push(`no label ${label} in ${expression}`)
  return faults
}

test('a metric or a label that is not there is found', () => {
  expect(faultsOf('sum(windbox_gone)')).toEqual(['no metric windbox_gone'])
  expect(faultsOf('windbox_ready_bucket')).toEqual(['no metric windbox_ready_bucket'])
  expect(faultsOf('sum by (device) (windbox_ready)')).toHaveLength(1)
  expect(faultsOf('windbox_ready{worker="1"}')).toHaveLength(1)
  expect(faultsOf('windbox_ready', '{{$labels.device}}')).toHaveLength(1)
  expect(faultsOf('windbox_dead_letters_total > 0')).toHaveLength(1)
  expect(faultsOf('sum by (le) (rate(windbox_ask_duration_seconds_bucket{hop="node"}[1m]))', '{{instance}}')).toEqual(
    [],
  )
})

test('every metric and label on the boards is one of the catalogue', () => {
  for (const { title, panels } of boards) {
    for (const panel of panels) {
      for (const { expr, legendFormat } of panel.targets) {
        expect(faultsOf(expr, legendFormat), `${title}: ${panel.title}`).toEqual([])
      }
    }
  }
})

test('every metric and label of the alarms is one of the catalogue', () => {
  for (const { alert, expr, annotations } of rules) expect(faultsOf(expr, annotations.summary), alert).toEqual([])
})

test('a board is whole: panels with ids of their own, none over another, from the data that is provided', () => {
  const source = Bun.YAML.parse(read('deploy/grafana/provisioning/datasources/prometheus.yml')) as {
    datasources: { uid: string; url: string }[]
  }
  const [{ uid, url }] = source.datasources as [{ uid: string; url: string }]
  expect(new URL(url).hostname in compose.services).toBe(true)
  expect(new Set(boards.map((board) => board.uid)).size).toBe(boards.length)
  for (const { title, panels } of boards) {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const taken = new Set<string>()
    for (const panel of panels) {
      expect(panel.datasource.uid, panel.title).toBe(uid)
      expect(new Set(panel.targets.map(({ refId }) => refId)).size).toBe(panel.targets.length)
      const { x, y, w, h } = panel.gridPos
      expect(x + w, `${title}: ${panel.title}`).toBeLessThanOrEqual(24)
      for (let i = x; i < x + w; i++) {
        for (let j = y; j < y + h; j++) {
          expect(taken.has(`${i},${j}`), `${title}: ${panel.title} covers another`).toBe(false)
          taken.add(`${i},${j}`)
        }
      }
    }
  }
})

test('Grafana looks for the boards where they are mounted', () => {
  const provider = Bun.YAML.parse(read('deploy/grafana/provisioning/dashboards/boards.yml')) as {
    providers: { options: { path: string } }[]
  }
  const { volumes = [], environment = {} } = compose.services.grafana!
  const [{ options }] = provider.providers as [{ options: { path: string } }]
  expect(volumes).toContain(`./deploy/grafana/boards:${options.path}:ro`)
  const home = environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH!
  expect(home.startsWith(`${options.path}/`)).toBe(true)
  expect(JSON.parse(read(home.replace(options.path, 'deploy/grafana/boards')))).toHaveProperty('uid')
})

test('Prometheus asks every node, with the token in the file that its start writes', () => {
  const [scrape] = prometheus.scrape_configs
  const nodes = Object.entries(compose.services).filter(([, { build }]) => build !== undefined)
  expect(scrape!.static_configs.flatMap(({ targets }) => targets)).toEqual(nodes.map(([name]) => `${name}:3000`))
  const { entrypoint = [], volumes = [], tmpfs = [] } = compose.services.prometheus!
  const file = scrape!.authorization.credentials_file
  expect(entrypoint.join(' ')).toContain(`"$$METRICS_TOKEN" >${file}`)
  // Which lies in memory.
  expect(tmpfs.some((mount) => file.startsWith(`${mount.split(':')[0]}/`))).toBe(true)
  for (const name of ['prometheus.yml', ...prometheus.rule_files]) {
    expect(volumes).toContain(`./deploy/prometheus/${name}:/etc/prometheus/${name}:ro`)
  }
})

test('docs/operation.md says of every alarm what to do', () => {
  const documented = [...read('docs/operation.md').matchAll(/^\| `(\w+)` *\| (?:critical|warning) *\|/gm)].map(
    ([row]) => row.replace(/[|`\s]+/g, ' ').trim(),
  )
  expect(documented).toEqual(rules.map(({ alert, labels }) => `${alert} ${labels.severity}`))
})

test.skipIf(!Bun.which('promtool'))(
  'promtool takes the rules, and they fire when they should',
  () => {
    for (const command of [
      ['check', 'rules', 'deploy/prometheus/rules.yml'],
      ['test', 'rules', 'deploy/prometheus/rules.test.yml'],
      ['check', 'config', '--syntax-only', 'deploy/prometheus/prometheus.yml'],
    ]) {
      const { exitCode, stdout, stderr } = Bun.spawnSync(['promtool', ...command], { cwd: join(ROOT) })
      expect({ exitCode, said: exitCode === 0 ? '' : stdout.toString() + stderr.toString() }).toEqual({
        exitCode: 0,
        said: '',
      })
    }
  },
  60_000,
)
