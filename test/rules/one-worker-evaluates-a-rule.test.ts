import { expect, test } from 'vitest'
import { limits } from '../../contracts/limits.ts'
import type { Measured } from '../../contracts/rule.ts'
import { adoptRules } from '../../store/rule-editions.ts'
import { eventually } from '../support/incident-harness.ts'
import { eventsOf, phaseOf, runEngine } from '../support/rule-engines.ts'
import { someRule } from '../support/rules.ts'
import { twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const value = (of: number): Measured => ({ is: 'value', value: of })

test('of three workers one measures at a time, each due time once, and the alert is one', async () => {
  const rules = Array.from({ length: 20 }, (_, index) => someRule({ name: `shared-${index}`, for: '2s' }))
  const atWork = new Set<string>()
  const measured = new Map<string, number>()
  const doubled: string[] = []
  const measure = async (rule: string): Promise<Measured> => {
    if (atWork.has(rule)) doubled.push(rule)
    atWork.add(rule)
    measured.set(rule, (measured.get(rule) ?? 0) + 1)
    await new Promise(resolve => setTimeout(resolve, 100))
    atWork.delete(rule)
    return value(9)
  }
  const startedMs = Date.now()
  const engines = [sides.pool, sides.other, sides.pool].map(pool => runEngine(pool, rules, measure))
  for (const { name } of rules) await eventually(async () => (await phaseOf(sides.pool, name)) === 'firing')
  await Promise.all(engines.map(engine => engine.stop()))
  const seconds = (Date.now() - startedMs) / 1_000
  expect(doubled).toEqual([])
  for (const { name } of rules) {
    expect(measured.get(name), name).toBeLessThanOrEqual(Math.ceil(seconds) + 1)
    expect(await eventsOf(sides.pool, name), name).toHaveLength(1)
  }
})

test('a target that keeps silent for ever is given up, and neither the next rule nor the end waits for it', async () => {
  const rules = [someRule({ name: 'hung' }), someRule({ name: 'lively' })]
  const silent = new Promise<Measured>(() => {})
  const engine = runEngine(sides.pool, rules, name => (name === 'hung' ? silent : value(9)))
  await eventually(async () => (await phaseOf(sides.pool, 'lively')) === 'firing', 3_000)
  await eventually(async () => (await problemOf('hung')) === 'target_unavailable')
  const startedMs = performance.now()
  await engine.stop()
  expect(performance.now() - startedMs).toBeLessThan(1_000)
})

test('the configuration of the workers started last is in force, until none of them lives', async () => {
  const seen: string[] = []
  const older = runEngine(sides.other, [someRule({ name: 'older' })], name => (seen.push(name), value(1)))
  await eventually(async () => seen.includes('older'))
  const newer = runEngine(sides.pool, [someRule({ name: 'newer' })], name => (seen.push(name), value(1)))
  await eventually(async () => seen.includes('newer'))
  const before = seen.filter(name => name === 'older').length
  await eventually(async () => seen.filter(name => name === 'newer').length > 3)
  expect(seen.filter(name => name === 'older').length - before).toBeLessThanOrEqual(1)
  await newer.stop()
  const stopped = seen.length
  await eventually(async () => seen.slice(stopped).includes('older'), limits.ruleLeaseMs + 5_000)
  await older.stop()
})

test('an orphaned edition is taken over by one of many, once', async () => {
  await sides.pool.query(`update rule_edition set edition = 'gone', alive_until = '-infinity'`)
  const options = { onlyWhenOrphaned: true, report: () => undefined }
  const told = await Promise.all(
    ['a', 'b', 'c', 'd'].map((edition, index) =>
      adoptRules(index % 2 === 0 ? sides.pool : sides.other, { site: '', edition }, [], options),
    ),
  )
  expect(told.filter(Boolean)).toHaveLength(1)
})

async function problemOf(name: string): Promise<string | undefined> {
  const { rows } = await sides.pool.query<{ problem_code: string }>(
    'select problem_code from threshold_rule where name = $1',
    [name],
  )
  return rows[0]?.problem_code
}
