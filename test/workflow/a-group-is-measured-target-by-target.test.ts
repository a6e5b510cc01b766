/** Goal: a check on a role for many measures each target, keeps the evidence of each, and takes who is silent for neither well nor ill. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CodedError } from '../../contracts/coded-error.ts'
import type { ScriptedTarget } from '../../rehearsal/scripted-targets.ts'
import { alert, resolves } from '../support/scenes.ts'
import { type Harness, startHarness } from '../support/incident-harness.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const steady = 'settle: 0s, for: 0s, within: 30s, every: 5s'
const runbook = `
triage:
  checks:
    pool: { uses: postgres.connections, target: db }
    edge: { uses: service.health, target: edges }
  severity:
    - { is: SEV1, when: 'checks.edge.filter(one, one.answered && one.status == "down").size() >= 2' }
    - { is: SEV2, when: 'checks.edge.exists(one, one.latency_ms > 900.0)' }
    - { is: SEV3 }
  impact: 'checks.edge.all(one, one.status == "down")'
mitigate:
  - id: end-idle
    uses: postgres.terminate_idle
    target: db
    when: 'max(checks.edge.filter(one, one.answered).map(one, one.latency_ms)) > 500.0'
    precheck: { check: edge, when: 'value.exists(one, one.status == "down")' }
    verify: { check: edge, until: 'value.all(one, one.status == "up")', ${steady} }
    undo: { none: sessions reconnect }
verify: { checks: [pool, edge], until: 'checks.edge.all(one, one.status == "up") && checks.pool.idle < 5', ${steady} }
hold: 1m
escalate: [ { after: 0m, page: [on-call] } ]
`

/** The first edge is well, the second is down until something was done, the third is silent until then, or for good. */
function edges(options: { isSilentForGood: boolean }): ScriptedTarget {
  let isMended = false
  return {
    measure({ target }) {
      if (target.endsWith('-db')) return { idle: 1 }
      if (target.endsWith('-1')) return { status: 'up', latency_ms: 20.5 }
      const isSilent = target.endsWith('-3') && (!isMended || options.isSilentForGood)
      if (isSilent) throw new CodedError('target_unavailable', `${target} does not answer.`)
      return isMended ? { status: 'up', latency_ms: 30.5 } : { status: 'down', latency_ms: 700.5 }
    },
    async apply() {
      isMended = true
      return { touched: 1, unit: 'sessions', evidence: {} }
    },
  }
}

test('each has its evidence, and the group is proved when all of it is', async () => {
  const target = edges({ isSilentForGood: false })
  const played = await harness.play({ runbook, edges: 3, target, people: [alert(0.5, 'resolved')] })
  const edge = (number: number): string => `${played.name}-edge-${number}`
  const silence = `${edge(3)} does not answer.`
  expect(played.row['bindings']).toContainEqual({
    role: 'edges',
    kind: 'service',
    members: [{ target: edge(1) }, { target: edge(2) }, { target: edge(3) }],
  })
  const measured = played.entries('check.measured').filter(({ check }) => check === 'edge')
  const inTriage = measured.slice(0, 3).toSorted((a, b) => (a.target < b.target ? -1 : 1))
  expect(inTriage).toEqual([
    {
      check: 'edge',
      uses: 'service.health',
      target: edge(1),
      isMember: true,
      values: { status: 'up', latency_ms: 20.5 },
    },
    {
      check: 'edge',
      uses: 'service.health',
      target: edge(2),
      isMember: true,
      values: { status: 'down', latency_ms: 700.5 },
    },
    { check: 'edge', uses: 'service.health', target: edge(3), isMember: true, values: {}, error: silence },
  ])
  // Two of three are not known to be down; who is silent may be the slow one.
  const because = expect.stringContaining('SEV2 could not be judged: no checks.edge: latency_ms of each')
  expect(played.entries('triage.assessed')).toMatchObject([{ severity: 'SEV3', impact: 'no', because }])
  // Its look before the step measured all of them anew.
  expect(measured).toHaveLength(6)
  expect(played.entries('step.ended')).toMatchObject([{ step: 'end-idle', result: 'succeeded' }])
  const well = { values: { status: 'up', latency_ms: expect.any(Number) } }
  const members = { [edge(1)]: well, [edge(2)]: well, [edge(3)]: well }
  expect(played.entries('verification.ended')).toMatchObject([
    { of: 'end-idle/1', verdict: 'recovered', measured: { edge: { members } } },
    { of: 'overall/1', verdict: 'recovered', measured: { edge: { members } } },
  ])
})

test('one that stays silent proves nothing, and is named', async () => {
  const target = edges({ isSilentForGood: true })
  const played = await harness.play({ runbook, edges: 3, target, people: [resolves(20)] })
  const because = expect.stringContaining(`edge: 1 of 3 gave no answer (${played.name}-edge-3: `)
  expect(played.entries('verification.ended')).toMatchObject([{ verdict: 'no_data', because }])
  expect(played.entries('step.ended')).toMatchObject([{ result: 'failed' }])
})

test('a group of which nobody answers proves nothing, whatever the condition makes of it', async () => {
  const target = edges({ isSilentForGood: true })
  const measure: ScriptedTarget['measure'] = moment => {
    if (moment.target.includes('-edge-')) throw new CodedError('target_unavailable', 'It does not answer.')
    return target.measure(moment)
  }
  const proof = `{ checks: [pool, edge], until: 'checks.pool.idle < 5 && checks.edge.filter(one, one.answered).all(one, one.latency_ms < 500.0)', ${steady} }`
  const played = await harness.play({
    runbook: runbook.replace(/^verify: .*$/m, `verify: ${proof}`),
    edges: 2,
    target: { ...target, measure },
    people: [alert(1, 'resolved'), resolves(20)],
  })
  expect(played.entries('verification.ended').map(({ verdict }) => verdict)).toContain('no_data')
  expect(played.entries('verification.ended').map(({ verdict }) => verdict)).not.toContain('recovered')
})
