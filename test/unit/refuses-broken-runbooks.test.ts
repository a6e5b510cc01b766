import { describe, expect, test } from 'vitest'
import { parseRunbook } from '../../language/parse-runbook.ts'

const sound = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: pool-exhausted, title: Pool exhausted, owner: platform }
targets: { db: postgres, api: service, metrics: prometheus, cache: redis }
match: alert.labels.alertname == "PoolExhausted"
triage:
  checks:
    pool: { uses: postgres.connections, target: db }
    health: { uses: service.health, target: api, with: { timeout: 2s }, timeout: 5s }
  severity:
    - { is: SEV1, when: 'checks.health.status == "down"' }
    - { is: SEV2 }
  impact: checks.pool.used_ratio > 0.9
mitigate:
  - id: end-idle
    uses: postgres.terminate_idle
    target: db
    when: checks.pool.idle > 20
    with: { idle_longer_than: 10m, at_most: 200 }
    gate: { approvers: ['role:on-call'], quorum: 1, expires: 15m, on_expiry: escalate }
    verify: { check: pool, until: value.used_ratio < 0.7, settle: 5s, for: 30s, within: 3m }
    undo: { none: sessions reconnect }
verify: { checks: [pool, health], until: checks.pool.used_ratio < 0.7, for: 2m, within: 15m }
escalate:
  - { after: 0m, page: [on-call] }
  - { after: 15m, unless: acknowledged, when: incident.impact, page: [on-call, senior] }
