import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScriptedAct } from '../../rehearsal/script-activities.ts'
import { requestResolve } from '../../store/acts.ts'
import { listGates, vote } from '../../store/gates.ts'
import { rebaseIncident } from '../../store/rebase-incident.ts'
import { at, type Harness, startHarness } from '../support/incident-harness.ts'
import { alert, resolves } from '../support/scenes.ts'
import { meanAt, moveTo, newVersion } from '../support/versions.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const step = (id: string, more = '') =>
  `  - { id: ${id}, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: 200 }, ${more}
      verify: { check: pool, until: 'value.used_ratio < 0.7', settle: 0s, for: 10s, within: 30s }, undo: { none: 'they reconnect' } }`
const gate = `gate: { approvers: [role:approver], expires: 60m, on_expiry: escalate },`
const runbook = (steps: string[], more = '', levels = '', checks = '') => `
triage:
  checks: { pool: { uses: postgres.connections, target: db }${checks} }
  severity: [ { is: SEV3 } ]
mitigate:
${steps.join('\n')}
verify: { checks: [pool], until: 'checks.pool.used_ratio < 0.7', for: 10s, within: 1m }
hold: 1m
${more}
escalate:
  - { after: 0m, page: [on-call] }
${levels}
`
const late = `  - { after: 20m, page: [on-call, senior] }
  - { after: 50m, page: [lead] }`
const ill = { idle: 50, used_ratio: 0.99, status: 'up' }

const moves = (minute: number, text: string): ScriptedAct =>
  at(minute, async ({ number, atMs }) => void (await moveTo(harness, { number, by: 'ana', atMs }, text)))

test('the open gate is withdrawn, and the ladder goes on at the first step that was not tried', async () => {
  const played = await harness.play({
    runbook: runbook([step('first'), step('asked', gate)]),
    target: { measure: () => ill },
    people: [
      moves(5, runbook([step('new'), step('first'), step('asked', gate), step('last')])),
      resolves(30),
    ],
  })
  expect(played.entries('gate.withdrawn')[0]).toMatchObject({
    because: 'the incident was moved to another version of its runbook',
  })
  expect(played.entries('rebase.taken')).toMatchObject([{ nextStep: 'new', measured: [] }])
  const ended = played.entries('step.ended').map(({ step: id, result }) => `${id} ${result}`)
  expect(ended).toEqual(['first failed', 'asked withdrawn', 'new failed', 'asked withdrawn'])
  const [before, after] = played.entries('step.planned').filter(({ step: id }) => id === 'asked')
  expect(before?.planHash).not.toBe(after?.planHash)
  expect(played.row['runbook_hash']).toBe(played.entries('runbook.rebased')[0]?.to)
})

test('a plan of the version before is neither approved nor carried out', async () => {
  const refused: unknown[] = []
  const played = await harness.play({
    runbook: runbook([step('asked', gate)]),
    target: { measure: () => ill },
    people: [
      at(5, async ({ pool, number, atMs }) => {
        const [open] = await listGates(pool, { incident: number, open: true })
        await moveTo(harness, { number, by: 'ana', atMs }, runbook([step('other', gate)]))
        const ballot = {
          gateId: open!.id,
          by: 'ben',
          verdict: 'approve',
          planHash: open!.planHash!,
          atMs,
        } as const
        await vote(pool, ballot).catch((error: unknown) => refused.push(error))
      }),
      resolves(10),
    ],
  })
  expect(refused).toMatchObject([{ code: 'plan_changed' }])
  expect(played.receipts).toEqual([])
})

test('a level that has paged pages no second time, a new earlier one at once, the others at their time', async () => {
  const levels = `  - { after: 10m, page: [on-call] }
  - { after: 15m, page: [platform] }
  - { after: 40m, page: [on-call, senior] }
  - { after: 50m, page: [lead] }`
  const played = await harness.play({
    runbook: runbook([step('asked', gate)], '', late),
    target: { measure: () => ill },
    people: [moves(30, runbook([step('asked', gate)], '', levels)), resolves(58)],
  })
  const told = played.pages.map(({ page, atMs }) => [
    page.functions.join(),
    Math.round((atMs - played.openedAtMs) / 60_000),
  ])
  expect(told).toEqual([
    ['on-call', 0],
    ['on-call,senior', 20],
    ['platform', 30],
    ['on-call,senior', 40],
    ['lead', 50],
  ])
  expect(played.entries('levels.covered')).toHaveLength(1)
})

