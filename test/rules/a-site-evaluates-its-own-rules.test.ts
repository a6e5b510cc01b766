import { expect, test } from 'vitest'
import type { Measured } from '../../contracts/rule.ts'
import { editionOf } from '../../rules/edition.ts'
import { adoptRules } from '../../store/rule-editions.ts'
import { takeDueRules } from '../../store/rule-evaluations.ts'
import { findStuck } from '../../store/waiting-work.ts'
import { eventually } from '../support/incident-harness.ts'
import { configurationOf, eventsOf, phaseOf, runEngine } from '../support/rule-engines.ts'
import { someRule } from '../support/rules.ts'
import { twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const high: Measured = { is: 'value', value: 9 }

/** A place that writes down what it measures. */
function place(rules: string[], site?: string, sites: string[] = []) {
  const seen: string[] = []
  const measure = (rule: string): Measured => (seen.push(rule), high)
  const configured = rules.map(name => someRule({ name }))
  return { seen, ...runEngine(sides.pool, configured, measure, { site, sites }) }
}

test('each place measures its own rules and no other, and none stops those of another', async () => {
  const centre = place(['of-the-centre'], undefined, ['berlin'])
  const berlin = place(['of-berlin'], 'berlin')
  for (const rule of ['of-the-centre', 'of-berlin'])
    await eventually(async () => (await phaseOf(sides.pool, rule)) === 'firing')
  await berlin.stop()
  const count = centre.seen.length
  await eventually(async () => centre.seen.length > count + 2)
  await centre.stop()
  expect(new Set(centre.seen)).toEqual(new Set(['of-the-centre']))
  expect(new Set(berlin.seen)).toEqual(new Set(['of-berlin']))
  const stuck = await findStuck(sides.pool, Date.now() + 120_000)
  expect(
    stuck
      .filter(({ kind }) => kind === 'rule-late')
      .map(({ subject }) => subject)
      .toSorted(),
  ).toEqual(['of-berlin at site berlin', 'of-the-centre'])
})

test('a place takes no rule of another, though its target and its way of measuring are the same', async () => {
  const { rules, ...berlin } = editionOf(configurationOf([someRule({ name: 'of-one-place' })]), 'berlin')
  const centre = { site: '', edition: 'of the centre', sites: ['berlin'] }
  const starting = { onlyWhenOrphaned: false, report: () => undefined }
  await adoptRules(sides.pool, berlin, [...rules.values()], starting)
  await adoptRules(sides.pool, centre, [], starting)
  const doors = [...rules.values()].map(({ door }) => ({ door, places: 9 }))
  expect(await takeDueRules(sides.pool, centre, doors)).toEqual([])
  expect(await takeDueRules(sides.pool, berlin, doors)).toMatchObject([{ name: 'of-one-place' }])
})

test('a rule whose target moves to a site is measured there from the start of the worker there, once', async () => {
  const before = place(['moves'], undefined, ['berlin'])
  await eventually(async () => (await phaseOf(sides.pool, 'moves')) === 'firing')
  const berlin = place(['moves'], 'berlin')
  await eventually(async () => berlin.seen.length > 0)
  const count = before.seen.length
  await eventually(async () => berlin.seen.length > 3)
  // At most the measurement that was under way.
  expect(before.seen.length).toBeLessThanOrEqual(count + 1)
  const events = (await eventsOf(sides.pool, 'moves')).map(({ status }) => status)
  expect(events).toEqual(['firing', 'resolved', 'firing'])
  await Promise.all([before.stop(), berlin.stop()])
})

test('a rule that an old file took back and then let go is measured at its site again', async () => {
  const berlin = place(['contested'], 'berlin')
  await eventually(async () => berlin.seen.length > 0)
  const old = place(['contested'], undefined, ['berlin'])
  await eventually(async () => old.seen.length > 0)
  await old.stop()
  const current = place([], undefined, ['berlin'])
  const count = berlin.seen.length
  await eventually(async () => berlin.seen.length > count + 2)
  await Promise.all([current.stop(), berlin.stop()])
})

test('the rules of a site that no target names any more are forgotten, and what fired resolves', async () => {
  const berlin = place(['forgotten'], 'berlin')
  await eventually(async () => (await phaseOf(sides.pool, 'forgotten')) === 'firing')
  await berlin.stop()
  const centre = place([], undefined, [])
  await eventually(async () => (await phaseOf(sides.pool, 'forgotten')) === undefined)
  await centre.stop()
  const events = await eventsOf(sides.pool, 'forgotten')
  expect(events.at(-1)).toMatchObject({
    status: 'resolved',
    annotations: { resolved_because: 'its rule was removed' },
  })
})
