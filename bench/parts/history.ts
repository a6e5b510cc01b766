/** What the standard incident leaves in Temporal, and how long one replay of it takes. */
import { Client, Connection } from '@temporalio/client'
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { incidentWorkflowId } from '../../contracts/incident.ts'
import { bundleWorkflows } from '../../worker/workflow-bundle.ts'
import { createHistories } from '../../worker/histories.ts'
import { followIncidents } from '../world/incidents.ts'
import { startParamedic } from '../world/paramedic.ts'
import type { Part } from './part.ts'

const withinMs = 60_000
const eventsAtMost = 100

export const history: Part = async ({ servers, patient, isQuick, profile }) => {
  const paramedic = await startParamedic(servers, patient, 'history', { hasWorker: true, profile })
  await servers.redis.fill('bench:', 2_000)
  const incidents = followIncidents(paramedic)
  const connection = await Connection.connect({ address: servers.temporalAddress })
  const client = new Client({ connection, namespace: paramedic.namespace })
  const [count, replays] = isQuick ? [1, 5] : [3, 100]
  const events: number[] = []
  const kept: { workflowId: string; json: string }[] = []
  try {
    for (let done = 0; done < count; done++) {
      const { number } = await incidents.standard(`history ${done}`, withinMs)
      const workflowId = incidentWorkflowId(number)
      // Its last task comes after the row it closes.
      await client.workflow.getHandle(workflowId).result()
      const runs = (await createHistories(client).readClosedChain(number)) ?? []
      events.push(runs.reduce((sum, run) => sum + run.events, 0))
      kept.push(...runs.map(({ json }) => ({ workflowId, json })))
    }
  } finally {
    await incidents.stop()
    await connection.close()
    await paramedic.stop()
  }
  return [
    {
      id: 'history.events',
      what: 'history events of the standard incident (3 checks, 2 steps, 3 measurements each)',
      unit: 'events',
      better: 'lower',
      rounds: events,
      beside: [],
      aims: [{ atMost: eventsAtMost }],
      madeOf: countByKind(kept.at(-1)?.json ?? '{}'),
    },
    {
      id: 'history.replay',
      what: 'replay of its history',
      unit: 'ms',
      better: 'lower',
      rounds: await timeReplays(kept, replays),
      beside: [],
      aims: [],
    },
  ]
}

/** Milliseconds a history, replayed one after another in one worker without a server. */
async function timeReplays(kept: { workflowId: string; json: string }[], replays: number): Promise<number[]> {
  Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('ERROR') })
  const workflowBundle = await bundleWorkflows()
  const tookMs: number[] = []
  const histories = function* () {
    for (let done = 0; done < replays; done++) {
      const { workflowId, json } = kept[done % kept.length]!
      yield { workflowId, history: historyFromJSON(JSON.parse(json)) }
    }
  }
  let before = performance.now()
  for await (const { error } of Worker.runReplayHistories({ workflowBundle }, histories())) {
    if (error !== undefined) throw error
    tookMs.push(performance.now() - before)
    before = performance.now()
  }
  // The first one pays for the worker.
  return tookMs.slice(1)
}

/** The events of one run by what caused them: each activity by its type, everything else by the event's. */
function countByKind(json: string): Record<string, number> {
  // historyToJSON has just written it.
  const { events = [] } = JSON.parse(json) as { events?: HistoryEvent[] }
  const activities = new Map(
    events.flatMap(event => {
      const type = event.activityTaskScheduledEventAttributes?.activityType.name
      return type === undefined ? [] : [[event.eventId, type]]
    }),
  )
  const counts: Record<string, number> = {}
  for (const event of events) {
    const scheduled =
      event.activityTaskStartedEventAttributes?.scheduledEventId ??
      event.activityTaskCompletedEventAttributes?.scheduledEventId ??
      event.activityTaskTimedOutEventAttributes?.scheduledEventId ??
      event.eventId
    const kind = activities.get(scheduled) ?? event.eventType.replace('EVENT_TYPE_', '').toLowerCase()
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return Object.fromEntries(Object.entries(counts).toSorted(([, a], [, b]) => b - a))
}

interface HistoryEvent {
  eventId: string
  eventType: string
  activityTaskScheduledEventAttributes?: { activityType: { name: string } }
  activityTaskStartedEventAttributes?: { scheduledEventId: string }
  activityTaskCompletedEventAttributes?: { scheduledEventId: string }
  activityTaskTimedOutEventAttributes?: { scheduledEventId: string }
}
