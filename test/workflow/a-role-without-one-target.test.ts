import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/incident-harness.ts'
import { ladder, mendedBy, resolves } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

test.each([
  ['unbound', 0, []],
  ['ambiguous', 2, ['db', 'replica']],
] as const)(
  '%s: its steps are skipped, nothing is planned, and the next level is paged at once',
  async (problem, databases, candidates) => {
    const runbook = ladder({ steps: 2 })
    const played = await harness.play({ runbook, target: mendedBy(1), databases, people: [resolves(5)] })
    const because = `no target for role db: ${problem}`
    expect(played.entries('step.ended')).toMatchObject([
      { step: 'first', result: 'skipped', because },
      { step: 'second', result: 'skipped', because },
    ])
    expect(played.row['bindings']).toMatchObject([
      { role: 'db', problem, candidates: candidates.map(suffix => `${played.name}-${suffix}`) },
      { role: 'api' },
    ])
    expect(played.entries('incident.opened')).toMatchObject([{ unbound: [`db (${problem})`] }])
    expect(played.entries('step.planned')).toEqual([])
    expect(played.receipts).toEqual([])
    // Both are due at once, and neither waits for the other.
    expect(played.pagedAt.slice(0, 2).toSorted((a, b) => a.level - b.level)).toEqual([
      { level: 0, minute: 0 },
      { level: 1, minute: 0 },
    ])
  },
)
