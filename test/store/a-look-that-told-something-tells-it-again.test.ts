/**
 * Goal: a worker that dies between the record and the answer of a look loses nothing and doubles nothing. Method: the activity
 * runs twice with the ids of one, as Temporal does after a lost answer, and the target is well again in between.
 */
import { MockActivityEnvironment } from '@temporalio/testing'
import { expect, test } from 'vitest'
import { createRecheckActivities, type Rechecked, type RecheckInput } from '../../activities/recheck.ts'
import type { CheckImplementations } from '../../activities/targets/implementations.ts'
import { configurationSchema } from '../../contracts/configuration.ts'
import { auditLog, twoSides } from '../support/two-sides.ts'
import { givenIncident } from '../support/incidents.ts'

const sides = twoSides()
const configuration = configurationSchema.parse({
  apiVersion: 'paramedic/v1',
  kind: 'Configuration',
  targets: [
    {
      name: 'shop-db',
      kind: 'postgres',
      system: 'shop',
      environment: 'test',
      role: 'db',
      connection: { url: 'postgres://nowhere/x' },
    },
  ],
})

async function look(input: RecheckInput, usedRatio: number, activityId = 'look'): Promise<Rechecked> {
  const checks = { 'postgres.connections': { measure: async () => ({ used_ratio: usedRatio }) } }
  const { recheck } = createRecheckActivities({
    pool: sides.pool,
    configuration,
    // Only the one check is asked for.
    checks: checks as unknown as CheckImplementations,
  })
  const environment = new MockActivityEnvironment({ activityId })
  return (await environment.run(recheck, input)) as Rechecked
}

async function given(): Promise<RecheckInput> {
  const atMs = Date.now()
  const incident = await givenIncident(sides.pool, { atMs })
  await sides.pool.query(`update incident set severity = 'SEV3', impact = 'no' where number = $1`, [incident])
  const use = {
    name: 'pool',
    uses: 'postgres.connections',
    target: 'db',
    with: {},
    timeoutMs: 1_000,
  } as const
  return {
    incident,
    checks: [{ ...use, target: 'shop-db' }],
    seen: [{ name: 'pool', uses: 'postgres.connections', isMany: false }],
    triage: {
      severity: [{ is: 'SEV1', when: 'checks.pool.used_ratio > 0.9' }, { is: 'SEV3' }],
      impact: 'checks.pool.used_ratio > 0.95',
    },
    alert: { labels: {}, annotations: {} },
    everyMs: 60_000,
    before: { severity: 'SEV3', impact: 'no', heldSince: {}, atMs },
  }
}

test('what was recorded is told again as it was measured, and recorded once', async () => {
  const input = await given()
  const told = await look(input, 0.99, `${input.incident}-told`)
  expect(told).toMatchObject({ severity: { is: 'SEV1' }, impact: {} })
  const again = await look(input, 0.1, `${input.incident}-told`)
  expect(again).toEqual(told)
  const measured = (await auditLog(sides.pool)).filter(({ kind }) => kind === 'check.measured')
  expect(measured).toHaveLength(1)
})

test('what was recorded and is no longer worse than what is known is told as it was measured, and raises nothing', async () => {
  const input = await given()
  const { severity: _, impact: __, ...measured } = await look(input, 0.99, `${input.incident}-known`)
  const before = { ...input.before, severity: 'SEV1', impact: 'yes' } as const
  expect(await look({ ...input, before }, 0.1, `${input.incident}-known`)).toEqual(measured)
})

test('nothing worse: it fails to be tried again, and what says the same in the same minutes is one row', async () => {
  const input = await given()
  for (const ratio of [0.1, 0.2, 0.3])
    await expect(look(input, ratio, `${input.incident}-quiet`)).rejects.toMatchObject({ type: 'NotWorse' })
  const { rows } = await sides.pool.query<{ checks: unknown }>(
    'select checks from measurement where incident = $1',
    [input.incident],
  )
  expect(rows.length).toBeLessThanOrEqual(2)
  expect(rows.at(-1)!.checks).toEqual({ pool: { values: { used_ratio: 0.3 } } })
})

test('a person has said that it is less bad than measured: the same measurement again is nothing new', async () => {
  const input = await given()
  const before = { ...input.before, severity: 'SEV1', impact: 'yes' } as const
  await expect(look({ ...input, before }, 0.99, `${input.incident}-same`)).rejects.toMatchObject({
    type: 'NotWorse',
  })
})
