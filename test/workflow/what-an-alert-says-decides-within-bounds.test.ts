/** Goal: inputs are decided once, reach plans and conditions as typed values, and what has none is left out and says why. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readIncidentRecord } from '../../store/incident-detail.ts'
import { type Harness, startHarness } from '../support/incident-harness.ts'
import { alert, mendedBy, resolves } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const verify = `{ check: pool, until: 'value.used_ratio < inputs.well', settle: 0s, for: 0s, within: 1m, every: 5s }`
const runbook = `
inputs:
  application: { type: string, from: alert.labels.application, max: 20, describe: Whose sessions they are }
  most: { type: int, unit: sessions, from: alert.labels.most, default: 50, min: 1, max: 200, describe: How many }
  well: { type: double, unit: ratio, default: 0.7, describe: What is well }
triage:
  checks:
    pool: { uses: postgres.connections, target: db }
    own: { uses: postgres.connections, target: db, with: { application: { input: application } } }
  severity: [ { is: SEV1, when: 'checks.own.idle > inputs.most' }, { is: SEV2 } ]
mitigate:
  - id: of-the-application
    uses: postgres.terminate_idle
    target: db
    with: { at_most: { input: most }, application: { input: application } }
    verify: ${verify}
    undo: { none: sessions reconnect }
  - id: of-all
    uses: postgres.terminate_idle
    target: db
    with: { at_most: { input: most } }
    verify: ${verify}
    undo: { none: sessions reconnect }
verify: { checks: [own], until: 'checks.own.used_ratio < inputs.well', settle: 0s, for: 0s, within: 1m, every: 5s }
hold: 1m
escalate: [ { after: 0m, page: [on-call] } ]
`

test('what the alert says is in the plan and in the conditions', async () => {
  const labels = { application: 'shop', most: '20' }
  const people = [alert(0.5, 'resolved')]
  const played = await harness.play({ runbook, target: mendedBy(1), labels, people })
  const application = { name: 'application', type: 'string', value: 'shop', source: 'alert' }
  const inputs = [
    application,
    { name: 'most', type: 'int', value: 20, source: 'alert' },
    { name: 'well', type: 'double', value: 0.7, source: 'default' },
  ]
  expect(played.entries('incident.opened')).toMatchObject([{ inputs }])
  expect((await readIncidentRecord(harness.pool, played.number)).inputs).toEqual(inputs)
  expect(played.entries('triage.assessed')).toMatchObject([{ severity: 'SEV1' }])
  expect(played.entries('step.planned')).toMatchObject([
    {
      step: 'of-the-application',
      parameters: { application: 'shop', at_most: 20, idle_longer_than: 600_000 },
    },
  ])
  expect(played.entries('step.ended')).toMatchObject([{ result: 'succeeded' }])
  expect(played.entries('verification.ended').map(({ verdict }) => verdict)).toEqual([
    'recovered',
    'recovered',
  ])
})

test('what it says wrongly is told and not used: no data where nothing else holds, and the default where it does', async () => {
  const labels = { most: '5000' }
  const played = await harness.play({ runbook, target: mendedBy(1), labels, people: [resolves(30)] })
  const because = 'its input application has no value: alert.labels.application is not there'
  expect(played.entries('incident.opened')).toMatchObject([
    {
      inputs: [
        { name: 'application', source: 'none', problem: 'alert.labels.application is not there' },
        {
          name: 'most',
          value: 50,
          source: 'default',
          problem: 'alert.labels.most must be at most 200; it is "5000"',
        },
        { name: 'well' },
      ],
    },
  ])
  expect(played.entries('check.measured')).toContainEqual(
    expect.objectContaining({ check: 'own', values: {}, error: because }),
  )
  expect(played.entries('triage.assessed')).toMatchObject([
    { severity: 'SEV2', because: expect.stringContaining('SEV1 could not be judged: no checks.own') },
  ])
  expect(played.entries('step.planned')).toMatchObject([
    { step: 'of-all', parameters: { at_most: 50, idle_longer_than: 600_000 } },
  ])
  expect(played.entries('step.ended')).toMatchObject([
    { step: 'of-the-application', result: 'skipped', because: `it is not known how: ${because}` },
    { step: 'of-all', result: 'succeeded' },
  ])
  expect(played.entries('verification.ended')).toMatchObject([
    { verdict: 'recovered' },
    { verdict: 'no_data', because: expect.stringContaining(`own: ${because}`) },
  ])
})

test('what takes a step back has the same values, also after a person has ended the incident', async () => {
  const temporary = runbook
    .replace('- id: of-the-application', '- id: of-the-application\n    temporary: true')
    .replace(
      'undo: { none: sessions reconnect }',
      'undo: { uses: postgres.terminate_idle, with: { idle_longer_than: 1h, at_most: { input: most } } }',
    )
    .replace('hold: 1m', 'hold: 20m')
  const target = mendedBy(1)
  const known = await harness.play({
    runbook: temporary,
    target,
    labels: { application: 'shop', most: '20' },
    people: [resolves(5)],
  })
  expect(known.entries('undo.registered')).toMatchObject([{ parameters: { at_most: 20 } }])
  expect(known.entries('step.planned')).toMatchObject([
    { step: 'of-the-application' },
    { step: 'of-the-application.undo', parameters: { idle_longer_than: 3_600_000, at_most: 20 } },
  ])
  expect(known.entries('undo.ended')).toMatchObject([{ is: 'undone' }])
})
