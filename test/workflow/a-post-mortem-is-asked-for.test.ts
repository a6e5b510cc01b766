import { afterAll, beforeAll, expect, test } from 'vitest'
import { postmortemWorkflowId } from '../../contracts/postmortem.ts'
import { requestCancel, requestResolve } from '../../store/acts.ts'
import { editPostmortem, publishPostmortem, reopenPostmortem } from '../../store/postmortems.ts'
import { foldFacts } from '../../postmortem/facts.ts'
import {
  at,
  eventually,
  type Harness,
  type Played,
  type Scene,
  startHarness,
} from '../support/incident-harness.ts'
import { fullSections } from '../support/postmortems.ts'

let harness: Harness
beforeAll(async () => void (harness = await startHarness()))
afterAll(() => harness.stop())

const hour = 60
const runbook = (postmortem: string) => `
triage:
  checks: { pool: { uses: postgres.connections, target: db } }
  severity: [ { is: SEV2 } ]
mitigate: []
escalate:
  - { after: 90m, page: [on-call] }
${postmortem}
`
const broken = { measure: () => ({ idle: 50, used_ratio: 0.99 }) }
const resolves = at(10, async ({ pool, number, atMs }) => {
  await requestResolve(pool, { number, by: 'ana', atMs, reason: 'enough' })
})
const publishes = at(hour, async ({ pool, number, atMs }) => {
  await editPostmortem(pool, { number, by: 'ana', atMs, basedOn: 1, sections: fullSections })
  await publishPostmortem(pool, { number, by: 'ana', atMs, version: 2 }, foldFacts)
})
const due48h = runbook('postmortem: { due: 48h, for: [SEV1, SEV2] }')

test('nobody writes it: reminded a day before it is due, paged when it is, each once and in time', async () => {
  const played = await afterwards({ runbook: due48h, target: broken, people: [resolves] })
  expect(called(played)).toEqual([
    { what: 'reminder', hours: 24 },
    { what: 'escalation', hours: 48 },
  ])
  expect(played.entries('postmortem.drafted')).toMatchObject([{ version: 1, dueAt: expect.any(String) }])
  const dueAt = played.entries('postmortem.drafted')[0]?.dueAt
  for (const deadline of ['reminder', 'escalation'])
    expect(played.pages.map(({ page }) => page)).toContainEqual(
      expect.objectContaining({
        acknowledgeCommand: `npx paramedic postmortem edit ${played.number}`,
        postmortem: { deadline, owner: expect.any(String), dueAt },
      }),
    )
  const sent = played.entries('page.sent').filter(({ pageId }) => pageId.includes('post-mortem'))
  expect(sent).toHaveLength(2)
  for (const { latenessMs } of sent) expect(latenessMs).toBeLessThan(5_000)
})

test('of a shorter time the reminder comes after half of it', async () => {
  const short = runbook('postmortem: { due: 4h, for: [SEV2] }')
  const played = await afterwards({ runbook: short, target: broken, people: [resolves] })
  expect(called(played).map(({ hours }) => hours)).toEqual([2, 4])
})

test('published in time: nobody is called, and the record says why', async () => {
  const played = await afterwards({
    runbook: due48h,
    target: broken,
    people: [resolves],
    afterwards: [publishes],
  })
  expect(called(played)).toEqual([])
  expect(played.entries('page.suppressed')).toMatchObject([
    { pageId: `${played.number}/post-mortem/reminder`, because: 'the post-mortem is published' },
    { pageId: `${played.number}/post-mortem/escalation`, because: 'the post-mortem is published' },
  ])
})

test('published after the reminder: the escalation stays away, also when it was opened again', async () => {
  const late = at(30 * hour, publishes.perform)
  const reopens = at(31 * hour, async ({ pool, number, atMs }) => {
    await reopenPostmortem(pool, { number, by: 'ana', atMs, reason: 'a second cause was found' })
  })
  const played = await afterwards({
    runbook: due48h,
    target: broken,
    people: [resolves],
    afterwards: [late, reopens],
  })
  expect(called(played).map(({ what }) => what)).toEqual(['reminder'])
})

test('none is due: it is drafted all the same, and nobody is called', async () => {
  const played = await afterwards({ runbook: runbook(''), target: broken, people: [resolves] })
  expect(played.entries('postmortem.drafted')).toEqual([
    { version: 1, ticked: ['timeline'], contentHash: expect.any(String) },
  ])
  expect(called(played)).toEqual([])
})

test('a cancelled incident has none', async () => {
  const cancels = at(10, ({ pool, number, atMs }) =>
    requestCancel(pool, { number, by: 'ana', atMs, reason: 'a load test' }).then(() => {}),
  )
  const played = await afterwards({ runbook: due48h, target: broken, people: [cancels] })
  expect(played.entries('postmortem.drafted')).toEqual([])
  expect(called(played)).toEqual([])
})

/** Plays the incident and then its post-mortem to the end of its workflow. */
async function afterwards(scene: Scene): Promise<Played> {
  const opened = await harness.open(scene)
  await harness.ended(opened)
  const handle = harness.client.workflow.getHandle(postmortemWorkflowId(opened.number))
  await eventually(() =>
    handle.describe().then(
      () => true,
      () => false,
    ),
  )
  await handle.result()
  return harness.tell(opened)
}

/** Who was called for the post-mortem, in hours after the incident closed. */
function called({ pages, row }: Played): { what: string; hours: number }[] {
  const closedAtMs = (row['closed_at'] as Date).getTime()
  return pages
    .filter(({ page }) => page.id.includes('/post-mortem/'))
    .map(({ page, atMs }) => ({
      what: page.id.split('/').at(-1)!,
      hours: Math.round((atMs - closedAtMs) / 360_000) / 10,
    }))
}
