import { describe, expect, test } from 'vitest'
import { parseConfiguration } from '../../language/parse-configuration.ts'
import type { Resolve } from '../../language/references.ts'

const sound = `apiVersion: paramedic/v1
kind: Configuration
sources:
  - { name: alertmanager, kind: alertmanager, token: '\${env:SOURCE_TOKEN}' }
targets:
  - name: orders-db
    kind: postgres
    environment: production
    system: shop
    role: db
    autonomy: auto
    connection: { url: 'postgres://paramedic:\${env:DATABASE_PASSWORD}@db.internal/orders' }
  - name: shop-api
    kind: service
    environment: production
    system: shop
    role: api
    health: { url: 'http://127.0.0.1:3000/health' }
    process:
      command: [node, server.js]
      directory: /srv/shop
      pid_file: /run/shop.pid
      log_file: /var/log/shop.log
      environment: { PORT: '3000' }
principals:
  - { name: mia, roles: [approver], functions: [on-call], token: '\${file:/run/secrets/mia}' }
channels:
  - { name: pager, kind: webhook, url: 'https://pages.internal/hook', signing_secret: '\${env:PAGE_SECRET}' }
  - { name: mail, kind: smtp, url: 'smtp://paramedic:\${env:PAGE_SECRET}@mail.internal', from: Paramedic }
contacts:
  - { name: mia, functions: [on-call], reach: [{ channel: pager }, { channel: mail, to: mia@example }] }
`

const mailToMia = '{ channel: mail, to: mia@example }'
const told = `{ name: support, reach: [${mailToMia}] }`

const known: Record<string, string> = {
  'env:SOURCE_TOKEN': 's'.repeat(32),
  'env:TOKEN_WITH_SPACES': 'a token with spaces in between',
  'env:DATABASE_PASSWORD': 'secret-of-the-database',
  'file:/run/secrets/mia': 'm'.repeat(32),
  'env:PAGE_SECRET': 'whsec_cGFnZS1zZWNyZXQ=',
}
const resolve: Resolve = ({ kind, name }) => known[`${kind}:${name}`] ?? { problem: 'it is not set' }

const secretRule = 'secrets only as ${env:NAME} or ${file:PATH}'

