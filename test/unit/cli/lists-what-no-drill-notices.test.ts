import { expect, test } from 'vitest'
import { mutationLines } from '../../../cli/drill/mutation-lines.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import { mutationScore } from '../../../drills/mutation-score.ts'
import { mutantsOf } from '../../../drills/mutants.ts'
import { drilledRunbook } from '../../support/drilled-runbook.ts'

const page = { paint: createPaint(false), width: 100 }
const runbook = drilledRunbook()

test('what no drill notices is listed with its line and the name that `survivors` and --filter know', () => {
  const [mutant, noticed] = mutantsOf(runbook)
  const score = mutationScore([{ mutant: mutant! }, { mutant: noticed!, noticedBy: 'some-drill' }])
  const lines = mutationLines(
    {
      runbook: runbook.name,
      file: 'orders.yaml',
      score,
      explained: { [mutant!.id]: 'It is of no matter.' },
      lineOf: () => ({ line: 7 }),
    },
    page,
  )
  expect(lines).toEqual([
    `${runbook.name}: drills notice 1 of 2 changes (50 %)`,
    `  ${mutant!.what}`,
    `    orders.yaml:7  ${mutant!.id}`,
    '    It is of no matter.',
  ])
})
