import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { alertOf } from '../../../cli/runbook/alert-file.ts'
import { commonestRoles, rolesOf, type Roles } from '../../../cli/draft/roles.ts'
import { draftRunbook } from '../../../cli/draft/runbook.ts'
import type { IncomingAlert } from '../../../contracts/alert.ts'
import type { Runbook } from '../../../contracts/runbook.ts'
import { evaluateMatch } from '../../../language/conditions.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'

const labels = {
  alertname: 'OrdersConnectionsHigh',
  severity: 'warning',
  system: 'orders',
  environment: 'production',
  instance: 'db-3:9187',
}
const reported = {
  status: 'firing',
  labels,
  annotations: { summary: 'Orders runs out of connections', runbook_url: 'https://wiki.example/orders' },
  startsAt: '2026-03-14T02:00:00Z',
}

const target = (name: string, kind: string, role: string, more = ''): string =>
  `  - { name: ${name}, kind: ${kind}, role: ${role}, system: orders, environment: production${more} }`
const configuration = [
  'targets:',
  target('orders-db', 'postgres', 'db', ", connection: { url: '${env:URL}' }"),
  target('orders-api', 'service', 'api'),
  target('orders-web', 'service', 'web-shop'),
  target('orders-cache', 'redis', 'cache', ", rebuildable_prefixes: ['page:']"),
  target('orders-metrics', 'prometheus', '"null"'),
  target('one', 'service', 'twice'),
  target('other', 'service', 'twice'),
  target('odd', 'service', 'o.dd'),
  target('elsewhere', 'service', 'shop').replace('orders,', 'shop,'),
].join('\n')
const guessed = commonestRoles('No configuration was given')

describe('what is written', () => {
  it('fits the targets of the configuration', async () => {
    const yaml = draftRunbook(read(reported), configured())
    expect(parsed(yaml).triage.checks.map(({ name, target: role }) => [name, role])).toEqual([
      ['entries', 'cache'],
      ['health_api', 'api'],
      ['health_web_shop', 'web-shop'],
      ['sessions', 'db'],
    ])
    await expect(yaml).toMatchFileSnapshot('golden/begun-runbook.yaml.txt')
  })

  it('is a guess without a configuration, and says so', async () => {
    const yaml = draftRunbook(read({ title: 'Disk is full', severity: 'info' }), guessed)
    parsed(yaml)
    await expect(yaml).toMatchFileSnapshot('golden/begun-runbook-without-targets.yaml.txt')
  })

  it.each([
    [{ ...labels, environment: 'test' }, 'The configuration has no target of its own role in orders/test'],
    [{ alertname: 'X' }, 'The alert does not say its system and environment'],
  ])('guesses where nothing is configured: %j', (given, words) => {
    const { system, environment } = given as typeof labels
    const roles = rolesOf(configuration, 'paramedic.yaml', { system, environment })
    expect(draftRunbook(read({ ...reported, labels: given }), roles)).toContain(
      `# ${words}, so this is a guess.`,
    )
  })

  it.each([
    ['the configuration', configured()],
    ['a guess', guessed],
  ])('lints with its proposed steps as well: %s', (_, roles) => {
    const yaml = draftRunbook(read(reported), roles)
    const [before, after = ''] = yaml.split('# mitigate:\n')
    const withSteps = `${before}mitigate:\n${after.replace(/^#  /gm, '')}`
    expect(parsed(withSteps).mitigate.length).toBeGreaterThan(0)
    for (const step of parsed(withSteps).mitigate) expect(step).toHaveProperty('gate')
  })

  it('calls people as the shipped runbooks do', () => {
    const { escalate, postmortem } = parsed(readFileSync('runbooks/shop/service-down.yaml', 'utf8'))
    expect(parsed(draftRunbook(read(reported), guessed))).toMatchObject({ escalate, postmortem })
  })

  it.each([
    ['ShopDatabasePoolExhausted', 'shop-database-pool-exhausted'],
    ['HTTP 5xx (api)', 'http-5xx-api'],
    ['default', 'default-alert'],
    ['null', 'null'],
    ['123', '123'],
    ['Платёж', 'new-runbook'],
    ['-', 'new-runbook'],
  ])('%s is named %s', (alertname, name) => {
    const alert = read({ ...reported, labels: { alertname } })
    expect(parsed(draftRunbook(alert, guessed)).name).toBe(name)
  })
})

