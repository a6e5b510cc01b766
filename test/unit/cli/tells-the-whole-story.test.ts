import { expect, it } from 'vitest'
import { narrate } from '../../../cli/narrate.ts'
import { tellStory, tellTimeline } from '../../../cli/story.ts'
import { createClock } from '../../../cli/terminal/clock.ts'
import { createPaint } from '../../../cli/terminal/paint.ts'
import { widthOf } from '../../../cli/terminal/width.ts'
import type { TimelineEntry, TimelineEvents, TimelineKind } from '../../../contracts/timeline.ts'
import type { IncidentDetail } from '../../../contracts/views.ts'
import { closedIncident, closedNowMs, waitingIncident, waitingNowMs } from '../../cli/support/full-story.ts'
import { fullTimeline, openedMs } from '../../cli/support/full-timeline.ts'

const clock = createClock('Europe/Berlin')
const view = { paint: createPaint(false), width: 100, clock }

/** A new kind of entry makes this incomplete, and the compiler says so. */
const everyKind: Record<TimelineKind, true> = {
  'alert.firing': true,
  'alert.resolved': true,
  'incident.opened': true,
  'runbook.rebased': true,
  'rebase.taken': true,
  'levels.covered': true,
  'phase.changed': true,
  'check.measured': true,
  'triage.assessed': true,
  'severity.changed': true,
  'impact.changed': true,
  'step.planned': true,
  'step.waits': true,
  'undo.registered': true,
  'undo.ended': true,
  'step.ended': true,
  'gate.opened': true,
  'gate.voted': true,
  'gate.decided': true,
  'gate.expired': true,
  'gate.withdrawn': true,
  'claim.made': true,
  'claim.abandoned': true,
  'effect.ended': true,
  'effect.probed': true,
  'verification.ended': true,
  'recheck.failed': true,
  'ladder.exhausted': true,
  'page.sent': true,
  'page.suppressed': true,
  'page.failed': true,
  'routine.needs-people': true,
  'routine.stopped': true,
  'routine.missed': true,
  'news.told': true,
  'news.failed': true,
  'runbook.tested': true,
  'contact.test': true,
  'contact.tested': true,
  acknowledged: true,
  note: true,
  'resolve.requested': true,
  'cancel.requested': true,
  'recovery.held': true,
  'recovery.lost': true,
  'incident.closed': true,
  'freeze.on': true,
  'freeze.off': true,
  'freeze.met': true,
  'history.archived': true,
  'postmortem.drafted': true,
  'postmortem.edited': true,
  'postmortem.reviewed': true,
  'postmortem.published': true,
  'postmortem.reopened': true,
  'action-item.done': true,
  'message.unknown': true,
  'runbook.in-force': true,
  'runbook.withdrawn': true,
  'runbook.held-back': true,
  'runbook.mended': true,
  'supervision.found': true,
  'supervision.paged': true,
  'supervision.ended': true,
} satisfies { [K in keyof TimelineEvents]: true }

it('has every kind of entry in its example', () => {
  expect(new Set(fullTimeline.map(entry => entry.kind))).toEqual(new Set(Object.keys(everyKind)))
})

it.each([
  [9, 'Next page now'],
  [11, 'is not sent yet: something is down'],
])('%i seconds after its time a page is: %s', (seconds, words) => {
  const dueAt = new Date(waitingNowMs - seconds * 1_000).toISOString()
  const nextPage = { level: 1, dueAt, functions: ['on-call'], unless: null }
  const story = tellStory({ ...waitingIncident, nextPage }, { ...view, now: waitingNowMs }).join('\n')
  expect(story).toContain(words)
  expect(story.includes('npx paramedic doctor')).toBe(seconds > 10)
})

it.each([
  [600_000, ['support'], 'Next update in 10m (03:13:40 CET): support hears how it stands'],
  [-1_000, ['support', 'senior'], 'support and senior hear how it stands'],
])('%i ms before its time the next update is told with who hears of it', (leftMs, tell, words) => {
  const nextUpdate = { dueAt: new Date(waitingNowMs + leftMs).toISOString(), tell }
  const story = tellStory({ ...waitingIncident, nextUpdate }, { ...view, now: waitingNowMs }).join('\n')
  expect(story).toContain(words)
})

it('tells somebody who was asleep what waits for him', async () => {
  const nextPage = {
    level: 1,
    dueAt: new Date(openedMs + 900_000).toISOString(),
    functions: ['on-call', 'senior'],
    unless: 'acknowledged',
  } as const
  const incident = { ...waitingIncident, nextPage: { ...nextPage, functions: [...nextPage.functions] } }
  const lines = tellStory(incident, { ...view, now: waitingNowMs })
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/waiting-story.txt')
})

it('tells what became of it', async () => {
  const lines = tellStory(closedIncident, { ...view, now: closedNowMs })
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/closed-story.txt')
})

it('tells everything in order', async () => {
  const lines = tellTimeline(closedIncident, { ...view, now: closedNowMs })
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/closed-timeline.txt')
})

it.each([60, 80, 100])('fits into %i columns, commands aside', width => {
  const lines = [
    ...tellStory(closedIncident, { ...view, width, now: closedNowMs }),
    ...tellStory(waitingIncident, { ...view, width, now: waitingNowMs }),
  ]
  for (const line of lines.filter(line => !line.includes(' paramedic ')))
    expect(widthOf(line)).toBeLessThanOrEqual(width)
})

