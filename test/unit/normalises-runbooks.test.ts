import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseRunbook } from '../../language/parse-runbook.ts'

const smallest = `apiVersion: paramedic/v1
kind: Runbook
metadata: { name: restart, title: Restart, owner: platform }
targets: { api: service }
match: alert.labels.alertname == "Down"
triage:
  checks: { health: { uses: service.health, target: api } }
  severity: [{ is: SEV2 }]
mitigate:
  - id: restart
    uses: service.restart
    target: api
    gate: { approvers: ['role:on-call'] }
    verify: { check: health, until: value.status == "up" }
    undo: { none: nothing to undo }
escalate: [{ after: 1d, page: [on-call] }]
`

function parse(text: string) {
  const parsed = parseRunbook(text, 'x.yaml')
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  return parsed
}

describe('a parsed runbook', () => {
  test('has every default and milliseconds', () => {
    expect(parse(smallest).runbook).toEqual({
      name: 'restart',
      title: 'Restart',
      owner: 'platform',
      targets: { api: 'service' },
      match: 'alert.labels.alertname == "Down"',
      triage: {
        checks: [
          {
            name: 'health',
            uses: 'service.health',
            target: 'api',
            with: { timeout: 2_000 },
            timeoutMs: 10_000,
          },
        ],
        severity: [{ is: 'SEV2' }],
      },
      mitigate: [
        {
          id: 'restart',
          uses: 'service.restart',
          target: 'api',
          with: { grace: 10_000, healthy_within: 60_000 },
          gate: { approvers: ['role:on-call'], quorum: 1, expiresMs: 900_000, onExpiry: 'escalate' },
          verify: {
            check: 'health',
            until: 'value.status == "up"',
            settleMs: 0,
            forMs: 30_000,
            withinMs: 300_000,
            everyMs: 10_000,
          },
          undo: { none: 'nothing to undo' },
          timeoutMs: 600_000,
        },
      ],
      holdMs: 300_000,
      escalate: [{ afterMs: 86_400_000, page: ['on-call'] }],
    })
  })

  test.each([
    ['for: 60s', 20_000],
    ['for: 12s', 5_000],
    ['for: 3s', 5_000],
    ['for: 3s, every: 1s', 1_000],
    ['for: 3s, every: 250ms', 250],
  ])('measures with %s every %i ms', (times, everyMs) => {
    const text = smallest.replace('"up" }', `"up", ${times} }`)
    expect(parse(text).runbook.mitigate[0]?.verify?.everyMs).toBe(everyMs)
  })

  test('survives JSON unchanged, so that a workflow gets what was hashed', () => {
    const { runbook } = parse(smallest)
    expect(JSON.parse(JSON.stringify(runbook))).toStrictEqual(runbook)
  })
})

describe('the hash', () => {
  test('is that of what the runbook says and not of how it is written', () => {
    const rewritten = smallest
      .replace('kind: Runbook\n', '# a comment\nkind: "Runbook"\n')
      .replace(
        '{ name: restart, title: Restart, owner: platform }',
        '\n  owner: platform\n  title: Restart\n  name: restart',
      )
      .replace('"up" }', '"up", for: 30000ms, within: 5m }')
      .replace('escalate:', 'priority: 0\nescalate:')
    expect(parse(rewritten).hash).toBe(parse(smallest).hash)
  })

  test('is pinned: a running incident is found by it', () => {
    expect(parse(smallest).hash).toBe('4d16f1fb2599a5214c235326932d930586fb81a5674d21fc0832bb7320736188')
  })

  test.each([
    ['a parameter', 'target: api\n    gate', 'target: api\n    with: { grace: 11s }\n    gate'],
    ['a condition', '== "up"', '!= "down"'],
    ['the priority', 'escalate:', 'priority: 1\nescalate:'],
    ['the hold', 'escalate:', 'hold: 6m\nescalate:'],
  ])('changes with %s', (_, from, to) => {
    expect(smallest).toContain(from)
    expect(parse(smallest.replace(from, to)).hash).not.toBe(parse(smallest).hash)
  })
})

const folder = new URL('../../runbooks/', import.meta.url)
const files = globSync('**/*.yaml', { cwd: folder }).filter(file => !file.endsWith('.drill.yaml'))

test.each(files)('runbooks/%s is sound', file => {
  expect(parseRunbook(readFileSync(new URL(file, folder), 'utf8'), file)).not.toHaveProperty('faults')
})
