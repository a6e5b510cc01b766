/**
 * Goal: a runbook has more people told than the configuration, of what it names and while its condition holds; it takes nobody away, and
 * nobody hears of one thing twice. Method: a dispatcher on a real database, and a channel on loopback.
 */
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import type { Communication } from '../../contracts/communication.ts'
import type { StakeholderConfiguration } from '../../contracts/configuration/people.ts'
import { createChannelGate } from '../../reach/channel-gate.ts'
import { createNewsDispatcher, type NewsDispatcher } from '../../reach/news-dispatcher.ts'
import { setImpact, setSeverity } from '../../store/acts.ts'
import { readTimeline } from '../../store/audit-log.ts'
import { closeIncident } from '../../store/closing.ts'
import { inTransaction } from '../../store/database.ts'
import { changeIncident, type IncidentChange, noteRecovery } from '../../store/incidents.ts'
import { leaveNews } from '../../store/news.ts'
import { slackStandIn } from '../support/channels/slack.ts'
import type { StandIn } from '../support/channels/stand-in.ts'
import { contact, named } from '../support/contacts.ts'
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts'
import { givenIncident } from '../support/incidents.ts'
import { refillChannels } from '../support/paging.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase(inject('postgresUrl'))))
beforeEach(() => refillChannels(database.pool))
afterAll(() => database.drop())
const log = { error: (fields: object) => expect(fields).toBe('nothing') }

const board: StakeholderConfiguration = {
  name: 'board',
  severities: ['SEV1', 'SEV2', 'SEV3', 'SEV4'],
  on: ['resolved'],
  reach: [{ channel: 'chat' }],
}
const pia = { ...contact('pia', ['chat']), functions: ['product-owner'] }
const ole = { ...contact('ole', ['chat']), functions: ['product-owner'], systems: ['orders'] }

interface Told {
  standIn: StandIn
  telling: NewsDispatcher
  number: string
  /** Recipients and beginnings, in order. */
  heard(): Promise<string[]>
}

async function given(communication: Communication[], contacts = [pia, ole]): Promise<Told> {
  const standIn = await slackStandIn()
  const gate = createChannelGate(database.pool, [named('chat', standIn)], log)
  const people = { contacts, stakeholders: [board], channels: [] }
  const telling = createNewsDispatcher(database.pool, gate, people, log)
  const number = await givenIncident(database.pool, { atMs: Date.now(), communication })
  await inTransaction(database.pool, tx => leaveNews(tx, number, { event: 'opened' }, Date.now()))
  async function heard(): Promise<string[]> {
    await refillChannels(database.pool)
    await telling.pass(Date.now())
    const entries = (await readTimeline(database.pool, number)).flatMap(entry =>
      entry.kind === 'news.told' || entry.kind === 'news.failed' ? [entry] : [],
    )
    return entries.map(({ kind, data }) => `${kind === 'news.told' ? '' : 'not '}${data.to}: ${data.event}`)
  }
  return { standIn, telling, number, heard }
}

let nth = 0
async function change(number: string, changed: IncidentChange): Promise<void> {
  nth += 1
  await inTransaction(database.pool, tx => changeIncident(tx, number, changed, { nth, atMs: Date.now() }))
}

async function close(number: string): Promise<void> {
  const closing = { number, seenTransition: 0, outcome: 'recovered', atMs: Date.now() } as const
  await inTransaction(database.pool, tx => closeIncident(tx, closing))
}

const everything: Communication = {
  on: ['opened', 'severity', 'impact', 'acknowledged', 'mitigated', 'resolved'],
  tell: ['product-owner'],
}

test('each event reaches whoever stands behind the function there, and the stakeholders hear what they heard before', async () => {
  const { number, heard } = await given([everything])
  await change(number, { phase: 'mitigation', impact: 'no' })
  await heard()
  await setSeverity(database.pool, { number, by: 'ana', severity: 'SEV1', atMs: Date.now() })
  await setImpact(database.pool, { number, by: 'ana', impact: 'yes', atMs: Date.now() })
  await heard()
  await change(number, { phase: 'verification' })
  await inTransaction(database.pool, tx => noteRecovery(tx, number, Date.now()))
  await change(number, { recoveredAtMs: null })
  await close(number)
  const all = await heard()
  expect(all.filter(one => one.startsWith('pia'))).toEqual([
    'pia: opened',
    'pia: severity',
    'pia: impact',
    'pia: mitigated',
    'pia: recovery-lost',
    'pia: resolved',
  ])
  expect(all.filter(one => !one.startsWith('pia'))).toEqual(['board: resolved'])
})

