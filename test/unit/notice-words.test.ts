import { expect, test } from 'vitest'
import { momentOf, plainText, wordsOf } from '../../integrations/notice-words.ts'
import { aNews, aPage, aPostmortemCall } from '../support/notices.ts'

const outside = { zone: 'Europe/Berlin', publicUrl: 'https://paramedic.example/' }

test('a page reads like this', () => {
  const words = wordsOf(aPage(), outside)
  expect(words.subject).toBe(
    'SEV2 orders/production: Orders is running out of database connections [INC-2026-03-14-003]',
  )
  expect(plainText(words)).toBe(`Orders is running out of database connections.
You are paged as on-call, senior, because it is not acknowledged after 15 minutes.
Say that you are on it, and later levels stay quiet.

Incident: INC-2026-03-14-003
Severity: SEV2 (High)
System: orders / production
Opened: 2026-03-14 04:02:09 CET (03:02:09 UTC)

I am on it:
  npx paramedic incident ack INC-2026-03-14-003
What happened, was tried and waits:
  npx paramedic incident show INC-2026-03-14-003

https://paramedic.example/incidents/INC-2026-03-14-003

Paramedic, page INC-2026-03-14-003/page/0/1. The same page can arrive twice; it is one page.`)
})

test('a page that waits for an answer does not ask for an acknowledgement, which an incident that was ended takes no more', () => {
  const because = 'stop-worker is still in place: its undo failed'
  const text = plainText(wordsOf(aPage({ because, waitsFor: 'answer' }), outside))
  expect(text).toContain('The incident stays open until somebody has answered')
  expect(text).toContain('npx paramedic incident show INC-2026-03-14-003')
  expect(text).not.toContain('incident ack')
})

test('the reminder of a post-mortem reads like this', () => {
  const words = wordsOf(aPostmortemCall('reminder'), outside)
  expect(words.subject).toBe(
    'Post-mortem due on 2026-03-16, orders/production: Orders is running out of database connections [INC-2026-03-14-003]',
  )
  expect(plainText(words))
    .toBe(`You are reminded as orders-team, on-call: the post-mortem that orders owes is due at 2026-03-16 03:12 UTC.
It is about: Orders is running out of database connections.
The incident is over. When this is published in time, nobody is called for it.

Due: 2026-03-16 04:12:09 CET (03:12:09 UTC)
Owner: orders
Incident: INC-2026-03-14-003
Severity: SEV2 (High)
System: orders / production
Opened: 2026-03-14 04:02:09 CET (03:02:09 UTC)

Write it:
  npx paramedic postmortem edit INC-2026-03-14-003
What is on record, and what is missing:
  npx paramedic postmortem show INC-2026-03-14-003
Publish it:
  npx paramedic postmortem publish INC-2026-03-14-003

https://paramedic.example/incidents/INC-2026-03-14-003

Paramedic, reminder INC-2026-03-14-003/post-mortem/reminder. The same message can arrive twice; it is one message.`)
})

test('the call for an overdue post-mortem says that it is late and where it is named from now on', () => {
  const { subject, sentences } = wordsOf(aPostmortemCall('escalation'), outside)
  expect(subject).toMatch(/^Post-mortem overdue, orders\/production: /)
  expect(sentences[0]).toBe(
    'You are called as orders-team, on-call: the post-mortem that orders owes was due at 2026-03-16 03:12 UTC and is not published.',
  )
  expect(sentences[2]).toContain('npx paramedic doctor')
})

test.each([
  ['opened', 'An incident was opened: '],
  ['severity', 'The severity is now SEV2, it was SEV3: '],
  ['acknowledged', 'mia is on it: '],
  ['resolved', 'The incident is over, recovery was measured: '],
] as const)('news of the event %s say what happened', (event, begins) => {
  const words = wordsOf(aNews({ event, from: 'SEV3', by: 'mia' }), outside)
  expect(words.sentences[0]).toBe(`${begins}Orders is running out of database connections.`)
  expect(words.commands.map(({ command }) => command)).toEqual([
    'npx paramedic incident show INC-2026-03-14-003',
  ])
})

test('the end of a routine that nothing measures as a whole is not told as a recovery', () => {
  const words = wordsOf(
    aNews({ event: 'resolved', outcome: 'recovered', because: '2 steps were taken, 1 was not needed' }),
    outside,
  )
  expect(words.sentences.slice(0, 2)).toEqual([
    'The incident is over: Orders is running out of database connections.',
    '2 steps were taken, 1 was not needed.',
  ])
})

