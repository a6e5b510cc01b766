/** Goal: whatever an incident is about when it is moved to another version goes on by that version, and nothing is taken for what it was not. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScriptedAct } from '../../rehearsal/script-activities.ts'
import { setSeverity } from '../../store/acts.ts'
import { answerGate, listGates } from '../../store/gates.ts'
import { at, type Harness, type Played, startHarness } from '../support/incident-harness.ts'
import { mendedBy, neverMended, resolves } from '../support/scenes.ts'
import { stopping, temporaryStep, wellFrom } from '../support/temporary-scenes.ts'
import { moveTo } from '../support/versions.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const minute = 60_000
const moves = (after: number, text: string): ScriptedAct =>
  at(after, async ({ number, atMs }) => void (await moveTo(harness, { number, by: 'ana', atMs }, text)))

const calls = `escalate:
  - { after: 0m, page: [on-call] }
`
const first = `{ is: SEV1, when: 'checks.pool.used_ratio > 0.99' }`

function looking(rules: string[], levels = '', more = ''): string {
  return `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ ${[...rules, '{ is: SEV3 }'].join(', ')} ]
  recheck: 1m
${more}
${calls}${levels}`
}

/** One thing is measured from each of these minutes on, counted from the first look. */
function over(ratios: Record<number, number>) {
  let began: number | undefined
  return {
    measure: ({ nowMs }: { nowMs: number }) => {
      const passed = nowMs - (began ??= nowMs)
      const [, ratio] = Object.entries(ratios).findLast(([from]) => passed >= Number(from) * minute)!
      return { idle: 50, used_ratio: ratio }
    },
  }
}

/** Minutes after the opening at which the severity rose, and to what. */
function rises({ timeline, openedAtMs }: Played): [number, string][] {
  return timeline.flatMap(entry =>
    entry.kind === 'severity.changed' && entry.actor === 'paramedic'
      ? [[Math.round((entry.atMs - openedAtMs) / minute), entry.data.to] as [number, string]]
      : [],
  )
}

test('by other rules of severity it is judged at once, and looked at from then on', async () => {
  const rules = [
    `{ is: SEV1, when: 'checks.pool.used_ratio > 0.95' }`,
    `{ is: SEV2, when: 'checks.pool.used_ratio > 0.8' }`,
  ]
  const played = await harness.play({
    runbook: looking([first]),
    target: over({ 0: 0.9, 10: 0.97 }),
    people: [moves(5.5, looking(rules)), resolves(15)],
  })
  expect(played.entries('rebase.taken')).toMatchObject([{ measured: ['pool'] }])
  const [judged, looked, ...more] = rises(played)
  expect(judged).toEqual([6, 'SEV2'])
  expect(looked).toEqual([expect.toSatisfy((at: number) => at >= 10 && at <= 12), 'SEV1'])
  expect(more).toEqual([])
})

const lasting = `{ is: SEV1, when: 'checks.pool.used_ratio > 0.95', for: 5m }`

test.each([
  ['goes on where triage is as it was', looking([lasting], `  - { after: 50m, page: [lead] }\n`), 8],
  [
    'begins anew where a rule is another one',
    looking([lasting, `{ is: SEV2, label: Two, when: 'checks.pool.idle > 90' }`]),
    11,
  ],
])('what a rule has seen hold for a time %s', async (_, text, about) => {
  const played = await harness.play({
    runbook: looking([lasting]),
    target: over({ 0: 0.5, 2.9: 0.97 }),
    people: [moves(5.5, text), resolves(16)],
  })
  const [[rose, to] = [0, '']] = rises(played)
  expect(to).toBe('SEV1')
  expect(Math.abs(rose - about)).toBeLessThanOrEqual(1)
})

test('a person who has lowered it is not overruled by what was known then', async () => {
  const lowers = at(2.5, async ({ pool, number, atMs }) => {
    await setSeverity(pool, { number, by: 'ana', severity: 'SEV4', reason: 'only the back office', atMs })
  })
  const played = await harness.play({
    runbook: looking([`{ is: SEV2, when: 'checks.pool.used_ratio > 0.8' }`]),
    target: over({ 0: 0.9 }),
    people: [
      lowers,
      moves(5.5, looking([`{ is: SEV2, label: Two, when: 'checks.pool.used_ratio > 0.7' }`])),
      resolves(9),
    ],
  })
  expect(played.entries('rebase.taken')).toHaveLength(1)
  expect(rises(played)).toEqual([])
  expect(played.row['severity']).toBe('SEV4')
})

