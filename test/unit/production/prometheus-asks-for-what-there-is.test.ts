import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { findingKinds } from '../../../contracts/supervision.ts'
import { findOnPath } from '../../../embedded/find-on-path.ts'
import { expressionsOf } from '../../../production/dashboard.ts'
import { projectDir, source } from '../../support/documents.ts'

interface Rule {
  alert: string
  expr: string
  labels: Record<string, string>
  annotations: Record<string, string>
}

function rulesIn(file: string): Rule[] {
  const { groups } = parse(source(file)) as { groups: { rules: Rule[] }[] }
  return groups.flatMap(({ rules }) => rules)
}

const own = rulesIn('production/prometheus/paramedic.rules.yml')
const shop = rulesIn('production/prometheus/shop.rules.yml')
const dashboard = expressionsOf(JSON.parse(source('production/grafana/dashboards/paramedic.json')))
const promtool = findOnPath('promtool')
const amtool = findOnPath('amtool')
// Where they are not installed, continuous integration still runs these.
const isCi = process.env['CI'] !== undefined

/** Series of a histogram are named after it. */
function metricsIn(expression: string, prefix: string): string[] {
  const names = expression.match(new RegExp(`\\b${prefix}_\\w+`, 'g')) ?? []
  return names.map(name => name.replace(/_(bucket|sum|count)$/, ''))
}

test('every metric of ours in a rule or on the dashboard is one that the api tells', () => {
  const code = ['api/stored-metrics.ts', 'api/traffic-metrics.ts', 'api/routes/metrics.ts']
    .map(source)
    .join('\n')
  const told = new Set(metricsIn(code.replaceAll(/paramedic-\w+/g, ''), 'paramedic'))
  const asked = [...own.map(({ expr }) => expr), ...dashboard].flatMap(expr => metricsIn(expr, 'paramedic'))
  expect(asked.length).toBeGreaterThan(20)
  expect([...new Set(asked)].filter(name => !told.has(name))).toEqual([])
})

test('every kind of finding that a rule asks for is one that supervision can find', () => {
  const asked = own.flatMap(({ expr }) => /kind=~"([^"]+)"/.exec(expr)?.[1]?.split('|') ?? [])
  expect(asked.length).toBeGreaterThan(0)
  expect(findingKinds).toEqual(expect.arrayContaining(asked))
})

test("so are those of Node's process", async () => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const told = new Set((await registry.getMetricsAsJSON()).map(({ name }) => name))
  const asked = dashboard.flatMap(expr => [...metricsIn(expr, 'nodejs'), ...metricsIn(expr, 'process')])
  expect(asked.length).toBeGreaterThan(0)
  expect(asked.filter(name => !told.has(name))).toEqual([])
})

test("the shop's rules are those of `npm start`, and their metrics the shop's", () => {
  const sandbox = source('embedded/sandbox/paramedic.yaml').matchAll(/^ +alert: (\w+)$/gm)
  const names = [...sandbox].flatMap(([, name = '']) => (name === 'ShopDown' ? [] : [name]))
  expect(names.length).toBeGreaterThan(1)
  expect(shop.map(({ alert }) => alert).toSorted()).toEqual(names.toSorted())
  const told = new Set(metricsIn(source('embedded/sandbox/shop/metrics.ts'), 'shop'))
  expect(shop.flatMap(({ expr }) => metricsIn(expr, 'shop')).filter(name => !told.has(name))).toEqual([])
})

test.each(own.map(rule => [rule.alert, rule] as const))(
  '%s goes past Paramedic, and says what to do',
  (_, { labels, annotations }) => {
    expect(labels).toEqual({ severity: expect.stringMatching(/^(critical|warning)$/), system: 'paramedic' })
    expect(Object.keys(annotations)).toEqual(['summary', 'todo'])
  },
)

test('docs/operations.md explains every alert, and no other', () => {
  const told = source('docs/operations.md').match(/^\| `(Paramedic\w+)`/gm) ?? []
  expect(told.map(row => row.slice(3, -1)).toSorted()).toEqual(own.map(({ alert }) => alert).toSorted())
})

test('every rule has a test', () => {
  const tested = source('production/prometheus/paramedic.rules.test.yml')
  expect(own.filter(({ alert }) => !tested.includes(`alertname: ${alert}`))).toEqual([])
})

test.skipIf(promtool === undefined && !isCi)('the rules fire when they should, by promtool', () => {
  const folder = join(projectDir, 'production/prometheus')
  const run = (...args: string[]) =>
    execFileSync(promtool ?? 'promtool', args, { cwd: folder, encoding: 'utf8' })
  expect(run('check', 'rules', 'paramedic.rules.yml', 'shop.rules.yml')).toContain('18 rules found')
  expect(run('test', 'rules', 'paramedic.rules.test.yml')).toContain('SUCCESS')
})

test.skipIf(amtool === undefined && !isCi)(
  'Alertmanager tells of Paramedic beside it and of all else to it, by amtool',
  () => {
    const file = join(projectDir, 'production/alertmanager/alertmanager.yml')
    const receiverOf = (...labels: string[]) =>
      execFileSync(amtool ?? 'amtool', ['config', 'routes', 'test', `--config.file=${file}`, ...labels], {
        encoding: 'utf8',
      }).trim()
    expect(receiverOf('alertname=ParamedicDown', 'system=paramedic')).toBe('beside-paramedic')
    expect(receiverOf('alertname=ShopCacheErrors', 'system=shop')).toBe('paramedic')
  },
)
