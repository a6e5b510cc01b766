import { expect, test } from 'vitest'
import type { Notice } from '../../contracts/notice.ts'
import { type PagerDutyEvent, pagerDutyStandIn } from '../support/channels/pagerduty.ts'
import { anAlarmAboutItself, aNews, aPage, aPostmortemCall } from '../support/notices.ts'

test('every page of an incident is one alarm, which is acknowledged and resolved with it', async () => {
  const events = await eventsOf(
    aPage(),
    aPage({ id: 'INC-2026-03-14-003/page/0/2' }),
    aNews({ event: 'acknowledged', by: 'mia' }),
    aNews({ event: 'resolved' }),
  )
  expect(events.map(({ event_action }) => event_action)).toEqual([
    'trigger',
    'trigger',
    'acknowledge',
    'resolve',
  ])
  expect(new Set(events.map(({ dedup_key }) => dedup_key))).toEqual(new Set(['INC-2026-03-14-003']))
})

test.each([
  ['SEV1', 'critical'],
  ['SEV2', 'error'],
  ['SEV3', 'warning'],
  ['SEV4', 'info'],
] as const)('%s is %s there', async (severity, theirs) => {
  const [event] = await eventsOf(aPage({ severity }))
  expect(event?.payload).toMatchObject({ severity: theirs, source: 'orders' })
})

test('calls for a post-mortem set off no alarm that was resolved, and weigh less', async () => {
  const events = await eventsOf(
    aNews({ event: 'resolved' }),
    aPostmortemCall('reminder'),
    aPostmortemCall('escalation'),
  )
  expect(events.map(({ dedup_key }) => dedup_key)).toEqual([
    'INC-2026-03-14-003',
    'INC-2026-03-14-003/post-mortem',
    'INC-2026-03-14-003/post-mortem',
  ])
  expect(events.slice(1)).toMatchObject([
    { event_action: 'trigger', payload: { severity: 'info' } },
    { event_action: 'trigger', payload: { severity: 'warning' } },
  ])
})

test('that trouble of Paramedic itself is over weighs less than the trouble', async () => {
  const events = await eventsOf(
    anAlarmAboutItself(),
    anAlarmAboutItself({ key: 'supervision/over/0123456789abcdef', isOver: true }),
  )
  expect(events.map(({ payload }) => payload?.severity)).toEqual(['error', 'info'])
})

test('a roll-up is as bad as the worst it names', async () => {
  const of = [aPage({ severity: 'SEV3' }), aPage({ severity: 'SEV1' }), aPage({ severity: 'SEV2' })]
  const [event] = await eventsOf({ kind: 'roll-up', key: 'roll-up/1', of })
  expect(event).toMatchObject({ dedup_key: 'roll-up/1', payload: { severity: 'critical' } })
})

async function eventsOf(...notices: Notice[]): Promise<PagerDutyEvent[]> {
  const standIn = await pagerDutyStandIn()
  for (const notice of notices) await standIn.notifier.send(notice, undefined, AbortSignal.timeout(5_000))
  expect(standIn.unexpected).toEqual([])
  return standIn.events
}
