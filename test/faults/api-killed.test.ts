/**
 * Goal: an api that is killed at the worst moment loses no alert and opens no second incident; what was committed twice is
 * counted twice. Method: it stops itself before or after the delivery's commit and is killed there; the sender repeats.
 */
import { expect, test } from 'vitest'
import { eventually } from '../support/incident-harness.ts'
import { quietRunbook } from '../support/quiet-runbook.ts'
import { startWorld } from '../support/real-world.ts'

const commit = 'insert into delivery'

test.each([
  { title: 'before its commit', when: 'before', events: 1 },
  { title: 'after its commit and before its answer', when: 'after', events: 2 },
] as const)(
  'killed $title: the repetition makes one incident and exact counters',
  async ({ when, events }) => {
    const world = await startWorld({ runbooks: [quietRunbook] })
    const worker = world.startWorker()
    const doomed = await world.startApi({ pause: commit, when })
    await worker.says('worker ready')

    const sending = world.alertmanager.send({ group: 'one', name: 'Quiet' })
    await doomed.says('process paused')
    await doomed.kill()
    await world.startApi()
    const { attempts } = await sending
    expect(attempts.at(0)).toEqual({ status: 'no answer' })
    expect(attempts.at(-1)).toEqual({ status: 202 })

    const alert = await eventually(async () => {
      const { rows } = await world.pool.query<{ events: number; incident: string }>(
        'select events, incident from alert where not exists (select from alert_event where outcome is null)',
      )
      return rows[0]
    })
    expect(alert.events).toBe(events)
    const { rows: incidents } = await world.pool.query<{ number: string }>('select number from incident')
    expect(incidents).toEqual([{ number: alert.incident }])

    await world.alertmanager.send({ group: 'one', name: 'Quiet', status: 'resolved' })
    await world.closed(alert.incident)
    expect(await world.entries(alert.incident, 'alert.firing')).toHaveLength(1)
  },
  120_000,
)
