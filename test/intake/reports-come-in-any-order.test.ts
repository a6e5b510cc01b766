import { expect, test } from 'vitest'
import { limits } from '../../contracts/limits.ts'
import { acknowledge } from '../../store/acts.ts'
import { readTimeline } from '../../store/audit-log.ts'
import { intakeUnderTest, type Report } from '../support/intake.ts'

const intake = intakeUnderTest()
const atMs = Date.parse('2026-03-01T10:00:00Z')
const minuteMs = 60_000

let groups = 0
/** Each test has a group and an alert of its own. */
function given(): {
  group: string
  firing: Report
  resolved(minute: number): Report
  open(): Promise<string[]>
} {
  groups += 1
  const group = `group-${groups}`
  const firing: Report = { group, alert: `${group}/first`, status: 'firing', atMs }
  return {
    group,
    firing,
    resolved: minute => ({ ...firing, status: 'resolved', atMs: atMs + minute * minuteMs, startsAtMs: atMs }),
    open: async () => (await intake.incidents(group)).filter(row => row.isOpen).map(row => row.number),
  }
}

const later = (report: Report, minute: number): Report => ({ ...report, atMs: atMs + minute * minuteMs })

test('a group of ten alerts is one incident, open until the last of them has resolved', async () => {
  const { group, firing, open } = given()
  const alerts = Array.from({ length: 10 }, (_, index) => ({ ...firing, alert: `${group}/${index}` }))
  await intake.deliver(alerts)
  await intake.drain(atMs)
  const [number] = await open()
  const resolve = (report: Report): Report => ({ ...later(report, 5), status: 'resolved', startsAtMs: atMs })
  await intake.deliver(alerts.slice(0, 3).map(resolve))
  await intake.drain(atMs)
  expect(await intake.close(number!, 'recovered', atMs + 6 * minuteMs)).toBe('still-firing')
  await intake.deliver(alerts.slice(3).map(resolve))
  await intake.drain(atMs)
  expect(await intake.close(number!, 'recovered', atMs + 7 * minuteMs)).toBe('closed')
  expect(await intake.incidents(group)).toHaveLength(1)
  expect(intake.handedOver.get(number!)).toHaveLength(20)
})

test('resolved before it was ever firing: remembered, and no incident', async () => {
  const { group, resolved } = given()
  await intake.take(resolved(1))
  expect(await intake.outcomes(group)).toEqual(['resolved-unknown'])
  expect(await intake.incidents(group)).toEqual([])
})

test('the firing report is overtaken by its own end: a doubt, and no incident once the end is repeated', async () => {
  const { group, firing, resolved } = given()
  await intake.take(resolved(1))
  await intake.take({ ...later(firing, 2), startsAtMs: atMs })
  expect(await intake.alert(`${group}/first`)).toMatchObject({ status: 'resolved', isUnconfirmed: true })
  await intake.take(resolved(3))
  await intake.drain(atMs + 60 * minuteMs)
  expect(await intake.outcomes(group)).toEqual(['resolved-unknown', 'unconfirmed', 'repeat'])
  expect(await intake.incidents(group)).toEqual([])
})

test('an end older than the episode that fires is set aside; the right one resolves', async () => {
  const { group, firing, resolved } = given()
  const restarted = { ...later(firing, 10), startsAtMs: atMs + 10 * minuteMs }
  await intake.take(restarted)
  await intake.take({ ...resolved(11), endsAtMs: atMs + 5 * minuteMs })
  expect(await intake.alert(`${group}/first`)).toMatchObject({ status: 'firing', events: 2 })
  await intake.take({ ...resolved(12), endsAtMs: atMs + 12 * minuteMs })
  expect(await intake.outcomes(group)).toEqual(['fired', 'out-of-order', 'resolved'])
})

