import { expect, it } from 'vitest'
import { foreseen, foreseenRunbook } from '../../../api/foresight-examples.ts'
import { tellChapters } from '../../../cli/explain/tell.ts'
import { chaptersOfForesight } from '../../../cli/foresee/live-chapters.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import type { ForesightReply } from '../../../contracts/foresight-views.ts'
import { parseRunbook } from '../../../language/parse-runbook.ts'

const text = `${foreseenRunbook}  - { after: 30m, unless: resolved, when: incident.impact, page: [senior] }
`
const read = parseRunbook(text, 'draft.yaml')
if ('faults' in read) throw new Error(read.faults.map(({ message }) => message).join('; '))
const { runbook, hash } = read
function told(changes: Partial<NonNullable<ForesightReply['foresight']>>, isFrozen = false): string {
  const reply = {
    ...foreseen,
    runbook: { hash, runbook },
    isFrozen,
    foresight: { ...foreseen.foresight!, ...changes },
  }
  const chapters = chaptersOfForesight(reply, { from: 'draft.yaml', others: ['other'] })
  return `${tellChapters(chapters, { paint: createPaint(false), width: 100 }).join('\n')}\n`
}

const calls = [
  { level: 0, isCalled: true },
  { level: 1, isCalled: false },
]

it('tells it as the targets say', async () => {
  await expect(told({ calls })).toMatchFileSnapshot('golden/what-would-be-done.txt')
})

const [step] = foreseen.foresight!.steps
const plan = step!.plan!
it.each([
  [{ ...step!, plan: { ...plan, gate: null } }, 'allowed  nobody is asked, it would run'],
  [{ ...step!, plan: { ...plan, autonomy: 'observe' as const } }, 'the target is only observed'],
  [
    { ...step!, plan: { ...plan, gate: { ...plan.gate!, quorum: 2, because: 'risk' as const } } },
    '2 different people',
  ],
  [
    { ...step!, result: 'left-out' as const, because: 'not needed', plan: null },
    'left out.\n     because  not needed',
  ],
  [
    { ...step!, result: 'unknown' as const, because: 'it is down', plan: null },
    'it could not be planned.\n     because  it is down',
  ],
])('of a step it says what would become of it', (changed, words) => {
  expect(told({ steps: [changed] })).toContain(words)
})

it('says that a freeze is on, and which check gave nothing', () => {
  const checks = [{ name: 'sessions', target: null, values: null, problem: 'no target for role db: unbound' }]
  const lines = told({ checks }, true)
  expect(lines).toContain('A freeze is on')
  expect(lines).toContain('sessions  not measured: no target for role db: unbound')
})
