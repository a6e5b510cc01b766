/**
 * Goal: an incident at a site that nobody serves says so, calls people and goes on. Method: the real workers of everything else,
 * and none of the site; both incidents wait at the same time.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestResolve } from '../../store/acts.ts'
import { eventually, type Harness, startHarness } from '../support/incident-harness.ts'
import { ladder, mendedBy } from '../support/scenes.ts'

const silence = 'no worker of site berlin took it within 60 s'
const measuredOnly = `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV2 } ]
mitigate: []
verify: { checks: [pool], until: 'checks.pool.used_ratio < 0.7', for: 1s, within: 5s, every: 1s }
escalate: [ { after: 1h, page: [on-call] } ]
`

type Opened = Awaited<ReturnType<Harness['open']>>
let harness: Harness
let broken: Opened
let quiet: Opened
beforeAll(async () => {
  harness = await startHarness()
  broken = await harness.open({ runbook: ladder(), target: mendedBy(1), site: 'berlin' })
  quiet = await harness.open({ runbook: measuredOnly, target: mendedBy(0), site: 'berlin' })
  await harness.report(quiet.name, 'resolved')
})
afterAll(() => harness.stop())

test('its checks end without data, its step fails and says why, and the next level is called', async () => {
  await until(broken, 'ladder.exhausted')
  const told = await harness.tell(broken)
  expect(told.entries('check.measured')).toMatchObject([{ check: 'pool', values: {}, error: silence }])
  expect(told.entries('step.ended')).toMatchObject([
    { step: 'first', result: 'failed', because: `it could not be planned: ${silence}` },
  ])
  const { number } = broken
  await requestResolve(harness.pool, { number, by: 'ana', atMs: Date.now(), reason: 'by hand' })
  const played = await harness.ended(broken)
  // The first page waits for nobody there, and the end of the ladder calls the next level.
  expect(played.pagedAt[0]).toEqual({ level: 0, minute: 0 })
  expect(played.pagedAt[1]).toMatchObject({ level: 1 })
  expect(played.pagedAt[1]!.minute).toBeLessThan(15)
  expect(played.row['outcome']).toBe('resolved-by-person')
  expect(played.receipts).toEqual([])
})

test('its alert resolved, and nobody calls that a recovery: nothing was measured', async () => {
  await until(quiet, 'verification.ended')
  expect((await harness.tell(quiet)).entries('verification.ended')[0]).toMatchObject({
    verdict: 'no_data',
    because: 'nothing to judge checks.pool.used_ratio < 0.7 by: no worker of site berlin measured it',
  })
  expect((await harness.tell(quiet)).row['closed_at']).toBeNull()
})

async function until(opened: Opened, kind: 'ladder.exhausted' | 'verification.ended'): Promise<void> {
  await eventually(async () => (await harness.tell(opened)).entries(kind).length > 0, 240_000)
}