test('a level that stays has its time behind it, and one with another condition begins it', async () => {
  const level = (when: string, who: string) =>
    `  - { after: 0m, when: '${when}', for: 10m, page: [${who}] }\n`
  const kept = level('incident.severity == "SEV3"', 'lead')
  const played = await harness.play({
    runbook: looking([first], kept),
    target: over({ 0: 0.9 }),
    people: [
      moves(5.5, looking([first], `${level('incident.severity != "SEV1"', 'senior')}${kept}`)),
      resolves(25),
    ],
  })
  expect(played.pages.map(({ page }) => page.functions.join())).toEqual(['on-call', 'lead', 'senior'])
  const [, lead, senior] = played.pagedAt
  expect(lead!.minute).toBeCloseTo(10, 0)
  expect(senior!.minute).toBeCloseTo(15.5, 0)
})

test('each target of a group that the new version looks at is measured before a condition sees it', async () => {
  const step = `  - { id: end-idle, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: 20 },
      when: 'checks.edge.all(one, one.status == "up")', verify: { check: pool, until: 'value.used_ratio < 0.7', settle: 0s, for: 0s, within: 30s, every: 5s }, undo: { none: they reconnect } }`
  const next = `
triage:
  checks: { pool: { uses: postgres.connections, target: db }, edge: { uses: service.health, target: edges } }
  severity: [ { is: SEV3 } ]
mitigate:
${step}
${calls}`
  const played = await harness.play({
    runbook: looking([first]),
    edges: 2,
    target: {
      measure: ({ target }) => (target.includes('-edge-') ? { status: 'up' } : { idle: 50, used_ratio: 0.9 }),
    },
    people: [moves(5.5, next), resolves(9)],
  })
  expect(played.entries('runbook.rebased')[0]!.bindings['edges']).toMatch(/-edge-1, .*-edge-2$/)
  const members = played.entries('check.measured').filter(({ isMember }) => isMember === true)
  expect(members.map(({ target }) => target.slice(-6)).toSorted()).toEqual(['edge-1', 'edge-2'])
  expect(played.entries('step.ended')).toMatchObject([{ step: 'end-idle', result: 'failed' }])
})

test('inputs of the new version are decided by the alert that opened it', async () => {
  const next = `
inputs:
  most: { type: int, unit: sessions, from: alert.labels.most, default: 50, min: 1, max: 200, describe: How many }
triage: { checks: { pool: { uses: postgres.connections, target: db } }, severity: [ { is: SEV3 } ] }
mitigate:
  - { id: end-idle, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: { input: most } },
      verify: { check: pool, until: 'value.used_ratio < 0.7', settle: 0s, for: 0s, within: 30s, every: 5s }, undo: { none: they reconnect } }
${calls}`
  const played = await harness.play({
    runbook: looking([first]),
    target: mendedBy(1),
    labels: { most: '20' },
    people: [moves(5.5, next), resolves(9)],
  })
  const inputs = [{ name: 'most', type: 'int', value: 20, source: 'alert' }]
  expect(played.entries('runbook.rebased')).toMatchObject([{ inputs }])
  expect(played.row['inputs']).toEqual(inputs)
  expect(played.entries('step.planned')[0]!.parameters).toMatchObject({ at_most: 20 })
})

test('a step that a person was asked for is withdrawn, and asked for anew as the new version says it', async () => {
  const asking = (text: string): string =>
    looking([first], '', `mitigate:\n  - { id: raise-pool, manual: ${text}, expires: 50m }`)
  const ticks = at(8, async ({ pool, number, atMs }) => {
    const [open] = await listGates(pool, { incident: number, open: true })
    await answerGate(pool, { gateId: open!.id, kind: 'manual', by: 'mia', answer: 'done', atMs })
  })
  const played = await harness.play({
    runbook: asking('Raise it to 20.'),
    target: neverMended,
    people: [moves(5.5, asking('Raise it to 30.')), ticks, resolves(11)],
  })
  expect(played.entries('gate.opened').map(({ question }) => question)).toEqual([
    'Raise it to 20.',
    'Raise it to 30.',
  ])
  expect(played.entries('gate.withdrawn')).toMatchObject([
    { because: 'the incident was moved to another version of its runbook' },
  ])
  expect(played.entries('step.ended').map(({ attempt, result }) => `${attempt} ${result}`)).toEqual([
    '1 withdrawn',
    '2 ticked',
  ])
})

