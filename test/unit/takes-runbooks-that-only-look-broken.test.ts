import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseRunbook } from '../../language/parse-runbook.ts'

const sound = readFileSync(new URL('broken-runbooks/sound.yaml', import.meta.url), 'utf8')
const impact = '  impact: checks.pool.used_ratio > 0.9\n'
const everyLevelNeedsImpact = ['after: 0m,', 'after: 0m, when: incident.impact,'] as const
const rule = `    - { is: SEV1, when: 'checks.health.status == "down"' }\n`
const rules = (...conditions: string[]): string =>
  conditions.map(condition => `    - { is: SEV1, when: '${condition}' }\n`).join('')
const levels = /escalate:\n[^]*(?=postmortem)/.exec(sound)![0]

function messagesOf(text: string): string[] {
  const parsed = parseRunbook(text, 'x.yaml')
  return 'faults' in parsed ? parsed.faults.map(({ message }) => message) : []
}

describe('what cannot be told is not said', () => {
  test.each([
    [
      'the narrower condition first',
      rule,
      rules('checks.pool.used_ratio > 0.9', 'checks.pool.used_ratio > 0.5'),
    ],
    [
      'conditions that overlap',
      rule,
      rules('checks.pool.idle > 5', 'checks.pool.idle < 9', 'checks.pool.total > 5'),
    ],
    [
      'a condition and its opposite, of what may be missing',
      rule,
      rules('checks.pool.idle > 5', 'checks.pool.idle <= 5'),
    ],
    ['an impact that is always no', impact, "  impact: 'false'\n"],
    ['a step that is always taken', 'when: checks.pool.idle > 20', "when: 'true'"],
    [
      'a condition that divides',
      'checks.pool.idle > 20',
      '100 / checks.pool.idle > 20 && checks.pool.idle != 0',
    ],
    [
      'a level of a severity that no rule gives, as a person may',
      'incident.impact',
      `'incident.severity == "SEV4"'`,
    ],
    [
      'levels of the same people at different times',
      levels,
      levels + '  - { after: 1h, unless: acknowledged, when: incident.impact, page: [on-call, senior] }\n',
    ],
    [
      'levels of the same time for different people',
      levels,
      levels + '  - { after: 15m, unless: acknowledged, when: incident.impact, page: [on-call] }\n',
    ],
    [
      'levels that together leave nobody out',
      levels,
      'escalate:\n  - { after: 0m, when: incident.impact, page: [a] }\n  - { after: 0m, when: "!incident.impact", page: [b] }\n',
    ],
    [
      'a level that waits for nothing but an acknowledgement',
      levels,
      'escalate:\n  - { after: 5m, unless: acknowledged, page: [a] }\n',
    ],
  ])('%s', (_, from, to) => {
    expect(sound).toContain(from)
    expect(messagesOf(sound.replace(from, () => to))).toEqual([])
  })

  test('levels that need an impact, where nothing measures it: unknown counts as yes', () => {
    expect(messagesOf(sound.replace(...everyLevelNeedsImpact))).toEqual([
      'nobody is ever paged while no customers are affected',
    ])
    expect(messagesOf(sound.replace(...everyLevelNeedsImpact).replace(impact, ''))).toEqual([])
  })

  test('a rule that asks for more than its condition hides no other', () => {
    const asking = `    - { is: SEV3, when: checks.pool.idle > 5, once: true }\n${rules('checks.pool.idle > 9')}`
    expect(messagesOf(sound.replace(rule, asking))).toEqual(['unknown key `once`'])
  })
})