test('with another check everything is measured before a condition sees it', async () => {
  const when = `when: 'checks.health.status == "up"',`
  const checks = ', health: { uses: service.health, target: api }'
  const played = await harness.play({
    runbook: runbook([step('asked', gate)]),
    target: { measure: () => ill },
    people: [moves(5, runbook([step('healthy', when)], '', '', checks)), resolves(10)],
  })
  expect(played.entries('rebase.taken')).toMatchObject([
    { nextStep: 'healthy', measured: ['health', 'pool'] },
  ])
  const [before, ...anew] = played.entries('check.measured').map(({ check }) => check)
  expect([before, ...anew.toSorted()]).toEqual(['pool', 'health', 'pool'])
  expect(played.entries('step.ended').at(-1)).toMatchObject({ step: 'healthy', result: 'failed' })
})

test('a recovery that is held is proved by the new version before it closes', async () => {
  const played = await harness.play({
    runbook: runbook([step('first')]),
    target: { measure: ({ effects }) => (effects > 0 ? { ...ill, used_ratio: 0.1 } : ill) },
    people: [moves(1, runbook([step('first'), step('second')])), resolves(5)],
  })
  expect(played.entries('rebase.taken')).toMatchObject([{ nextStep: 'second' }])
  // Once for each version; nobody is called as if it were ill meanwhile.
  expect(played.entries('recovery.held')).toHaveLength(2)
  expect(played.entries('recovery.lost')).toEqual([])
  expect(played.entries('step.ended')).toHaveLength(1)
})

test('a recovery that the new version does not find goes on with its ladder', async () => {
  const stricter = runbook([step('first'), step('second')]).replace(
    "verify: { checks: [pool], until: 'checks.pool.used_ratio < 0.7'",
    "verify: { checks: [pool], until: 'checks.pool.used_ratio < 0.05'",
  )
  const played = await harness.play({
    runbook: runbook([step('first')]),
    target: { measure: ({ effects }) => (effects > 0 ? { ...ill, used_ratio: 0.1 } : ill) },
    people: [moves(1, stricter), resolves(15)],
  })
  expect(played.entries('recovery.lost')[0]?.because).toMatch(/^not well by the version it was moved to: /)
  expect(played.entries('step.ended').map(({ step: id }) => id)).toEqual(['first', 'second'])
})

test('an alert that returns while the new version proves it is heard at once', async () => {
  const lasting = runbook([step('first'), step('second')]).replace(
    'for: 10s, within: 1m }\nhold: 1m',
    'for: 20m, within: 40m }\nhold: 1m',
  )
  const played = await harness.play({
    runbook: runbook([step('first')]).replace('hold: 1m', 'hold: 30m'),
    target: { measure: ({ effects }) => (effects > 0 ? { ...ill, used_ratio: 0.1 } : ill) },
    people: [alert(2, 'resolved'), moves(3, lasting), alert(6, 'firing'), resolves(12)],
  })
  expect(played.entries('recovery.lost')).toEqual([{ because: 'an alert fired again' }])
  const lost = played.timeline.find(({ kind }) => kind === 'recovery.lost')!
  expect(Math.round((lost.atMs - played.openedAtMs) / 60_000)).toBe(6)
  expect(played.entries('claim.made').map(({ step: id }) => id)).toEqual(['first', 'second'])
})

test('the same move twice is one, a version that is not in force is refused, and so is one after the end', async () => {
  const answers: unknown[] = []
  const played = await harness.play({
    runbook: runbook([step('asked', gate)]),
    target: { measure: () => ill },
    people: [
      at(5, async ({ pool, number, atMs }) => {
        const loaded = await newVersion(pool, number, runbook([step('other', gate)]))
        const bind = meanAt(harness.targets)
        for (const to of [loaded.hash, loaded.hash, 'f'.repeat(64)])
          await rebaseIncident(pool, { number, by: 'ana', atMs, to }, bind).then(
            ({ isChange }) => answers.push(isChange),
            ({ code }: { code: string }) => answers.push(code),
          )
        await requestResolve(pool, { number, by: 'ana', atMs, reason: 'by hand' })
        await rebaseIncident(pool, { number, by: 'ana', atMs, to: loaded.hash }, bind).catch(
          ({ code }: { code: string }) => answers.push(code),
        )
      }),
    ],
  })
  expect(answers).toEqual([true, false, 'runbook_changed', 'incident_not_open'])
  expect(played.entries('runbook.rebased')).toHaveLength(1)
})