test.each([
  ['no', []],
  ['yes', ['pia: opened']],
  ['unknown', ['pia: opened']],
] as const)('a condition is asked when triage has found out: with impact %s', async (impact, told) => {
  const { number, heard } = await given([
    { on: ['opened'], when: 'incident.impact', tell: ['product-owner'] },
  ])
  expect(await heard()).toEqual([])
  await change(number, { phase: 'mitigation', impact })
  expect(await heard()).toEqual(told)
})

test('who heard that it is mitigated hears that it is not, although the condition holds no more', async () => {
  const { number, heard } = await given([
    { on: ['mitigated'], when: 'incident.severity == "SEV2"', tell: ['pia'] },
    { on: ['mitigated'], when: 'incident.severity == "SEV1"', tell: ['ole'] },
  ])
  await change(number, { phase: 'verification', severity: 'SEV2', impact: 'no' })
  await inTransaction(database.pool, tx => noteRecovery(tx, number, Date.now()))
  expect(await heard()).toEqual(['pia: mitigated'])
  await change(number, { severity: 'SEV1' })
  await change(number, { recoveredAtMs: null })
  expect((await heard()).slice(1).toSorted()).toEqual(['ole: recovery-lost', 'pia: recovery-lost'])
  await inTransaction(database.pool, tx => noteRecovery(tx, number, Date.now()))
  await change(number, { recoveredAtMs: null })
  expect((await heard()).slice(3)).toEqual(['ole: mitigated', 'ole: recovery-lost'])
})

test('what triage finds is part of the opening and no change of its own', async () => {
  const { number, heard } = await given([everything])
  await change(number, { phase: 'mitigation', impact: 'yes', severity: 'SEV1' })
  expect(await heard()).toEqual(['pia: opened'])
})

test('what is said stands first, word for word, and values stand below it', async () => {
  const say = 'Orders are late & we know it.'
  const { number, heard, standIn } = await given([{ on: ['opened'], tell: ['pia'], say }])
  await change(number, { phase: 'mitigation', impact: 'yes' })
  await heard()
  expect(standIn.taken).toHaveLength(1)
  expect(standIn.taken[0]!.shown).toMatch(
    /^Opened.*\nOrders are late & we know it\.\nAn incident was opened/m,
  )
  expect(standIn.taken[0]!.shown).toMatch(/Customers affected.*yes/s)
})

test('somebody named by several rules, and by the configuration, gets one message with all that is said', async () => {
  const { number, heard, standIn } = await given([
    { on: ['resolved'], tell: ['board', 'product-owner'], say: 'Thank you for waiting.' },
    { on: ['resolved'], tell: ['pia', 'board'], say: 'The report comes tomorrow.' },
  ])
  await change(number, { phase: 'mitigation' })
  await close(number)
  expect((await heard()).toSorted()).toEqual(['board: resolved', 'pia: resolved'])
  for (const { shown } of standIn.taken)
    expect(shown).toMatch(/Thank you for waiting\..*The report comes tomorrow\./s)
})

test('an update goes to whom it names, once', async () => {
  const { number, heard, standIn } = await given([])
  await change(number, { phase: 'mitigation' })
  const tells = [{ tell: ['product-owner'], say: 'The next update comes in 30 minutes.' }]
  const update = { event: 'update', update: { dueAtMs: 1_800_000, rules: [0], tells } } as const
  // A workflow that was set back decides about the same one again.
  for (const atMs of [Date.now(), Date.now() + 1])
    await inTransaction(database.pool, tx => leaveNews(tx, number, update, atMs))
  expect(await heard()).toEqual(['pia: update'])
  expect(standIn.taken[0]!.shown).toContain('Update:')
  expect(standIn.taken[0]!.shown).toContain('The incident is still open')
})

test('a name that nobody stands behind is seen to fail, and the others are told', async () => {
  const { number, heard } = await given([{ on: ['opened'], tell: ['press-office', 'product-owner'] }])
  await change(number, { phase: 'mitigation' })
  expect((await heard()).toSorted()).toEqual(['not press-office: opened', 'pia: opened'])
  const { rows } = await database.pool.query(
    'select problem from telling where incident = $1 and state = $2',
    [number, 'failed'],
  )
  expect(rows).toEqual([{ problem: 'nobody with a channel stands behind this name' }])
})
