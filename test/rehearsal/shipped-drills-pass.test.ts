/** The written drills of one shipped runbook, and of what is used where none matches. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readDrilled } from '../../cli/drill/drill-files.ts'
import { planDrills } from '../../cli/drill/plan-drills.ts'
import { runAll } from '../../cli/drill/run-all.ts'
import { defaultJobs } from '../../rehearsal/at-once.ts'
import { runnerOfTests } from '../support/drilled.ts'

const folder = join(import.meta.dirname, '..', '..', 'runbooks')
const some = ['default.yaml', 'shop/stale-cache.yaml']

/** Ten times what they take on a machine that does nothing else. */
const doneWithinMs = 180_000

test('what is shipped goes as its drills expect', { timeout: doneWithinMs }, async () => {
  const { drilled, faulty } = await readDrilled(some.map(name => join(folder, name)))
  expect(faulty).toEqual([])
  const { planned } = planDrills(drilled, { common: false })
  expect(new Set(planned.map(({ loaded }) => loaded.runbook.name)).size).toBe(some.length)
  const runner = await runnerOfTests()
  try {
    const results = await runAll(runner, planned, defaultJobs, () => undefined)
    const wrong = results.flatMap(({ drill, differences, failure }) =>
      [...(failure === undefined ? [] : [failure]), ...differences.map(({ wrong }) => wrong)].map(
        why => `${drill.name}: ${why}`,
      ),
    )
    expect(wrong).toEqual([])
  } finally {
    await runner.stop()
  }
})