test("an end without a time of its own resolves, also when the sender's clock runs two hours ahead", async () => {
  const { group, firing, open } = given()
  await intake.take({ ...firing, startsAtMs: atMs + 120 * minuteMs })
  expect(await open()).toHaveLength(1)
  await intake.take({ ...later(firing, 1), status: 'resolved', endsAtMs: 'not told' })
  expect(await intake.outcomes(group)).toEqual(['fired', 'resolved'])
  expect(await intake.alert(`${group}/first`)).toMatchObject({ status: 'resolved' })
})

test('an earlier start that comes later changes nothing but the start', async () => {
  const { group, firing } = given()
  await intake.take({ ...later(firing, 10), startsAtMs: atMs + 10 * minuteMs })
  await intake.take({ ...later(firing, 11), startsAtMs: atMs })
  expect(await intake.outcomes(group)).toEqual(['fired', 'repeat'])
  const { rows } = await intake.pool.query<{ starts_at: Date }>(
    'select starts_at from alert where alert_key = $1',
    [`${group}/first`],
  )
  expect(rows[0]!.starts_at.getTime()).toBe(atMs)
})

test(`an HA twin's replay after the end is a doubt for five minutes, then the alert never stopped`, async () => {
  const { group, firing, resolved, open } = given()
  await intake.take(firing)
  await intake.take(resolved(2))
  const [number] = await open()
  await intake.take({ ...later(firing, 3), startsAtMs: atMs })
  const handedOver = intake.handedOver.get(number!)!.length
  const confirmedAtMs = atMs + 3 * minuteMs + limits.replayWindowMs
  await intake.drain(confirmedAtMs - 1)
  expect(await intake.alert(`${group}/first`)).toMatchObject({ status: 'resolved', isUnconfirmed: true })
  expect(intake.handedOver.get(number!)).toHaveLength(handedOver)

  await intake.drain(confirmedAtMs)
  expect(await intake.alert(`${group}/first`)).toEqual({
    status: 'firing',
    events: 3,
    incident: number,
    isUnconfirmed: false,
    isMuted: false,
  })
  expect(intake.handedOver.get(number!)).toHaveLength(handedOver + 1)
  expect(await open()).toEqual([number])
})

test('a doubt that outlives its incident opens a linked one', async () => {
  const { group, firing, resolved, open } = given()
  await intake.take(firing)
  await intake.take(resolved(2))
  const [number] = await open()
  await intake.take({ ...later(firing, 3), startsAtMs: atMs })
  expect(await intake.close(number!, 'recovered', atMs + 4 * minuteMs)).toBe('closed')
  await intake.drain(atMs + 8 * minuteMs)
  expect(await intake.incidents(group)).toMatchObject([
    { number, isOpen: false },
    { isOpen: true, linkedTo: number },
  ])
})

test('the same start again twenty minutes after the end is a return, not a replay', async () => {
  const { group, firing, resolved } = given()
  await intake.take(firing)
  await intake.take(resolved(2))
  await intake.take({ ...later(firing, 22), startsAtMs: atMs })
  expect(await intake.outcomes(group)).toEqual(['fired', 'resolved', 'fired'])
  expect(await intake.alert(`${group}/first`)).toMatchObject({ status: 'firing' })
})

test('an edited route changes the group key: the alert stays in its open incident', async () => {
  const { group, firing, open } = given()
  await intake.take(firing)
  const [number] = await open()
  const moved = { ...firing, group: `${group}/moved` }
  await intake.take(later(moved, 1))
  await intake.take({ ...later(moved, 2), status: 'resolved' })
  await intake.take(later(moved, 3))
  expect(await intake.outcomes(`${group}/moved`)).toEqual(['repeat', 'resolved', 'fired'])
  expect(await intake.incidents(`${group}/moved`)).toEqual([])
  expect(await intake.alert(`${group}/first`)).toMatchObject({
    status: 'firing',
    events: 4,
    incident: number,
  })
})

