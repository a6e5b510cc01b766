import { limits } from '../contracts/limits.ts'
import { keysWithDoubts, keysWithEvents } from '../store/alerts.ts'
import type { Pool } from '../store/database.ts'
import { relayChannel } from '../store/deliveries.ts'
import { createDoorbell } from '../store/doorbell.ts'
import { incidentsToDeliver } from '../store/messages.ts'
import { applyAlerts, settleDoubts } from './apply-alerts.ts'
import { deliverMessages, type IncidentWorkflows } from './deliver-messages.ts'
import type { Intake } from './join-incident.ts'

export interface Relay {
  /** Works until told to stop; trouble with PostgreSQL or Temporal is waited out. */
  run(signal: AbortSignal): Promise<void>
  /** One pass over everything that waits; returns how much was done. */
  pass(atMs: number): Promise<number>
}

/** Keys or incidents worked on at the same time; each holds one connection of the pool. */
const lanes = 4
const batch = 100

/** The relay: from stored deliveries and people's acts to signals. Any number of them may run. */
export function createRelay(pool: Pool, intake: Intake, workflows: IncidentWorkflows): Relay {
  async function takeAlerts(atMs: number): Promise<number> {
    const applied = await inLanes(await keysWithEvents(pool, batch), key =>
      applyAlerts(pool, intake, key, atMs),
    )
    const settled = await inLanes(await keysWithDoubts(pool, atMs, batch), key =>
      settleDoubts(pool, intake, key, atMs),
    )
    return applied + settled
  }

  async function deliver(): Promise<number> {
    return inLanes(await incidentsToDeliver(pool, batch), number => deliverMessages(pool, workflows, number))
  }

  async function run(signal: AbortSignal): Promise<void> {
    const doorbell = createDoorbell(pool, relayChannel, 'paramedic relay bell')
    const repeat = async (work: (atMs: number) => Promise<number>): Promise<void> => {
      while (!signal.aborted) {
        await doorbell.listen()
        const rung = doorbell.nextRing(limits.relayPollMs, signal)
        const done = await work(Date.now()).catch((error: unknown) => {
          intake.log.error({ error: String(error) }, 'the relay could not work and tries again')
          return 0
        })
        // What was done may have left more to do; an empty pass waits for the bell.
        if (done === 0) await rung
      }
    }
    // Side by side: a Temporal that does not answer holds up no incident's number.
    await Promise.all([repeat(takeAlerts), repeat(deliver)])
    await doorbell.close()
  }

  const pass = async (atMs: number): Promise<number> => (await takeAlerts(atMs)) + (await deliver())

  return { run, pass }
}

async function inLanes(items: string[], work: (item: string) => Promise<number>): Promise<number> {
  const queue = items.values()
  let done = 0
  const lane = async (): Promise<void> => {
    for (const item of queue) done += await work(item)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return done
}