postmortem: { due: 48h, for: [SEV1] }
`

const durations = 'must be a duration with its unit, such as 500ms, 30s, 10m, 2h or 1d'
const step2 = '    undo: { none: sessions reconnect }\n'

/** What is written instead of what, and every fault that follows: line, column, message, hint. */
const rows: [string, string, string, string[]][] = [
  [
    'a mistyped top-level key',
    'match:',
    'mach:',
    [
      '3:19 `match` is required: without it the runbook is never chosen | add for example: match: alert.labels.alertname == "..."',
      '5:1 unknown key `mach` | did you mean `match`?',
    ],
  ],
  [
    'an unknown key in a flow map',
    'owner: platform',
    'owner: platform, team: x',
    ['3:75 unknown key `team` | known: name, title, owner, source'],
  ],
  [
    'a key that is not in the language yet',
    'page: [on-call] }',
    'page: [on-call], off_hours_only: true }',
    ['25:35 unknown key `off_hours_only` | known: after, unless, only, when, page, severity'],
  ],
  ['another kind of file', 'kind: Runbook', 'kind: Drill', ['2:7 `kind` must be Runbook']],
  [
    'another version',
    'paramedic/v1',
    'paramedic/v2',
    ['1:13 `apiVersion` must be paramedic/v1 | did you mean `paramedic/v1`?'],
  ],
  ['a missing owner', ', owner: platform', '', ['3:1 `owner` is required']],
  [
    'an unknown kind of target',
    'db: postgres',
    'db: postgress',
    ['4:16 `db` must be one of postgres, redis, service, prometheus | did you mean `postgres`?'],
  ],
  [
    'an unknown check',
    'postgres.connections',
    'postgres.conections',
    ['8:19 unknown check `postgres.conections` | did you mean `postgres.connections`?'],
  ],
  [
    'an action where a check belongs',
    'uses: service.health',
    'uses: service.restart',
    ['9:21 `service.restart` is an action; checks only measure'],
  ],
  [
    'a check where an action belongs',
    'uses: postgres.terminate_idle',
    'uses: postgres.connections',
    ['16:11 `postgres.connections` is a check; a step changes something'],
  ],
  [
    'an unknown action',
    'postgres.terminate_idle',
    'postgres.terminate_all',
    ['16:11 unknown action `postgres.terminate_all` | did you mean `postgres.terminate_idle`?'],
  ],
  [
    'a role nobody declared',
    'target: api',
    'target: apy',
    ['9:45 role `apy` is not declared under `targets` | did you mean `api`?'],
  ],
  [
    'a role of another kind',
    '    target: db\n',
    '    target: cache\n',
    [
      '17:13 role `cache` is of kind redis, but `postgres.terminate_idle` works on postgres | of kind postgres: db',
    ],
  ],
  [
    'an unknown parameter',
    'idle_longer_than',
    'idle_longer',
    ['19:13 unknown parameter `idle_longer` | known: idle_longer_than, at_most, application'],
  ],
  [
    'a mistyped parameter',
    'at_most',
    'at_mots',
    ['19:36 unknown parameter `at_mots` | did you mean `at_most`?'],
  ],
  [
    'a parameter above its bound',
    'at_most: 200',
    'at_most: 20000',
    ['19:45 `at_most` must be at most 10000 | Never end more sessions than this'],
  ],
  [
    'a parameter of the wrong type',
    'at_most: 200',
    'at_most: many',
    ['19:45 `at_most` must be a whole number | Never end more sessions than this'],
  ],
  [
    'a duration parameter without its unit',
    'idle_longer_than: 10m',
    'idle_longer_than: 10',
    [`19:31 \`idle_longer_than\` ${durations} | Only sessions idle for at least this long`],
  ],
  [
    'a duration parameter below its bound',
    'idle_longer_than: 10m',
    'idle_longer_than: 10ms',
    ['19:31 `idle_longer_than` must be at least 1s | Only sessions idle for at least this long'],
  ],
  [
    'a parameter that must be there',
    'uses: postgres.connections, target: db',
    'uses: prometheus.scrape, target: metrics',
    [
      '8:5 parameter `metric` is required | Name of the metric',
      '13:23 in `impact`: `checks.pool` has no `used_ratio` | known: value, series',
      '18:23 in `when`: `checks.pool` has no `idle` | known: value, series',
      '21:41 in `until`: `value` has no `used_ratio` | known: value, series',
      '23:54 in `until`: `checks.pool` has no `used_ratio` | known: value, series',
    ],
  ],
  ['a duration that is a bare number', 'settle: 5s', 'settle: 5', [`21:67 \`settle\` ${durations}`]],
  ['a duration of zero written bare', 'after: 0m', 'after: 0', [`25:14 \`after\` ${durations}`]],
  [
    'a verification of an unknown check',
    'check: pool',
    'check: pol',
    ['21:22 triage has no check `pol` | did you mean `pool`?'],
  ],
  [
    'an overall verification of an unknown check',
    '[pool, health]',
    '[pool, helth]',
    ['23:26 triage has no check `helth` | did you mean `health`?'],
  ],
  [
    'an overall verification that reads what it does not measure',
    '[pool, health]',
    '[health]',
    ['23:43 in `until`: `checks` has no `pool` | known: health'],
  ],
  ['a missing undo', step2, '', ['15:5 `undo` is required']],
  [
    'a missing verify',
    'verify: { check: pool, until: value.used_ratio < 0.7, settle: 5s, for: 30s, within: 3m }',
    'timeout: 5m',
    ['15:5 `verify` is required'],
  ],
  [
    'a verification that cannot succeed',
    'within: 3m',
    'within: 20s',
    ['21:5 cannot succeed: settle and for take 35s, within is 20s'],
  ],
  [
    'a verification that measures too often',
    'within: 3m',
    'within: 3m, every: 100ms',
    ['21:100 `every` must be at least 250ms'],
  ],
  [
    'a verification that would measure once',
    'within: 3m',
    'within: 3m, every: 4m',
    ['21:100 `every` must be at most `within` (3m)'],
  ],
  [
    'a gate that approves when nobody answers',
    'on_expiry: escalate',
    'on_expiry: approve',
    ['20:78 `on_expiry` must be one of next, escalate, stop'],
  ],
  ['a gate without a quorum', 'quorum: 1', 'quorum: 0', ['20:50 `quorum` must be at least 1']],
  [
    'an approver who is no role',
    "'role:on-call'",
    'on-call',
    ['20:25 item 1 of `approvers` must be `role:` and the name of a role or function'],
  ],
  [
    'two steps of one name',
    step2,
    `${step2}  - id: end-idle\n    uses: service.restart\n    target: api\n    verify: { check: health, until: value.status == "up" }\n${step2}`,
    ['23:9 step `end-idle` is named twice'],
  ],
  [
    'a step name that is no name',
    'id: end-idle',
    'id: End Idle',
    ['15:9 `id` must be lower-case letters, digits and dashes, at most 63'],
  ],
  [
    'a check name that CEL cannot say',
    '    pool: {',
    '    pool-use: {',
    [
      '8:5 `pool-use` must be lower-case letters, digits and underscores, beginning with a letter',
      '13:18 in `impact`: `checks` has no `pool` | known: pool-use, health',
      '18:18 in `when`: `checks` has no `pool` | known: pool-use, health',
      '21:22 triage has no check `pool` | known: pool-use, health',
      '23:20 triage has no check `pool` | known: pool-use, health',
      '23:49 in `until`: `checks` has no `pool` | known: health',
    ],
  ],
  [
    'a check named like a word of CEL',
    '    health: {',
    '    in: { uses: service.health, target: api }\n    health: {',
    ['9:5 `in` is a word of CEL and cannot name a check'],
  ],
  [
    'a last severity with a condition',
    '- { is: SEV2 }',
    "- { is: SEV2, when: 'true' }",
    ['12:19 the last severity rule has no `when`: it holds when none before did'],
  ],
  [
    'a severity that hides the ones after it',
    ', when: \'checks.health.status == "down"\'',
    '',
    ['11:7 only the last severity rule may have no `when`: the rules after it would never be reached'],
  ],
  ['an unknown severity', 'is: SEV2', 'is: P0', ['12:13 `is` must be one of SEV1, SEV2, SEV3, SEV4']],
  ['a severity near several', 'is: SEV2', 'is: SEV9', ['12:13 `is` must be one of SEV1, SEV2, SEV3, SEV4']],
  ['a duration that is a number in quotes', 'settle: 5s', "settle: '5'", [`21:67 \`settle\` ${durations}`]],
  [
    'no escalation',
    /escalate:[^]*(?=postmortem)/.exec(sound)?.[0] ?? '',
    'escalate: []\n',
    ['24:11 `escalate` must have at least 1 item(s)'],
  ],
  ['levels out of order', 'after: 0m', 'after: 20m', ['26:14 levels must be in the order of their time']],
  ['nobody to page', 'page: [on-call] }', 'page: [] }', ['25:24 `page` must have at least 1 item(s)']],
  [
    'a condition that is not finished',
    'checks.pool.idle > 20',
    'checks.pool.idle >',
    ['18:29 in `when`: the condition ends too early'],
  ],
  [
    'a condition that is no yes or no',
    'checks.pool.idle > 20',
    'checks.pool.idle + 20',
    ['18:11 in `when`: the condition must be true or false, but it is int'],
  ],
  [
    'a condition that compares a number with text',
    'checks.pool.idle > 20',
    'checks.pool.idle > "20"',
    ['18:11 in `when`: `int > string` is not possible'],
  ],
  [
    'a condition that mixes numbers in a sum',
    'value.used_ratio < 0.7',
    'value.used_ratio * 100 < 70',
    [
      '21:35 in `until`: `double * int` is not possible | CEL keeps int and double apart: write double(...) around the int, or 1.0 for 1',
    ],
  ],
  [
    'a condition on an unknown field',
    'checks.pool.idle > 20',
    'checks.pool.idel > 20',
    ['18:23 in `when`: `checks.pool` has no `idel` | did you mean `idle`?'],
  ],
  [
    'a condition with text nobody quoted',
    'alert.labels.alertname == "PoolExhausted"',
    'alert.labels.alertname == PoolExhausted',
    ['5:34 in `match`: unknown name `PoolExhausted` | known: alert; text needs quotes: "PoolExhausted"'],
  ],
  [
    'a condition on the wrong subject',
    'when: incident.impact',
    'when: checks.pool.idle > 3',
    ['26:47 in `when`: unknown name `checks` | known: incident; text needs quotes: "checks"'],
  ],
  [
    'a regular expression',
    'alert.labels.alertname == "PoolExhausted"',
    'alert.labels.alertname.matches("(a+)+")',
    [
      '5:8 in `match`: conditions have no function `matches` | use contains, startsWith, endsWith or `in [...]`: regular expressions have no bounded cost',
    ],
  ],
  [
    'a has() with a mistyped field',
    'checks.pool.idle > 20',
    'has(checks.pool.idel)',
    ['18:15 in `when`: has() asks for what cannot be there: No such key: idel'],
  ],
  ['a key written twice', 'kind: Runbook', 'kind: Runbook\nkind: Runbook', ['3:1 `kind` is written twice']],
  [
    'a prototype as a key',
    'owner: platform',
    'owner: platform, __proto__: { name: x }',
    ['3:75 `__proto__` is not allowed as a key'],
  ],
  ['a tag', 'title: Pool exhausted', 'title: !!js/function x', ['3:42 tags (`!...`) are not allowed']],
  [
    'a merge key',
    'owner: platform',
    'owner: platform, <<: { source: x }',
    ['3:75 unknown key `<<` | known: name, title, owner, source'],
  ],
  [
    'a second document',
    'postmortem:',
    '---\npostmortem:',
    ['27:1 the file holds more than one document; `---` may stand only at its top'],
  ],
  [
    'a runbook without match',
    'match: alert.labels.alertname == "PoolExhausted"\n',
    '',
    [
      '3:19 `match` is required: without it the runbook is never chosen | add for example: match: alert.labels.alertname == "..."',
    ],
  ],
  [
    'a default with a match',
    'name: pool-exhausted',
    'name: default',
    ['5:1 the runbook named `default` has no `match`: it is chosen when no other matches'],
  ],
]

