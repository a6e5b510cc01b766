import { expect, test } from 'vitest'
import { createForesights } from '../../api/foresights.ts'
import { limits } from '../../contracts/limits.ts'
import { bindTargets } from '../../language/bind.ts'
import { type Harness, startHarness } from '../support/incident-harness.ts'

const runbook = `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV3 } ]
mitigate:
  - { id: first, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: 200 },
      verify: { check: pool, until: 'value.used_ratio < 0.7' }, undo: { none: 'they reconnect' } }
escalate: [ { after: 0s, page: [on-call] } ]
`

async function asked(harness: Harness) {
  const { name, loaded } = await harness.stage({ runbook, target: { measure: () => ({}) }, site: 'oslo' })
  const place = { system: name, environment: 'test' }
  return {
    alert: { labels: { alertname: name, ...place }, annotations: {} },
    runbook: loaded.runbook,
    runbookHash: loaded.hash,
    bindings: bindTargets(loaded.runbook.targets, place, harness.targets),
  }
}

test('what nobody at a site measured is told, and the rest is answered', async () => {
  const harness = await startHarness({ skipsTime: false, isScripted: false, sites: ['berlin'] })
  const foresights = createForesights(harness.temporal)
  const problem = `no worker of site oslo took it within ${limits.foreseeTakesWithinMs / 1_000} s`
  expect(await foresights.foresee(await asked(harness))).toMatchObject({
    checks: [{ name: 'pool', values: null, problem }],
    severity: { is: 'SEV3' },
    steps: [{ id: 'first', result: 'unknown', because: problem }],
    calls: [{ level: 0, isCalled: true }],
  })
  await foresights.close()
  await harness.stop()
})
