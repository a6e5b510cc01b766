import { beforeAll, expect, test } from 'vitest'
import { limits } from '../../contracts/limits.ts'
import { createRelay } from '../../intake/relay.ts'
import { dedupKeyOf, intakeUnderTest, type Report } from '../support/intake.ts'

const intake = intakeUnderTest()
const atMs = Date.parse('2026-03-01T10:00:00Z')
const firing = (group: string, alert = group): Report => ({ group, alert, status: 'firing', atMs })

/** PostgreSQL refuses what these alerts make of themselves, every time. */
beforeAll(async () => {
  await intake.pool.query(`
    create function refuse_poison() returns trigger language plpgsql as $$
    begin raise exception 'poison'; end $$;
    create trigger poison_incident before insert on incident for each row
      when (new.dedup_key = '${dedupKeyOf('poison')}') execute function refuse_poison();
    create trigger poison_alert before insert or update on alert for each row
      when (new.alert_key like '%/poison' and new.status = 'firing') execute function refuse_poison();`)
})

test('a group that cannot be opened is set aside after its tries; every other group opens meanwhile', async () => {
  await intake.deliver([firing('poison')])
  const others = Array.from({ length: 20 }, (_, index) => `healthy-${index}`)
  for (const group of others) await intake.deliver([firing(group)])

  await intake.relays[0].pass(atMs)
  for (const group of others) expect(await intake.incidents(group), group).toMatchObject([{ isOpen: true }])
  expect(await intake.outcomes('poison')).toEqual([null])

  await intake.drain(atMs)
  expect(await eventsOf('poison')).toEqual([
    { outcome: 'quarantined', attempts: limits.relayAttempts, problem: 'error: poison' },
  ])
  expect(await intake.incidents('poison')).toEqual([])
})

test('a poison alert among good ones of its group is set aside alone', async () => {
  const group = 'mixed'
  const alerts = ['one', 'two', 'poison', 'three', 'four'].map(name => firing(group, `${group}/${name}`))
  await intake.deliver(alerts)
  await intake.drain(atMs)
  expect(await intake.outcomes(group)).toEqual(['fired', 'fired', 'quarantined', 'fired', 'fired'])
  expect(await intake.incidents(group)).toMatchObject([{ isOpen: true }])
  for (const { alert } of alerts.filter(report => !report.alert.endsWith('/poison')))
    expect(await intake.alert(alert)).toMatchObject({ status: 'firing', events: 1 })
})

test('a doubt that cannot be settled blames no report of its group', async () => {
  const group = 'doubtful'
  const doubted = firing(group, `${group}/doubted/poison`)
  await intake.take({ ...doubted, status: 'resolved', atMs: atMs + 1_000, startsAtMs: atMs })
  await intake.take({ ...doubted, atMs: atMs + 2_000, startsAtMs: atMs })
  expect(await intake.alert(doubted.alert)).toMatchObject({ isUnconfirmed: true })
  const laterMs = atMs + 2_000 + limits.replayWindowMs
  for (let pass = 0; pass < limits.relayAttempts; pass += 1) {
    await intake.deliver([{ ...firing(group, `${group}/good-${pass}`), atMs: laterMs }])
    await intake.relays[0].pass(laterMs)
  }
  const good = (await eventsOf(group)).slice(2)
  expect(good).toEqual(
    Array.from({ length: limits.relayAttempts }, () => ({ outcome: 'fired', attempts: 0, problem: null })),
  )
})

test('an alert that no runbook takes waits for one, and stops neither alerts nor messages', async () => {
  const handedOver: string[] = []
  const workflows = {
    startWithMessage: async ({ number }: { number: string }) => (
      handedOver.push(number),
      'delivered' as const
    ),
    signal: async () => 'delivered' as const,
  }
  const log = { error: () => {} }
  const withoutRunbooks = createRelay(intake.pool, { runbooks: async () => [], targets: [], log }, workflows)
  await intake.deliver([firing('known')])
  await intake.relays[0].pass(atMs)
  const [known] = await intake.incidents('known')
  await intake.pool.query('update message set delivered_at = null where incident = $1', [known!.number])
  await intake.pool.query('update incident set workflow_started_at = null where number = $1', [known!.number])

  await intake.deliver([firing('unknown')])
  await intake.deliver([{ ...firing('known'), status: 'resolved' }])
  for (let pass = 0; pass < limits.relayAttempts; pass += 1) await withoutRunbooks.pass(atMs)
  expect(await intake.outcomes('known')).toEqual(['fired', 'resolved'])
  expect(handedOver).toEqual([known!.number])
  expect(await eventsOf('unknown')).toEqual([{ outcome: null, attempts: 0, problem: null }])

  await intake.drain(atMs)
  expect(await intake.incidents('unknown')).toMatchObject([{ isOpen: true }])
})

async function eventsOf(
  group: string,
): Promise<{ outcome: string | null; attempts: number; problem: string | null }[]> {
  const { rows } = await intake.pool.query<{
    outcome: string | null
    attempts: number
    problem: string | null
  }>('select outcome, attempts, problem from alert_event where dedup_key = $1 order by id', [
    dedupKeyOf(group),
  ])
  return rows
}