test('a roll-up says how many, names every incident and how to take each', () => {
  const of = ['001', '002', '003'].map(end =>
    aPage({ incident: `INC-2026-03-14-${end}`, acknowledgeCommand: `ack ${end}` }),
  )
  const words = wordsOf({ kind: 'roll-up', key: 'roll-up/1', of }, outside)
  expect(words.subject).toBe('3 more pages: INC-2026-03-14-001, INC-2026-03-14-002, INC-2026-03-14-003')
  expect(words.commands.map(({ command }) => command)).toEqual([
    'ack 001',
    'ack 002',
    'ack 003',
    'npx paramedic incident list --open',
  ])
})

test.each([
  ['post-mortems alone', [], '2 more messages', 'npx paramedic postmortem list'],
  ['a page among them', [aPage()], '3 more messages', 'npx paramedic incident list --open'],
])('a roll-up with %s', (_, pages, begins, seeAll) => {
  const of = [...pages, aPostmortemCall('reminder'), aPostmortemCall('escalation')]
  const { subject, commands } = wordsOf({ kind: 'roll-up', key: 'roll-up/1', of }, outside)
  expect(subject).toBe(`${begins}: INC-2026-03-14-003`)
  expect(commands.slice(-3)).toMatchObject([
    {
      purpose: 'Write the post-mortem of INC-2026-03-14-003',
      command: 'npx paramedic postmortem edit INC-2026-03-14-003',
    },
    { command: 'npx paramedic postmortem edit INC-2026-03-14-003' },
    { command: seeAll },
  ])
})

test.each([
  ['UTC', '2026-03-14 03:02:09 UTC'],
  ['Etc/UTC', '2026-03-14 03:02:09 UTC'],
  ['Europe/Berlin', '2026-03-14 04:02:09 CET (03:02:09 UTC)'],
  ['America/Los_Angeles', '2026-03-13 20:02:09 GMT-7 (2026-03-14 03:02:09 UTC)'],
])('times in the zone %s', (zone, said) => {
  expect(momentOf('2026-03-14T03:02:09.072Z', zone)).toBe(said)
})

test('without an address there is no link', () => {
  expect(wordsOf(aPage(), { zone: 'UTC' })).not.toHaveProperty('link')
})

test('an update says first what the runbook says, then how it stands', () => {
  const news = aNews({
    event: 'update',
    impact: 'unknown',
    takenBy: 'mia',
    says: ['We are working on it; the next news come in 30 minutes.'],
  })
  const words = wordsOf(news, outside)
  expect(words.subject).toMatch(/^Update: SEV2 orders\/production/)
  expect(plainText(words)).toBe(`We are working on it; the next news come in 30 minutes.
The incident is still open: Orders is running out of database connections.
This is for your information; nobody expects you to do anything.

Incident: INC-2026-03-14-003
Severity: SEV2
System: orders / production
Opened: 2026-03-14 04:02:09 CET (03:02:09 UTC)
Customers affected: not known, which counts as yes
On it: mia
When: 2026-03-14 04:12:09 CET (03:12:09 UTC)

What happened, was tried and waits:
  npx paramedic incident show INC-2026-03-14-003

https://paramedic.example/incidents/INC-2026-03-14-003

Paramedic, message INC-2026-03-14-003/news/update/orders-chat. The same message can arrive twice; it is one message.`)
})

test.each([
  [
    { event: 'impact', impact: 'yes', impactBefore: 'no' },
    'Impact changed',
    'Are customers affected: yes, before: no: Orders is running out of database connections.',
  ],
  [{ event: 'mitigated' }, 'Mitigated', 'A recovery was measured; the incident is over when it lasts'],
  [
    { event: 'recovery-lost' },
    'Not mitigated after all',
    'The recovery did not last, and work on it goes on',
  ],
  [{ event: 'update', isRecovered: true }, 'Update', 'A recovery was measured and has to last'],
] as const)('what happened is said in plain words: %j', (news, subject, sentence) => {
  const words = wordsOf(aNews(news), outside)
  expect(words.subject).toMatch(new RegExp(`^${subject}: SEV2 `))
  expect(words.sentences[0]).toContain(sentence)
})
