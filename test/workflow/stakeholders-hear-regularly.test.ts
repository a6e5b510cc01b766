/** Goal: who is to be told regularly how an incident stands is told at those times and no longer. Method: hours in skipped time. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { showIncident } from '../../api/show-incident.ts'
import { requestResolve } from '../../store/acts.ts'
import { at, type Harness, type Played, startHarness } from '../support/incident-harness.ts'
import { alert, ladder, mendedBy, neverMended } from '../support/scenes.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const resolveAt = (minute: number) =>
  at(minute, ({ pool, number, atMs }) =>
    requestResolve(pool, { number, by: 'ana', atMs, reason: 'enough' }).then(() => {}),
  )
const communication = (...rules: string[]): string =>
  `communication:\n${rules.map(rule => `  - ${rule}\n`).join('')}`

interface Update {
  minute: number
  told: string[]
}

/** Minutes of the updates after the opening, with everybody who is told. */
async function updatesOf({ number, openedAtMs }: Played): Promise<Update[]> {
  const { rows } = await harness.pool.query<{ at: Date; tells: { tell: string[] }[] }>(
    `select at, body -> 'update' -> 'tells' as tells from news where incident = $1 and event = 'update' order by id`,
    [number],
  )
  return rows.map(({ at: toldAt, tells }) => ({
    minute: Math.round((toldAt.getTime() - openedAtMs) / 60_000),
    told: tells.flatMap(({ tell }) => tell),
  }))
}

test('at each of their times while it is open, together where two come at once, and not after its end', async () => {
  const rules = communication(
    '{ every: 30m, tell: [support] }',
    '{ every: 1h, tell: [management] }',
    `{ every: 30m, when: 'incident.severity == "SEV4"', tell: [nobody-here] }`,
  )
  const runbook = ladder({ steps: 1 }) + rules
  const played = await harness.play({ runbook, target: neverMended, people: [resolveAt(97)] })
  expect(await updatesOf(played)).toEqual([
    { minute: 30, told: ['support'] },
    { minute: 60, told: ['support', 'management'] },
    { minute: 90, told: ['support'] },
  ])
})

test('whoever looks is told when the next one goes to whom, as it then comes', async () => {
  const rules = communication(
    '{ every: 30m, tell: [support] }',
    '{ every: 1h, tell: [management, support] }',
    `{ every: 10m, when: 'incident.severity == "SEV4"', tell: [nobody-here] }`,
    `{ on: [resolved], tell: [public] }`,
  )
  const seen: { minute: number; told: string[] }[] = []
  const look = (minute: number) =>
    at(minute, async ({ pool, number, atMs }) => {
      const { nextUpdate, openedAt } = await showIncident(pool, number, atMs)
      if (nextUpdate === null) return
      const minutes = (Date.parse(nextUpdate.dueAt) - Date.parse(openedAt)) / 60_000
      seen.push({ minute: minutes, told: nextUpdate.tell })
    })
  const played = await harness.play({
    runbook: ladder({ steps: 1 }) + rules,
    target: neverMended,
    people: [look(5), look(45), resolveAt(70)],
  })
  expect(seen).toEqual([
    { minute: 30, told: ['support'] },
    { minute: 60, told: ['support', 'management'] },
  ])
  expect((await updatesOf(played)).map(({ minute }) => minute)).toEqual([30, 60])
  expect(await showIncident(harness.pool, played.number, Date.now())).toMatchObject({ nextUpdate: null })
})

test('updates until it is mitigated pause while a recovery is held; the others go on', async () => {
  const rules = communication(
    '{ every: 10m, until: mitigated, tell: [support] }',
    '{ every: 30m, tell: [management] }',
  )
  const runbook = ladder({ steps: 1, hold: '65m' }) + rules
  const played = await harness.play({ runbook, target: mendedBy(1), people: [alert(2, 'resolved')] })
  expect(played.row['outcome']).toBe('recovered')
  expect(await updatesOf(played)).toEqual([
    { minute: 30, told: ['management'] },
    { minute: 60, told: ['management'] },
  ])
})

test('one that paused for a recovery is told when that is lost, although the other was due at the same time', async () => {
  const rules = communication(
    '{ every: 30m, until: mitigated, tell: [support] }',
    '{ every: 30m, tell: [management] }',
  )
  const runbook = ladder({ steps: 1, hold: '65m' }) + rules
  const people = [alert(2, 'resolved'), alert(36, 'firing'), resolveAt(45)]
  const played = await harness.play({ runbook, target: mendedBy(1), people })
  expect(await updatesOf(played)).toEqual([
    { minute: 30, told: ['management'] },
    { minute: 36, told: ['support'] },
  ])
})