describe('a broken runbook is refused with line, column and the nearest known name', () => {
  test('the sound one is accepted', () => {
    expect(parseRunbook(sound, 'x.yaml')).toHaveProperty('runbook.name', 'pool-exhausted')
  })

  test.each(rows)('%s', (_, from, to, expected) => {
    expect(sound).toContain(from)
    expect(faultsOf(sound.replace(from, () => to))).toEqual(expected)
  })

  test('all faults at once, in reading order', () => {
    const broken = sound
      .replace('kind: Runbook', 'kind: X')
      .replace('at_most: 200', 'at_most: 0')
      .replace('[SEV1]', '[SEV7]')
    expect(faultsOf(broken).map(fault => fault.split(' ')[0])).toEqual(['2:7', '19:45', '27:31'])
  })

  test.each([
    ['an empty file', ''],
    ['a list', '- a'],
    ['a word', 'hello'],
  ])('%s is refused', (_, text) => {
    expect(faultsOf(text)).toContain(
      '1:1 the file must be a mapping, not ' + (text === '' ? 'empty' : text === 'hello' ? 'text' : 'a list'),
    )
  })
})

function faultsOf(text: string): string[] {
  const parsed = parseRunbook(text, 'x.yaml')
  const faults = 'faults' in parsed ? parsed.faults : []
  return faults.map(
    ({ line, column, message, hint }) => `${line}:${column} ${message}${hint ? ` | ${hint}` : ''}`,
  )
}
