import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { compareRunbooks } from '../../../cli/compare/runbooks.ts'
import { tellChanges } from '../../../cli/compare/tell.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import type { Runbook } from '../../../contracts/runbook.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'

const shipped = ['default', 'shop/pool-exhausted', 'shop/service-down', 'shop/stale-cache']
const file = 'runbooks/shop/pool-exhausted.yaml'
const written = readFileSync(file, 'utf8')

it('tells a review of everything at once, what loosens safety first', async () => {
  const edited = [
    ['when: checks.sessions.idle >= 10', 'when: checks.sessions.idle >= 5'],
    ['at_most: 50', 'at_most: 500'],
    ["approvers: ['role:approver'], quorum: 1", "approvers: ['role:approver', 'role:on-call'], quorum: 2"],
    ['on_expiry: escalate', 'on_expiry: next'],
    ['until: value.value < 0.8', 'until: value.value < 0.9'],
    ['hold: 5s', 'hold: 10m'],
    [
      'after: 30m, unless: resolved, page: [senior]',
      'after: 45m, unless: acknowledged, page: [senior, lead]',
    ],
    ['due: 48h', 'due: 72h'],
    ["The shop's database pool is exhausted", 'The pool is exhausted'],
    ['label: Critical', 'label: Grave'],
  ].reduce((text, [from, to]) => replaced(text, from!, to!), written)
  const lines = tellChanges(compared(written, edited), { paint: createPaint(false), width: 100 })
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/compared-runbooks.txt')
})

it.each<[string, string, string, [string, string][]]>([
  [
    'a gate that is gone',
    "    gate: { approvers: ['role:approver'], quorum: 1, expires: 15m, on_expiry: escalate }\n",
    '',
    [['loosens', 'restart-api: nobody has to approve it any more, before approver had to']],
  ],
  [
    'a condition that is gone',
    '    when: checks.sessions.idle >= 10\n',
    '',
    [['loosens', 'end-idle-sessions: the condition for it is gone']],
  ],
  [
    'a gate that stops',
    'on_expiry: escalate',
    'on_expiry: stop',
    [
      [
        'tightens',
        'restart-api: when nobody answers, no further step is tried, and it stays with people; before, the next level of the escalation is called at once and the next step is tried',
      ],
    ],
  ],
  [
    'a call that is gone',
    '  - { after: 30m, unless: resolved, page: [senior] }\n',
    '',
    [['loosens', 'Nobody is called after 30 minutes any more, before senior']],
  ],
  [
    'a call in any case',
    'after: 15m, unless: acknowledged',
    'after: 15m',
    [['tightens', 'The call after 15 minutes comes in any case; before, unless somebody has acknowledged']],
  ],
  [
    'a wider measure',
    ', application: shop }\n    verify',
    ' }\n    verify',
    [['loosens', 'end-idle-sessions: application is nothing instead of shop']],
  ],
  [
    'a rule for the worst that holds less often',
    'checks.health.status == "down"\'',
    'checks.health.status == "down" && checks.errors.value > 0.5\'',
    [['loosens', 'The condition for SEV1 (Critical) holds less often']],
  ],
  [
    'a milder otherwise',
    'is: SEV3',
    'is: SEV4',
    [['loosens', 'Otherwise it is SEV4 (Medium) instead of SEV3 (Medium)']],
  ],
  [
    'one role of a check',
    'api: service, metrics',
    'web: service, api: service, metrics',
    [['changes', 'New role web, of kind service']],
  ],
])('%s', (_, from, to, told) => {
  const changes = compared(written, replaced(written, from, to))
  expect(changes.map(({ effect, text }) => [effect, text])).toEqual(told)
})