test('a level whose page an acknowledgement has stopped covers none that no acknowledgement stops', async () => {
  const level = (unless: string): string => `  - { after: 8m, unless: ${unless}, page: [senior] }\n`
  const played = await harness.play({
    runbook: looking([first], level('acknowledged')),
    target: over({ 0: 0.9 }),
    people: [
      // The page is asked about before the workflow has heard of it.
      at(7.5, async ({ pool, number }) => {
        await pool.query(
          `update incident set acknowledged_at = opened_at, acknowledged_by = 'ben' where number = $1`,
          [number],
        )
      }),
      moves(10.5, looking([first], level('resolved'))),
      resolves(14),
    ],
  })
  expect(played.entries('page.suppressed')).toHaveLength(1)
  expect(played.pages.map(({ page }) => page.functions.join())).toEqual(['on-call', 'senior'])
  expect(played.pagedAt[1]!.minute).toBeCloseTo(10.5, 0)
})

test('who is told regularly by the new version is told from its next time on', async () => {
  const rule = `communication: [ { every: 30m, tell: [support] } ]`
  const played = await harness.play({
    runbook: looking([first]),
    target: over({ 0: 0.9 }),
    people: [moves(35.5, looking([first], '', rule)), resolves(70)],
  })
  const { rows } = await harness.pool.query<{ at: Date }>(
    `select at from news where incident = $1 and event = 'update'`,
    [played.number],
  )
  expect(rows.map(({ at: told }) => Math.round((told.getTime() - played.openedAtMs) / minute))).toEqual([60])
})

test('what a step has done before the try that is left is taken back by the version that did it', async () => {
  const played = await harness.play({
    runbook: stopping({ more: 'on_failure: undo, retry: { times: 1, after: 20m }' }),
    target: wellFrom(Infinity),
    people: [moves(5.5, looking([first])), resolves(15)],
  })
  expect(played.receipts.map(({ action }) => action)).toEqual(['service.stop', 'service.start'])
  expect(played.entries('undo.ended')).toMatchObject([{ step: 'stop-worker', is: 'undone' }])
  expect(played.entries('rebase.taken')).toHaveLength(1)
})

/** Minutes at which people were called for it. */
function exhaustions({ pages, openedAtMs }: Played): number[] {
  const told = pages.filter(({ page }) => page.because.startsWith('no step of its runbook brought recovery'))
  return told.map(({ atMs }) => Math.round((atMs - openedAtMs) / minute))
}

test('people hear that the new ladder is exhausted, however many steps of the one before had no target', async () => {
  const unbound = (id: string): string =>
    `  - { id: ${id}, uses: postgres.terminate_idle, target: db, with: { idle_longer_than: 10m, at_most: 200 },
      verify: { check: health, until: 'value.latency_ms < 100.0', for: 10s, within: 20s }, undo: { none: they reconnect } }`
  const more = `triage:
  checks: { health: { uses: service.health, target: api } }
  severity: [ { is: SEV2 } ]
mitigate:
${unbound('first')}
${unbound('second')}
${calls}  - { after: 30m, page: [lead] }
`
  const last = '  - { after: 60m, page: [senior] }\n'
  const stops = (told?: Parameters<typeof stopping>[0]): string => stopping({ more: '', ...told }) + last
  const another = { steps: [temporaryStep('stop-another', '')] }
  const played = await harness.play({
    runbook: more,
    databases: 0,
    target: wellFrom(Infinity),
    people: [
      moves(5.5, stops()),
      moves(8.5, stops({ hold: '2m' })),
      moves(11.5, stops(another)),
      resolves(15),
    ],
  })
  // The second move brought no step that was not tried.
  expect(exhaustions(played)).toEqual([6, 12])
})
