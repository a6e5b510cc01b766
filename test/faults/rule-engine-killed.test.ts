/**
 * Goal: whatever moment a worker dies in while a rule fires, the alert is delivered once, and once more when it is over.
 * Method: a process stops itself at each statement of the evaluation in turn and is killed
 * there, or frozen; another goes on.
 */
import { expect, inject, test, type TestContext } from 'vitest'
import { limits } from '../../contracts/limits.ts'
import { type Fault, startChild } from '../support/child-process.ts'
import { freshDatabase } from '../support/fresh-database.ts'
import { eventually } from '../support/incident-harness.ts'
import { eventsOf, phaseOf, runEngine } from '../support/rule-engines.ts'
import { someRule } from '../support/rules.ts'

const rule = someRule({ name: 'killed' })

test.concurrent.for([
  ['before it is taken', { pause: 'with due as', when: 'before' }],
  ['once it is taken', { pause: 'with due as', when: 'after' }],
  ['before its state is written', { pause: 'update threshold_rule set phase', when: 'before' }],
  ['between its state and its delivery', { pause: 'insert into delivery (id', when: 'before' }],
  ['before the commit', { pause: 'insert into delivery (id', when: 'after' }],
  // Of the adoption, then of the firing.
  ['after the commit', { pause: 'commit', when: 'after', nth: 2 }],
] as const)('killed %s: it fires once and resolves once', async ([, fault], { onTestFinished }) => {
  const { pool, child } = await stoppedAt(fault, onTestFinished)
  await child.kill()

  let value = 9
  const engine = runEngine(pool, [rule], () => ({ is: 'value', value }))
  await eventually(async () => (await phaseOf(pool, rule.name)) === 'firing')
  value = 1
  await eventually(async () => (await phaseOf(pool, rule.name)) === 'inactive')
  await engine.stop()
  expect((await eventsOf(pool, rule.name)).map(({ status }) => status)).toEqual(['firing', 'resolved'])
})

test('frozen before its state is written: another takes the rule within seconds, and what it knew is dropped', async ({
  onTestFinished,
}) => {
  const { pool, child } = await stoppedAt({ pause: 'update threshold_rule set phase' }, onTestFinished)
  const frozenMs = Date.now()
  let measurements = 0
  const engine = runEngine(pool, [rule], () => ({ is: 'value', value: (measurements += 1) && 1 }))
  await eventually(async () => measurements > 0)
  expect(Date.now() - frozenMs).toBeLessThan(limits.ruleLeaseMs + 2_000)
  child.signal('SIGCONT')
  await child.says('statement over')
  await child.kill()
  await engine.stop()
  expect(await eventsOf(pool, rule.name)).toEqual([])
  expect(await phaseOf(pool, rule.name)).toBe('inactive')
})

/** Tests run side by side: only the test's own hook knows which one it belongs to. */
async function stoppedAt(fault: Fault, onTestFinished: TestContext['onTestFinished']) {
  const { pool, url, drop } = await freshDatabase(inject('postgresUrl'))
  onTestFinished(drop)
  const child = startChild('./faulty-rule-engine.ts', { DATABASE_URL: url }, fault)
  onTestFinished(() => child.kill())
  await child.says('process paused')
  return { pool, child }
}
