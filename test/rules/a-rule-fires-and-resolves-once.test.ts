import { expect, test } from 'vitest'
import type { Measured } from '../../contracts/rule.ts'
import { eventually } from '../support/incident-harness.ts'
import { eventsOf, phaseOf, runEngine } from '../support/rule-engines.ts'
import { someRule } from '../support/rules.ts'
import { twoSides } from '../support/two-sides.ts'

const sides = twoSides()
const value = (of: number): Measured => ({ is: 'value', value: of })
const told = (rule: string) => eventsOf(sides.pool, rule)
const statuses = async (rule: string) => (await told(rule)).map(({ status }) => status)

test('a condition that holds becomes one alert with everything a runbook needs, and its end one resolution', async () => {
  const rule = someRule({
    name: 'told',
    alert: 'OrdersQueueLong',
    for: '1s',
    severity: 'high',
    category: 'capacity',
    message: '{value} orders wait, more than {threshold}; {value}',
    labels: { team: 'orders', system: 'forged' },
  })
  let answer = value(9.123456789)
  const engine = runEngine(sides.pool, [rule], () => answer)
  const [firing] = await eventually(async () => ((await told('told')).length > 0 ? told('told') : undefined))
  expect(firing).toMatchObject({
    status: 'firing',
    name: 'OrdersQueueLong',
    labels: {
      alertname: 'OrdersQueueLong',
      system: 'orders',
      environment: 'test',
      severity: 'high',
      category: 'capacity',
      rule: 'told',
      team: 'orders',
    },
    annotations: {
      summary: 'The queue is long',
      description: '9.12346 orders wait, more than 5; 9.12346',
      value: '9.12346',
    },
  })
  answer = value(1)
  await eventually(async () => (await told('told')).length === 2)
  await engine.stop()
  expect(await told('told')).toMatchObject([
    { status: 'firing' },
    { status: 'resolved', annotations: firing!.annotations, startsAtMs: firing!.startsAtMs },
  ])
})

test('a restart between firing and resolving neither forgets nor doubles', async () => {
  const rule = someRule({ name: 'restarted', for: '1s' })
  const first = runEngine(sides.pool, [rule], () => value(9))
  await eventually(async () => (await phaseOf(sides.pool, 'restarted')) === 'firing')
  await first.stop()
  let measurements = 0
  const second = runEngine(sides.pool, [rule], () => value((measurements += 1) < 3 ? 9 : 1))
  await eventually(async () => (await phaseOf(sides.pool, 'restarted')) === 'inactive')
  await second.stop()
  expect(await statuses('restarted')).toEqual(['firing', 'resolved'])
})

test.each([
  ['removed', [], undefined, 'its rule was removed'],
  ['edited', [someRule({ name: 'edited', value: 100 })], 'inactive', 'its rule was edited and starts anew'],
])(
  'a rule that was %s while it fired resolves its alert and says why',
  async (name, next, phase, because) => {
    const before = runEngine(sides.pool, [someRule({ name })], () => value(9))
    await eventually(async () => (await phaseOf(sides.pool, name)) === 'firing')
    await before.stop()
    const after = runEngine(sides.pool, next, () => value(9))
    await eventually(async () => (await told(name)).length === 2)
    await after.stop()
    expect((await told(name))[1]).toMatchObject({
      status: 'resolved',
      annotations: { resolved_because: because },
    })
    expect(await phaseOf(sides.pool, name)).toBe(phase)
  },
)

test('a hostile value, title or label reaches the record as text and nothing else', async () => {
  const hostile = `'); drop table alert; -- $(reboot) {{x}} {threshold} <b>`
  const rule = someRule({
    name: 'hostile',
    title: hostile,
    message: `${hostile} {value}`,
    labels: { note: hostile },
  })
  const engine = runEngine(sides.pool, [rule], () => value(9))
  await eventually(async () => (await told('hostile')).length > 0)
  await engine.stop()
  expect(await told('hostile')).toMatchObject([
    {
      labels: { note: hostile },
      annotations: { summary: hostile, description: `${hostile.replace('{threshold}', '5')} 9` },
    },
  ])
})
