import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfiguration } from '../../configuration.ts'
import type { OwnConfiguration } from '../../contracts/configuration.ts'
import { parseConfiguration } from '../../language/parse-configuration.ts'

const text = `apiVersion: paramedic/v1
kind: Configuration
sources:
  - { name: alertmanager, kind: alertmanager, token: '\${env:SOURCE_TOKEN}' }
targets:
  - { name: shop-db, kind: postgres, environment: production, system: shop, role: db, connection: { url: '\${env:SHOP}' } }
  - name: mill-db
    kind: postgres
    site: berlin
    environment: production
    system: mill
    role: db
    connection: { url: 'postgres://paramedic:\${env:MILL}@db.mill/mill' }
  - name: mill-api
    kind: service
    site: berlin
    environment: production
    system: mill
    role: api
    health: { url: '\${env:MILL_HEALTH}' }
  - { name: port-db, kind: postgres, site: oslo, environment: production, system: port, role: db, connection: { url: '\${env:PORT}' } }
  - { name: all-metrics, kind: prometheus, environment: production, system: mill, role: prometheus, server: { url: 'http://prometheus' } }
rules:
  - { name: shop-long, target: shop-db, metric: { sql: select 1 }, operator: '>', value: 5, title: 'Shop \${env:WORD}' }
  - { name: mill-long, target: mill-db, metric: { sql: select 1 }, operator: '>', value: 5, title: 'Mill \${env:MILL_WORD}' }
principals:
  - { name: mia, roles: [approver], token: '\${env:MIA}' }
`
const values: Record<string, string> = {
  SOURCE_TOKEN: 's'.repeat(24),
  MIA: 'm'.repeat(24),
  SHOP: 'postgres://a:b@shop/shop',
  MILL: 'secret-of-the-mill',
  MILL_HEALTH: 'http://mill/health',
  MILL_WORD: 'mills',
  WORD: 'shops',
}
const ofTheRest = ['SOURCE_TOKEN', 'SHOP', 'WORD', 'MIA']
const ofBerlin = ['MILL', 'MILL_HEALTH', 'MILL_WORD']

function readAt(
  site: string | undefined,
  written = text,
): { asked: string[]; configuration: OwnConfiguration } {
  const asked: string[] = []
  const parsed = parseConfiguration(
    written,
    'paramedic.yaml',
    ({ name }) => (asked.push(name), values[name] ?? { problem: 'it is not set' }),
    site,
  )
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return { asked, configuration: parsed.configuration }
}

function faultsAt(site: string | undefined, written: string, known: readonly string[] = Object.keys(values)) {
  const parsed = parseConfiguration(
    written,
    'paramedic.yaml',
    ({ name }) => (known.includes(name) ? values[name]! : { problem: 'it is not set' }),
    site,
  )
  return 'faults' in parsed
    ? parsed.faults.map(({ line, column, message }) => `${line}:${column} ${message}`)
    : []
}

describe('a process without a site', () => {
  test('has every list, its own targets and the rules on them, and looks up no reference of a site', () => {
    const { asked, configuration } = readAt(undefined)
    expect(asked.toSorted()).toEqual(ofTheRest.toSorted())
    expect(configuration.targets.map(({ name }) => name)).toEqual(['shop-db', 'all-metrics'])
    expect(configuration.rules.map(({ title }) => title)).toEqual(['Shop shops'])
    expect(configuration.principals).toHaveLength(1)
  })

  test('knows where every target is', () => {
    const { places } = readAt(undefined).configuration
    expect(places.map(({ name, site }) => [name, site])).toEqual([
      ['shop-db', undefined],
      ['mill-db', 'berlin'],
      ['mill-api', 'berlin'],
      ['port-db', 'oslo'],
      ['all-metrics', undefined],
    ])
  })

  test('finds the faults of the whole file', () => {
    const broken = text
      .replace('kind: service', 'kind: service\n    heath: x')
      .replace("connection: { url: '${env:PORT}' }", "connection: { url: 'redis://port' }")
      .replace('paramedic:${env:MILL}@', 'paramedic:literal@')
    expect(faultsAt(undefined, broken)).toEqual([
      '13:24 the password in `url` must be a reference: secrets only as ${env:NAME} or ${file:PATH}',
      '16:5 unknown key `heath`',
      '22:118 `url` must be a postgres:// or postgresql:// URL',
    ])
  })

  test('is refused without a secret of its own', () => {
    expect(faultsAt(undefined, text, ['SOURCE_TOKEN', 'MIA', 'WORD'])).toEqual([
      '6:107 `${env:SHOP}` could not be read: it is not set',
    ])
  })
})

describe('a worker of a site', () => {
  test('has its targets and the rules on them, and needs no other secret', () => {
    const { asked, configuration } = readAt('berlin')
    expect(asked.toSorted()).toEqual(ofBerlin.toSorted())
    expect(configuration.targets.map(({ name }) => name)).toEqual(['mill-db', 'mill-api'])
    expect(configuration.rules.map(({ title }) => title)).toEqual(['Mill mills'])
    expect(configuration).toMatchObject({ principals: [], sources: [], channels: [] })
  })

  test('is refused without a secret of its targets, and when what it says is wrong', () => {
    expect(faultsAt('berlin', text, ['MILL', 'MILL_WORD'])).toEqual([
      '20:21 `${env:MILL_HEALTH}` could not be read: it is not set',
    ])
    expect(faultsAt('oslo', text, [])).toEqual(['21:119 `${env:PORT}` could not be read: it is not set'])
  })

  let folder: string
  beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'paramedic-part-'))))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('is refused when no target is there, with the site that was meant', () => {
    const file = path.join(folder, 'paramedic.yaml')
    writeFileSync(file, text)
    expect(() => loadConfiguration(file, { site: 'berlni', variables: values })).toThrow(
      `No target in ${file} has the site berlni: did you mean \`berlin\`?`,
    )
  })
})

describe('a site', () => {
  test.each([
    [
      'other than that of a target of the same system and environment',
      'site: berlin\n    environment: production\n    system: mill\n    role: api',
      'site: oslo\n    environment: production\n    system: mill\n    role: api',
      [
        '16:11 `mill-api` is at `oslo` and `mill-db` is at `berlin`: targets of mill in production must be at one site',
      ],
    ],
    [
      'that one of them lacks',
      '    site: berlin\n    environment: production\n    system: mill\n    role: api',
      '    environment: production\n    system: mill\n    role: api',
      [
        '14:11 `mill-api` has no site and `mill-db` is at `berlin`: targets of mill in production must be at one site',
      ],
    ],
    [
      'of a scraped endpoint, which a verification may measure',
      "server: { url: 'http://prometheus' }",
      "scrape: { url: 'http://mill/metrics' }",
      [
        '22:13 `all-metrics` has no site and `mill-db` is at `berlin`: targets of mill in production must be at one site',
      ],
    ],
    [
      'with capitals',
      'site: oslo',
      'site: Oslo',
      ['21:44 `site` must be lower-case letters and digits, with single dashes between, at most 40'],
    ],
    [
      'as a reference',
      'site: oslo',
      "site: '${env:MILL}'",
      ['21:44 `site` must be written out: it is no secret'],
    ],
  ])('%s is refused', (_, from, to, expected) => {
    expect(text).toContain(from)
    expect(
      faultsAt(
        undefined,
        text.replace(from, () => to),
      ),
    ).toEqual(expected)
  })
})