const rows: [string, string, string, string[]][] = [
  [
    'an unknown key',
    'principals:',
    'principles:',
    ['25:1 unknown key `principles` | did you mean `principals`?'],
  ],
  [
    'an unknown key of a kind of target',
    'health:',
    'heath:',
    ['18:5 unknown key `heath` | did you mean `health`?'],
  ],
  [
    'an unknown kind of target',
    'kind: postgres',
    'kind: postgress',
    ['7:11 `kind` must be one of postgres, redis, service, prometheus | did you mean `postgres`?'],
  ],
  [
    'an unknown kind of source',
    'kind: alertmanager',
    'kind: alertmanger',
    ['4:33 `kind` must be one of alertmanager, generic | did you mean `alertmanager`?'],
  ],
  [
    'a name with capitals',
    'name: shop-api',
    'name: Shop API',
    ['13:11 `name` must be lower-case letters, digits, dots, dashes, at most 63'],
  ],
  [
    'two targets of one name',
    'name: shop-api',
    'name: orders-db',
    ['13:11 target `orders-db` is named twice'],
  ],
  [
    'a literal token',
    "'${env:SOURCE_TOKEN}'",
    'abcdefghijklmnopqrstuvwxyz',
    [`4:54 \`token\` must be one reference: ${secretRule}`],
  ],
  [
    'a token beside a reference',
    "'${env:SOURCE_TOKEN}'",
    "'prefix-${env:SOURCE_TOKEN}'",
    [`4:54 \`token\` must be one reference: ${secretRule}`],
  ],
  [
    'a token that YAML reads as a number',
    "'${env:SOURCE_TOKEN}'",
    '123456789012345678901234567890',
    [`4:54 \`token\` must be one reference: ${secretRule}`],
  ],
  [
    'a literal signing secret',
    "'${env:PAGE_SECRET}'",
    'whsec',
    [`28:87 \`signing_secret\` must be one reference: ${secretRule}`],
  ],
  [
    'a literal password of a mail server',
    'paramedic:${env:PAGE_SECRET}@mail',
    'paramedic:hunter2@mail',
    [`29:36 the password in \`url\` must be a reference: ${secretRule}`],
  ],
  [
    'the address of a Slack webhook, which is a credential',
    "kind: webhook, url: 'https://pages.internal/hook', signing_secret: '${env:PAGE_SECRET}'",
    'kind: slack, url: https://hooks.example/T/B',
    [`28:38 \`url\` must be one reference: ${secretRule}`],
  ],
  [
    'a contact reached by an unknown channel',
    'channel: pager }',
    'channel: pagr }',
    ['31:59 there is no channel `pagr` | did you mean `pager`?'],
  ],
  [
    'mail to nobody',
    'mail, to: mia@example }',
    'mail }',
    ['31:68 `to` is required: a channel of kind smtp reaches an address'],
  ],
  [
    'an address for a channel that has none',
    'channel: pager }',
    'channel: pager, to: mia }',
    ['31:66 a channel of kind webhook takes no `to`'],
  ],
  [
    'a contact nobody can reach',
    'reach: [{ channel: pager }, { channel: mail, to: mia@example }]',
    'title: Mia',
    ['31:5 `reach` is required'],
  ],
  [
    'a literal password in a connection',
    '${env:DATABASE_PASSWORD}',
    'hunter2',
    [`12:24 the password in \`url\` must be a reference: ${secretRule}`],
  ],
  [
    'a literal password beside a reference to the host',
    'paramedic:${env:DATABASE_PASSWORD}@db.internal',
    'paramedic:hunter2@${env:DATABASE_PASSWORD}',
    [`12:24 the password in \`url\` must be a reference: ${secretRule}`],
  ],
  [
    'a literal password in the query of a connection',
    'paramedic:${env:DATABASE_PASSWORD}@db.internal/orders',
    'db.internal/orders?password=hunter2',
    [`12:24 the password in \`url\` must be a reference: ${secretRule}`],
  ],
  [
    'a password in an address that people see',
    'http://127',
    'http://a:hunter2@127',
    ['18:20 `url` must not carry a password: this address is shown to people'],
  ],
  [
    'a literal password among the variables of a process',
    "PORT: '3000'",
    "DATABASE_URL: 'postgres://shop:hunter2@db/shop'",
    [`24:36 the password in \`DATABASE_URL\` must be a reference: ${secretRule}`],
  ],
  [
    'a reference to nothing',
    '${env:SOURCE_TOKEN}',
    '${env:TOKEN_OF_SOURCE}',
    ['4:55 `${env:TOKEN_OF_SOURCE}` could not be read: it is not set'],
  ],
  [
    'a reference of an unknown kind',
    '${env:SOURCE_TOKEN}',
    '${evn:SOURCE_TOKEN}',
    [
      '4:55 `${evn:...}` is no reference; there are ${env:NAME} and ${file:PATH} | did you mean `env`?',
      `4:54 \`token\` must be one reference: ${secretRule}`,
    ].toReversed(),
  ],
  [
    'a variable that is no variable',
    "PORT: '3000'",
    "'PO RT': '3000'",
    ['24:22 `PO RT` cannot be the name of an environment variable'],
  ],
  [
    'an unknown autonomy',
    'autonomy: auto',
    'autonomy: atuo',
    ['11:15 `autonomy` must be one of observe, propose, auto | did you mean `auto`?'],
  ],
  [
    'an unknown role',
    'roles: [approver]',
    'roles: [aprover]',
    [
      '26:26 item 1 of `roles` must be one of viewer, responder, approver, admin, auditor, ingest | did you mean `approver`?',
    ],
  ],
  [
    'an address that is none',
    'http://127.0.0.1:3000/health',
    'localhost',
    ['18:20 `url` must be an http:// or https:// URL'],
  ],
  [
    'two principals of one name',
    'channels:\n',
    "  - { name: mia, roles: [viewer], token: '${file:/run/secrets/mia}' }\nchannels:\n",
    ['27:13 principal `mia` is named twice', '27:42 `token` is the same as that of `mia`'],
  ],
  [
    'a principal with the token of a source',
    '${file:/run/secrets/mia}',
    '${env:SOURCE_TOKEN}',
    ['26:66 `token` is the same as that of `alertmanager`'],
  ],
  [
    'a token that no header can carry',
    '${env:SOURCE_TOKEN}',
    '${env:TOKEN_WITH_SPACES}',
    ['4:54 `token` must be printable ASCII without spaces'],
  ],
  [
    'a signing secret that is no base64',
    '${env:PAGE_SECRET}',
    '${env:DATABASE_PASSWORD}',
    ['28:87 `signing_secret` must be base64, with or without whsec_ before it'],
  ],
  [
    'a database that is something else',
    'postgres://',
    'redis://',
    ['12:24 `url` must be a postgres:// or postgresql:// URL'],
  ],
  ['another kind of file', 'kind: Configuration', 'kind: Runbook', ['2:7 `kind` must be Configuration']],
]