test('a new alert after the acknowledgement undoes it and starts the next epoch; a known one does not', async () => {
  const { group, firing, resolved, open } = given()
  await intake.take(firing)
  const [number] = (await open()) as [string]
  await acknowledge(intake.pool, { number, by: 'ana', atMs: atMs + minuteMs })
  await intake.take(resolved(2))
  await intake.take({ ...later(firing, 3), startsAtMs: atMs + 3 * minuteMs })
  expect(await acknowledgementOf(number)).toEqual({ by: 'ana', epoch: 0 })
  await intake.take({ ...later(firing, 4), alert: `${group}/second` })
  expect(await acknowledgementOf(number)).toEqual({ by: null, epoch: 1 })
  await intake.take({ ...later(firing, 5), alert: `${group}/third` })
  expect(await acknowledgementOf(number)).toEqual({ by: null, epoch: 1 })
  expect(await acknowledge(intake.pool, { number, by: 'ben', atMs: atMs + 6 * minuteMs })).toMatchObject({
    isFirst: true,
    by: 'ben',
  })
  const epochs = (await readTimeline(intake.pool, number)).flatMap(entry =>
    entry.kind === 'acknowledged' ? [[entry.data.epoch, entry.data.alertsCovered]] : [],
  )
  expect(epochs).toEqual([
    [0, 1],
    [1, 3],
  ])
})

test.each([
  ['within 15 minutes of closing', 14, true],
  ['later', 16, false],
])('an alert %s opens a new incident, linked: %#', async (_, minutes, isLinked) => {
  const { group, firing, resolved, open } = given()
  await intake.take(firing)
  await intake.take(resolved(2))
  const [number] = await open()
  await intake.close(number!, 'recovered', atMs + 3 * minuteMs)
  const startsAtMs = atMs + (3 + minutes) * minuteMs
  await intake.take({ ...firing, atMs: startsAtMs, startsAtMs })
  expect(await intake.incidents(group)).toMatchObject([
    { number, isOpen: false },
    { isOpen: true, linkedTo: isLinked ? number : null },
  ])
})

test('what still fires when a person ends the incident stays quiet for four hours; a new episode or another alert does not', async () => {
  const { group, firing, resolved, open } = given()
  await intake.take(firing)
  const [number] = await open()
  await intake.close(number!, 'resolved-by-person', atMs + minuteMs)
  await intake.take({ ...later(firing, 2), startsAtMs: atMs })
  expect(await intake.alert(`${group}/first`)).toMatchObject({ status: 'firing', events: 2, isMuted: true })
  expect(await open()).toEqual([])

  await intake.take({ ...later(firing, 3), alert: `${group}/second` })
  expect(await open()).toHaveLength(1)
  await intake.take(resolved(4))
  await intake.take({ ...later(firing, 5), startsAtMs: atMs + 5 * minuteMs })
  const [second] = await open()
  expect(await intake.alert(`${group}/first`)).toMatchObject({ isMuted: false, incident: second })
})

test('after four hours a muted alert that still fires opens an incident again', async () => {
  const { firing, open, group } = given()
  await intake.take(firing)
  const [number] = await open()
  await intake.close(number!, 'resolved-by-person', atMs)
  const again = { ...firing, startsAtMs: atMs }
  await intake.take({ ...again, atMs: atMs + limits.mutedAfterResolveMs - 1 })
  expect(await open()).toEqual([])
  await intake.take({ ...again, atMs: atMs + limits.mutedAfterResolveMs })
  expect(await open()).toHaveLength(1)
  expect(await intake.outcomes(group)).toEqual(['fired', 'muted', 'fired'])
})

async function acknowledgementOf(number: string): Promise<{ by: string | null; epoch: number }> {
  const { rows } = await intake.pool.query<{ by: string | null; epoch: number }>(
    'select acknowledged_by as by, ack_epoch as epoch from incident where number = $1',
    [number],
  )
  return rows[0]!
}
