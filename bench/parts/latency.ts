/** From the 202 to the first check and to the first effect, one incident at a time, beside the least a workflow can do. */
import { Client, Connection } from '@temporalio/client'
import { floorTaskQueue, oneActivity } from '../floors/workflows.ts'
import { followIncidents } from '../world/incidents.ts'
import { startParamedic } from '../world/paramedic.ts'
import { startWorkflowFloor } from '../world/floor.ts'
import type { Part } from './part.ts'

const withinMs = 60_000
const floorName = 'start to first activity'

export const latency: Part = async ({ servers, patient, isQuick, profile }) => {
  const paramedic = await startParamedic(servers, patient, 'latency', { hasWorker: true, profile })
  const floor = await startWorkflowFloor(servers, paramedic.namespace)
  await servers.redis.fill('bench:', 2_000)
  const incidents = followIncidents(paramedic)
  const connection = await Connection.connect({ address: servers.temporalAddress })
  const client = new Client({ connection, namespace: paramedic.namespace })
  const opened: number[] = []
  const firstCheck: number[] = []
  const firstEffect: number[] = []
  const floors: number[] = []
  // The first of each pays for compiling and connecting.
  const [warmUp, rounds] = isQuick ? [1, 3] : [3, 15]
  try {
    for (let round = -warmUp; round < rounds; round++) {
      const startedAtMs = Date.now()
      const began = await client.workflow.execute(oneActivity, {
        workflowId: `floor-${round}`,
        taskQueue: floorTaskQueue,
      })
      const group = `latency ${round}`
      const checked = patient.nextRequestAtMs()
      const { acceptedAtMs } = await incidents.standard(group, withinMs)
      const opening = await incidents.entry(group, 'incident.opened', withinMs)
      const claimed = await incidents.entry(group, 'claim.made', withinMs)
      if (round < 0) continue
      floors.push(began - startedAtMs)
      opened.push(Date.parse(opening.recordedAt) - acceptedAtMs)
      firstCheck.push((await checked) - acceptedAtMs)
      firstEffect.push(Date.parse(claimed.recordedAt) - acceptedAtMs)
    }
  } finally {
    await incidents.stop()
    await connection.close()
    await Promise.all([paramedic.stop(), floor.stop()])
  }
  const beside = [{ name: floorName, rounds: floors }]
  return [
    {
      id: 'latency.opened',
      what: 'accepted to incident opened (the relay alone)',
      unit: 'ms',
      better: 'lower',
      rounds: opened,
      beside: [],
      aims: [],
    },
    {
      id: 'latency.check',
      what: 'accepted to first check at its target',
      unit: 'ms',
      better: 'lower',
      rounds: firstCheck,
      beside,
      aims: [{ peer: floorName, atMost: 2 }],
    },
    {
      id: 'latency.effect',
      what: 'accepted to first ungated effect (claim committed)',
      unit: 'ms',
      better: 'lower',
      rounds: firstEffect,
      beside,
      aims: [],
    },
  ]
}