describe('a broken configuration is refused with line and column', () => {
  test('the sound one is accepted, with its references put in', () => {
    const parsed = parseConfiguration(sound, 'paramedic.yaml', resolve)
    if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
    const [database, service] = parsed.configuration.targets
    expect(database?.kind === 'postgres' && database.connection.url.reveal()).toBe(
      'postgres://paramedic:secret-of-the-database@db.internal/orders',
    )
    expect(service).toMatchObject({ autonomy: 'observe', process: { pidFile: '/run/shop.pid' } })
    expect(parsed.configuration.principals[0]?.token.reveal()).toBe('m'.repeat(32))
  })

  test('an empty one is accepted', () => {
    const parsed = parseConfiguration('apiVersion: paramedic/v1\nkind: Configuration\n', 'x.yaml', resolve)
    expect(parsed).toHaveProperty('configuration.targets', [])
  })

  test('a connection without a password may stand in the file', () => {
    const text = sound.replace('paramedic:${env:DATABASE_PASSWORD}@', '')
    expect(faultsOf(text)).toEqual([])
  })

  test('a connection may be one reference', () => {
    const text = sound.replace(/postgres:[^']*/, '${env:DATABASE_URL}')
    known['env:DATABASE_URL'] = 'postgres://a:b@c/d'
    expect(faultsOf(text)).toEqual([])
  })

  test.each(rows)('%s', (_, from, to, expected) => {
    expect(sound).toContain(from)
    expect(faultsOf(sound.replace(from, () => to))).toEqual(expected)
  })

  test('all faults at once, in reading order', () => {
    const broken = sound
      .replace('${env:SOURCE_TOKEN}', 'x')
      .replace('autonomy: auto', 'autonomy: x')
      .replace('[approver]', '[]')
    expect(faultsOf(broken).map(fault => fault.split(' ')[0])).toEqual(['4:54', '11:15', '26:25'])
  })
})

describe('channels without anybody to call', () => {
  const nobody = sound.slice(0, sound.indexOf('contacts:'))
  const onlyMail = nobody.replace(/  - { name: pager.*\n/, '')
  const refused = ['27:1 no page would reach anybody: these channels need an address, and nobody has one']

  test.each([
    ['are where pages go, when one needs no address', nobody, []],
    ['are refused when each needs an address', onlyMail, refused],
    ['are refused when only stakeholders have one', `${onlyMail}stakeholders:\n  - ${told}\n`, refused],
    ['are accepted with a fallback', `${onlyMail}fallback: { reach: [${mailToMia}] }\n`, []],
  ])('%s', (_, text, expected) => {
    expect(faultsOf(text).map(fault => fault.split(' | ')[0])).toEqual(expected)
  })
})

describe('a threshold rule', () => {
  const soundRule =
    sound +
    `rules:
  - name: queue-long
    target: orders-db
    metric: { sql: select count(*) from job }
    operator: '>'
    value: 500
    title: The queue is long
`
  test('is accepted with its defaults', () => {
    const parsed = parseConfiguration(soundRule, 'paramedic.yaml', resolve)
    expect(parsed).toHaveProperty('configuration.rules.0.everyMs', 15_000)
    expect(parsed).toHaveProperty('configuration.rules.0.aggregate', 'last')
  })

  test.each([
    [
      'for an unknown target',
      'target: orders-db',
      'target: order-db',
      ['34:13 there is no target `order-db` | did you mean `orders-db`?'],
    ],
    [
      'that measures what its target cannot',
      'sql: select count(*) from job',
      'promql: up',
      ['35:15 `promql` needs a target of kind prometheus with `server`'],
    ],
    ['without a threshold', '    value: 500\n', '', ['33:5 `value` is required']],
    [
      'with two metrics',
      '{ sql:',
      '{ scrape: jobs, sql:',
      [
        '35:13 `metric` must have exactly one of `scrape`, `promql` and `sql`',
        '35:15 `scrape` needs a target of kind prometheus with `scrape`',
      ],
    ],
    [
      'with a window and nothing to make of it',
      'value: 500',
      'value: 500\n    window: 5m',
      ['38:13 `window` goes with every `aggregate` but `last`'],
    ],
  ])('%s is refused', (_, from, to, expected) => {
    expect(soundRule).toContain(from)
    expect(faultsOf(soundRule.replace(from, () => to))).toEqual(expected)
  })
})

describe('references', () => {
  test('are looked up once', () => {
    const asked: string[] = []
    parseConfiguration(sound.replace('kind: service', 'kind: service # ${env:X}'), 'x.yaml', reference => {
      asked.push(reference.name)
      return resolve(reference)
    })
    expect(asked).toEqual(['SOURCE_TOKEN', 'DATABASE_PASSWORD', '/run/secrets/mia', 'PAGE_SECRET'])
  })

  test('inside resolved values are data', () => {
    const tricky = '${env:PAGE_SECRET}${file:/etc/passwd}$&$1'.padEnd(30, 'x')
    const asked: string[] = []
    const parsed = parseConfiguration(sound, 'x.yaml', reference => {
      asked.push(reference.name)
      return reference.name === 'SOURCE_TOKEN' ? tricky : resolve(reference)
    })
    if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
    expect(parsed.configuration.sources[0]?.token.reveal()).toBe(tricky)
    expect(asked).not.toContain('/etc/passwd')
  })

  test('leave the braces of a shell alone', () => {
    const text = sound.replace('[node, server.js]', "[sh, -c, 'echo ${HOME} ${port:-80}']")
    const parsed = parseConfiguration(text, 'x.yaml', resolve)
    expect(parsed).toHaveProperty('configuration.targets.1.process.command.2', 'echo ${HOME} ${port:-80}')
  })
})

function faultsOf(text: string): string[] {
  const parsed = parseConfiguration(text, 'paramedic.yaml', resolve)
  const faults = 'faults' in parsed ? parsed.faults : []
  return faults.map(
    ({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`,
  )
}
