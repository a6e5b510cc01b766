import { expect, test } from 'vitest'
import { findChainFaults } from '../support/chain.ts'
import { countDeadlocks } from '../support/two-sides.ts'
import { dedupKeyOf, intakeUnderTest, type Report } from '../support/intake.ts'
import { inChunks, seeded } from '../support/seeded.ts'

const intake = intakeUnderTest()
const atMs = Date.parse('2026-03-01T10:00:00Z')

test('1,000 duplicates in parallel: one incident, every delivery kept, every report counted, and a resolve still works', async () => {
  const report: Report = { group: 'storm', alert: 'storm/pool', status: 'firing', atMs }
  const stopping = new AbortController()
  const relays = intake.relays.map(relay => relay.run(stopping.signal))
  await inChunks(Array.from({ length: 1_000 }), 50, () => intake.deliver([report]))
  stopping.abort()
  await Promise.all(relays)
  await intake.drain(atMs)

  const incidents = await intake.incidents('storm')
  expect(incidents).toMatchObject([{ isOpen: true, linkedTo: null }])
  const { number } = incidents[0]!
  expect(await intake.alert('storm/pool')).toMatchObject({
    status: 'firing',
    events: 1_000,
    incident: number,
  })
  const { rows } = await intake.pool.query('select count(*)::int as kept from delivery')
  expect(rows).toEqual([{ kept: 1_000 }])
  expect((await intake.outcomes('storm')).toSorted().slice(0, 2)).toEqual(['fired', 'repeat'])
  // The workflow hears of one transition, whatever the number of reports.
  expect(intake.handedOver.get(number)).toHaveLength(1)

  await intake.take({ ...report, status: 'resolved', atMs: atMs + 60_000 })
  expect(await intake.alert('storm/pool')).toMatchObject({ status: 'resolved', events: 1_001 })
  expect(intake.handedOver.get(number)).toHaveLength(2)
  expect(await intake.close(number, 'recovered', atMs + 70_000)).toBe('closed')
  expect(await findChainFaults(intake.pool)).toEqual([])
  expect(intake.problems).toEqual([])
})

test('one alert comes through two groups at once, 100 times: it is counted twice and belongs to one incident', async () => {
  const alerts = Array.from({ length: 100 }, (_, index) => `twins/${index}`)
  for (const alert of alerts) {
    const report = { alert, status: 'firing', atMs } as const
    await intake.deliver([{ ...report, group: `${alert}/a` }])
    await intake.deliver([{ ...report, group: `${alert}/b` }])
  }
  expect(await countDeadlocks(intake.pool)).toBe(0)
  await inChunks(alerts, 4, alert =>
    Promise.all(['a', 'b'].map(group => intake.apply(dedupKeyOf(`${alert}/${group}`), atMs))),
  )
  await intake.drain(atMs)
  for (const alert of alerts) {
    const opened = [...(await intake.incidents(`${alert}/a`)), ...(await intake.incidents(`${alert}/b`))]
    expect(opened, alert).toHaveLength(1)
    expect(await intake.alert(alert)).toMatchObject({ events: 2, incident: opened[0]!.number })
  }
})

test('deliveries that name the same groups in different orders never wait for each other in a circle', async () => {
  const { between, shuffled } = seeded('groups in different orders')
  for (let round = 0; round < 10; round += 1) {
    const groups = Array.from({ length: 300 }, (_, index) => `round-${round}/${index}`)
    await Promise.all(
      Array.from({ length: 8 }, () =>
        intake.deliver(
          shuffled(groups)
            .slice(0, between(150, groups.length))
            .map(group => ({ group, alert: group, status: 'firing' as const, atMs })),
        ),
      ),
    )
  }
  expect(await countDeadlocks(intake.pool)).toBe(0)
})
