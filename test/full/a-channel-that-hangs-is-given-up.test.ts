import { expect, inject, onTestFinished, test } from 'vitest'
import { createChannelGate } from '../../reach/channel-gate.ts'
import { createNewsDispatcher } from '../../reach/news-dispatcher.ts'
import { inTransaction } from '../../store/database.ts'
import { changeIncident } from '../../store/incidents.ts'
import { leaveNews } from '../../store/news.ts'
import { slackStandIn } from '../support/channels/slack.ts'
import { named } from '../support/contacts.ts'
import { freshDatabase } from '../support/fresh-database.ts'
import { givenIncident } from '../support/incidents.ts'
import { refillChannels } from '../support/paging.ts'

test('a channel that never answers costs a stakeholder one round, and the next one comes later', async () => {
  const { pool, drop } = await freshDatabase(inject('postgresUrl'))
  onTestFinished(drop)
  await refillChannels(pool)
  const chat = await slackStandIn()
  chat.behave(...Array.from({ length: 10 }, () => 'hangs' as const))
  const log = { error: (fields: object) => expect(fields).toBe('nothing') }
  const stakeholder = {
    name: 'orders-chat',
    severities: ['SEV1' as const, 'SEV2' as const, 'SEV3' as const, 'SEV4' as const],
    on: ['opened' as const],
    reach: [{ channel: 'chat' }],
  }
  const people = { contacts: [], stakeholders: [stakeholder], channels: [] }
  const dispatcher = createNewsDispatcher(
    pool,
    createChannelGate(pool, [named('chat', chat)], log),
    people,
    log,
  )
  const number = await givenIncident(pool, { atMs: Date.now() })
  await inTransaction(pool, tx => leaveNews(tx, number, { event: 'opened' }, Date.now()))
  await inTransaction(pool, tx =>
    changeIncident(tx, number, { phase: 'mitigation' }, { nth: 1, atMs: Date.now() }),
  )

  // Two of its four tries in each pass: a try that has begun may take as long as a channel may.
  await dispatcher.pass(Date.now())
  await dispatcher.pass(Date.now() + 5_000)
  const { rows } = await pool.query(
    'select state, attempts, next_at > clock_timestamp() as "isLater" from telling where incident = $1',
    [number],
  )
  expect(rows).toEqual([{ state: 'waiting', attempts: 1, isLater: true }])
}, 90_000)
