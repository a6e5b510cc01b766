/** A storm of standard incidents, from its first alert to its last closing, beside as many bare workflows of three activities. */
import { Client, Connection } from '@temporalio/client'
import { floorTaskQueue, threeActivities } from '../floors/workflows.ts'
import { startWorkflowFloor } from '../world/floor.ts'
import { followIncidents } from '../world/incidents.ts'
import { startParamedic } from '../world/paramedic.ts'
import type { Part } from './part.ts'

const withinMs = 300_000
const floorName = 'three-activity workflows'

export const throughput: Part = async ({ servers, patient, isQuick, profile }) => {
  const paramedic = await startParamedic(servers, patient, 'throughput', { hasWorker: true, profile })
  const floor = await startWorkflowFloor(servers, paramedic.namespace)
  await servers.redis.fill('bench:', 5_000)
  const incidents = followIncidents(paramedic)
  const connection = await Connection.connect({ address: servers.temporalAddress })
  const client = new Client({ connection, namespace: paramedic.namespace })
  const { rounds, storm } = isQuick ? { rounds: 1, storm: 10 } : { rounds: 3, storm: 50 }
  const ours: number[] = []
  const floors: number[] = []
  try {
    await incidents.standard('throughput warm-up', withinMs)
    for (let round = 0; round < rounds; round++) {
      floors.push(
        await perSecond(3 * storm, nth =>
          client.workflow.execute(threeActivities, {
            workflowId: `floor-${round}-${nth}`,
            taskQueue: floorTaskQueue,
          }),
        ),
      )
      ours.push(await perSecond(storm, nth => incidents.standard(`throughput ${round} ${nth}`, withinMs)))
    }
  } finally {
    await incidents.stop()
    await connection.close()
    await Promise.all([paramedic.stop(), floor.stop()])
  }
  return [
    {
      id: 'throughput.incidents',
      what: `whole standard incidents, ${storm} at once (each waits 2 s of its own)`,
      unit: '/s',
      better: 'higher',
      rounds: ours,
      beside: [{ name: floorName, rounds: floors }],
      aims: [{ peer: floorName, atLeast: 0.15 }],
    },
  ]
}

async function perSecond(count: number, work: (nth: number) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: count }, (_, nth) => work(nth)))
  return (count / (performance.now() - startedAt)) * 1_000
}