describe('what an alert is read from', () => {
  const webhook = { version: '4', groupKey: '{}', alerts: [{ ...reported, status: 'resolved' }, reported] }
  it.each([
    ['a webhook, of which the one that fires', webhook, 2],
    ['one alert', reported, 1],
    ['one without its times', { labels, annotations: reported.annotations }, 1],
    ['a list, as the API of Alertmanager answers', [{ ...reported, status: { state: 'active' } }], 1],
    [
      'our own form',
      {
        title: 'OrdersConnectionsHigh',
        system: 'orders',
        environment: 'production',
        severity: 'warning',
        labels: { instance: 'db-3:9187' },
        annotations: reported.annotations,
      },
      1,
    ],
  ])('%s', (_, body, count) => {
    const read = alertOf(JSON.stringify(body), 'alert.json', 0)
    expect(read.count).toBe(count)
    expect({ ...read.alert.labels }).toEqual(labels)
    expect(read.alert.status).toBe('firing')
  })

  it.each([
    ['', 'it is not JSON'],
    ['[]', 'alerts: '],
    ['7', 'body: '],
    ['{"titel":"x"}', 'alerts.0.labels'],
    ['{"title":"x","systm":"y"}', 'systm'],
  ])('%s is none', (text, words) => {
    expect(() => alertOf(text, 'alert.json', 0)).toThrow(words)
  })
})

describe('a hostile alert', () => {
  const fragment = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '\nmitigate: [{ id: evil }]\n',
      '" || true || "',
      "' || true || '",
      '\\',
      '\\" == "',
      '" # ',
      "'}, evil: {",
      '\u2028match: true',
      '\u0085',
      '\r',
      ': ',
      '- ',
      '&a *a !!tag',
      '${env:SECRET}',
      '\u{e0041}\u202e',
      '---\n',
    ),
  )
  const text = fc.array(fragment, { maxLength: 4 }).map(parts => parts.join(''))
  const set = fc.dictionary(fc.oneof(text, fc.constantFrom('team', 'severity', 'system', 'service')), text)
  const alerts = fc.record({
    labels: fc.tuple(set, text).map(([others, name]) => ({ ...others, alertname: `X${name}` })),
    annotations: fc.oneof(set, fc.record({ summary: text, description: text, runbook_url: text })),
  })
  const ours = withoutWords(parsed(draftRunbook(read(reported), guessed)))

  it('writes text and nothing else, and is the only one that its runbook is for', () => {
    fc.assert(
      fc.property(alerts, reportedSo => {
        const alert = read({ ...reported, ...reportedSo })
        const yaml = draftRunbook(alert, guessed)
        const runbook = parsed(yaml)
        expect(withoutWords(runbook)).toEqual(ours)
        expect(yaml).toMatch(/^[^\p{Cc}\u2028-\u202e]*$/mu)
        expect(evaluateMatch(runbook, alert)).toBe(true)
        for (const other of [
          `${alert.labels['alertname']} `,
          alert.labels['alertname']!.slice(1),
          'X" || true',
        ])
          if (other !== alert.labels['alertname'])
            expect(evaluateMatch(runbook, { ...alert, labels: { ...alert.labels, alertname: other } })).toBe(
              false,
            )
      }),
      { numRuns: 500 },
    )
  })
})

/** What an alert may decide are names, words, its own match and how severe it is without a measurement. */
function withoutWords({ triage, ...runbook }: Runbook): object {
  const words = ['name', 'title', 'owner', 'source', 'description', 'match']
  const rest = Object.fromEntries(Object.entries(runbook).filter(([key]) => !words.includes(key)))
  const severity = triage.severity.filter(rule => rule.when !== undefined)
  return { ...rest, triage: { ...triage, severity } }
}

function read(alert: object): IncomingAlert {
  return alertOf(JSON.stringify(alert), 'alert.json', 0).alert
}

function parsed(yaml: string): Runbook {
  const read = parseRunbook(yaml, 'begun.yaml')
  if ('faults' in read)
    throw new Error(read.faults.map(({ line, message }) => `${line}: ${message}`).join('; '))
  expect(parse(yaml)).toHaveProperty('kind', 'Runbook')
  return read.runbook
}

function configured(): Roles {
  return rolesOf(configuration, 'paramedic.yaml', { system: 'orders', environment: 'production' })
}