it('knows a new step that asks nobody from one that asks', () => {
  const step = `  - id: again
    uses: service.restart
    target: api
    verify: { check: health, until: value.status == "up" }
    undo: { none: nothing }
`
  const ungated = compared(written, written.replace('mitigate:\n', `mitigate:\n${step}`))
  expect(ungated).toMatchObject([
    { effect: 'loosens', text: 'New step 1, again: service.restart on api, without an approval' },
  ])
  const asking = step.replace('    verify', "    gate: { approvers: ['role:lead'] }\n    verify")
  expect(compared(written, written.replace('mitigate:\n', `mitigate:\n${asking}`))).toMatchObject([
    { effect: 'changes', text: 'New step 1, again: service.restart on api, approved by lead' },
  ])
})

it('tells another order of the same steps', () => {
  const runbook = parsed(written)
  const turned = { ...runbook, mitigate: runbook.mitigate.toReversed() }
  expect(compareRunbooks(runbook, turned).map(({ text }) => text)).toEqual([
    'The order is restart-api and end-idle-sessions instead of end-idle-sessions and restart-api',
  ])
})

it('is silent about comments, the order of keys and defaults that are spelt out', () => {
  const shuffled = `# Another look.\n${stringify(reversed(parse(written)))}`.replace(
    'every: 1s\n',
    'every: 1000ms\n',
  )
  expect(shuffled).not.toBe(written)
  expect(compared(written, shuffled)).toEqual([])
  const lines = tellChanges([], { paint: createPaint(false), width: 100 })
  expect(lines.join('\n')).toContain('Nothing that matters changed')
})

it.each(shipped)('%s: no single change of a value goes untold', name => {
  const runbook = parsed(readFileSync(`runbooks/${name}.yaml`, 'utf8'))
  const places = leaves(runbook)
  expect(places.length).toBeGreaterThan(10)
  for (const path of places) {
    const changed = structuredClone(runbook)
    alter(changed, path)
    expect(compareRunbooks(runbook, changed), path.join('.')).not.toEqual([])
    expect(compareRunbooks(changed, runbook), path.join('.')).not.toEqual([])
  }
})

function compared(before: string, after: string) {
  return compareRunbooks(parsed(before), parsed(after))
}

function parsed(text: string): Runbook {
  const read = parseRunbook(text, file)
  if ('faults' in read) throw new Error(read.faults.map(({ message }) => message).join('; '))
  return read.runbook
}

function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the runbook has no ${from}`)
  return text.replace(from, to)
}

/** Mappings the other way round, but for those of checks: their order is that of the evidence. */
function reversed(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map(item => reversed(item))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, inner]) => [name, reversed(inner, name)] as const)
  return Object.fromEntries(key === 'checks' ? entries : entries.toReversed())
}

type Place = (string | number)[]

function leaves(value: unknown, path: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return entries.flatMap(([key, inner]) => leaves(inner, [...path, key]))
}

function alter(runbook: Runbook, path: Place): void {
  const key = path.at(-1)!
  const holder = path.slice(0, -1).reduce<unknown>((inner, name) => (inner as never)[name], runbook)
  const record = holder as Record<string | number, unknown>
  record[key] = another(
    record[key],
    [...path].reverse().find(name => typeof name === 'string')!,
    path,
  )
}

function another(value: unknown, key: string, path: Place): unknown {
  if (typeof value === 'number') return value + 1
  if (key === 'is' || key === 'severity' || key === 'for') return value === 'SEV4' ? 'SEV2' : 'SEV4'
  if (key === 'uses') return path.includes('checks') ? other(value, checks) : other(value, actions)
  if (key === 'onExpiry') return 'stop'
  if (key === 'unless') return value === 'resolved' ? 'acknowledged' : 'resolved'
  if (['when', 'until', 'impact', 'match'].includes(key)) return `${String(value)} || 1 > 2`
  if (path[0] === 'targets') return value === 'redis' ? 'service' : 'redis'
  return `${String(value)}-2`
}

const checks = ['postgres.connections', 'service.health']
const actions = ['postgres.terminate_idle', 'service.restart']

function other(value: unknown, names: readonly string[]): string {
  return names.find(name => name !== value)!
}