it('folds what repeats', () => {
  const firing = fullTimeline.find(entry => entry.kind === 'alert.firing')
  if (firing === undefined) throw new Error('the example has a firing alert')
  const timeline = Array.from({ length: 40 }, (_, index) => ({
    ...firing,
    seq: index,
    atMs: openedMs + index * 1_000,
  }))
  const lines = tellTimeline({ ...waitingIncident, timeline }, { ...view, now: waitingNowMs })
  expect(lines.filter(line => line.includes('fires (critical'))).toHaveLength(1)
  expect(lines.join(' ').replace(/\s+/g, ' ')).toContain('(40 times since 03:02:11)')
})

it('shows a kind it does not know and goes on', () => {
  const entry = {
    ...fullTimeline[0],
    kind: 'moon.full',
    data: {},
  } as unknown as (typeof fullTimeline)[number]
  expect(narrate(entry, { clock }).text).toBe('moon.full (this paramedic is older than the service)')
})

const waitingFor = (incident: IncidentDetail): string =>
  tellStory(incident, { ...view, now: waitingNowMs })
    .join(' ')
    .replace(/\s+/g, ' ')
    .split('NOW ')[1] ?? ''

const undecided = { ...waitingIncident, gates: [], claims: [] }

it('says that a freeze is what a step waits for, and how it is lifted', () => {
  const freezeMet = fullTimeline.find(entry => entry.kind === 'freeze.met')
  if (freezeMet === undefined) throw new Error('the example has a freeze')
  const frozen = waitingFor({ ...undecided, timeline: [freezeMet] })
  expect(frozen).toContain('A freeze is on: restart-api waits until it is lifted')
  expect(frozen).toContain('npx paramedic freeze off')
  expect(frozen).not.toContain('nothing waits for you')
  const planned = fullTimeline.find(entry => entry.kind === 'step.planned')
  if (planned === undefined) throw new Error('the example has a plan')
  const lifted = waitingFor({ ...undecided, timeline: [freezeMet, planned] })
  expect(lifted).not.toContain('A freeze is on')
})

it('leads to the version that is in force while another one runs', () => {
  const runbookHashInForce = 'c'.repeat(64)
  const told = waitingFor({ ...undecided, timeline: [], runbookHashInForce })
  expect(told).toContain('of pool-exhausted, while cccccccccccc is in force.')
  const move = `npx paramedic incident rebase ${waitingIncident.number}`
  expect(told).toContain(move)
  const others = [{ runbookHashInForce: null }, { phase: 'closed' as const, runbookHashInForce }, {}]
  for (const other of others) expect(waitingFor({ ...undecided, timeline: [], ...other })).not.toContain(move)
})

it.each([
  [
    'the log is no person',
    'news.told',
    { to: 'the log', event: 'opened', channel: 'log' },
    'Wrote into the log that it was opened',
  ],
  [
    'a move with nothing left to take is told for what it does',
    'rebase.taken',
    { runbookHash: 'c'.repeat(64), nextStep: null, measured: [] },
    'Version cccccccccccc is taken: no step of it is left, and whether it is well is proved by it',
  ],
])('%s', (_, kind, data, text) => {
  const entry = { ...fullTimeline[0]!, kind, data } as unknown as TimelineEntry
  expect(narrate(entry, { clock }).text).toBe(text)
})

it('says what was seen in words, not in names of a program', () => {
  const effect = fullTimeline.find(entry => entry.kind === 'effect.ended')!
  const data = { ...effect.data, evidence: { oldPid: 'none', howStopped: 'nothing-to-stop' } }
  const { detail } = narrate({ ...effect, data } as TimelineEntry, { clock })
  expect(detail).toEqual(['old pid none · how stopped nothing-to-stop'])
})

it('says that alerts keep a recovered incident open, and how a person ends it', () => {
  const recoveredAt = new Date(openedMs).toISOString()
  const held = waitingFor({ ...undecided, timeline: [], recoveredAt, alertsFiring: 1 })
  expect(held).toContain(
    'Measured as recovered, but 1 alert still fires: it closes when nothing fires any more.',
  )
  expect(held).toContain(`npx paramedic incident resolve ${waitingIncident.number} --reason "..."`)
  expect(waitingFor({ ...undecided, timeline: [], recoveredAt, alertsFiring: 0 })).toContain(
    'Recovered; it closes when the recovery has lasted.',
  )
})

it('loses no word of a note and no value of the evidence on a narrow terminal', () => {
  const paragraphs = ['one '.repeat(40).trim(), 'two '.repeat(40).trim()]
  const note = {
    ...fullTimeline[0],
    kind: 'note',
    actor: 'person:ana',
    data: { text: paragraphs.join('\n') },
  }
  const incident = { ...waitingIncident, timeline: [note] as unknown as IncidentDetail['timeline'] }
  const lines = tellTimeline(incident, { ...view, width: 60, now: waitingNowMs })
  const text = lines.join(' ').replace(/\s+/g, ' ')
  for (const paragraph of paragraphs) expect(text).toContain(paragraph)
})

it('leaves nobody a post-mortem that its runbook does not ask for', () => {
  const drafted = fullTimeline.findIndex(({ kind }) => kind === 'postmortem.drafted')
  const incident = { ...closedIncident, timeline: fullTimeline.slice(0, drafted + 1), postmortemDueAt: null }
  const told = (one: IncidentDetail): string => tellStory(one, { ...view, now: closedNowMs }).join('\n')
  expect(told(incident)).toContain('Nothing is open; no post-mortem is asked for')
  expect(told({ ...incident, postmortemDueAt: new Date(closedNowMs).toISOString() })).toContain(
    'One thing is left: the draft of the post-mortem lacks what only people know',
  )
})
