import type { GateView } from '../../contracts/views.ts'
import { breakShop } from './recovers-by-itself.ts'
import {
  assertRecovered,
  check,
  closed,
  incident,
  openIncident,
  operatorAsks,
  type Scene,
  until,
} from './scene.ts'
import { workerOf } from './worker-of.ts'

/**
 * A gated runbook: the shop's cache is full of what it cannot read, and its target asks before every step. While the gate is open an
 * api and the worker that has the incident are killed; the approval comes at once through the proxy.
 */
export async function goesOnAfterAnApproval(scene: Scene): Promise<void> {
  const { stack, say } = scene
  await breakShop(scene, 'stale-cache')
  const number = await openIncident(scene, 'stale-cache')
  const gate = await until(`${number} asks for an approval`, async () =>
    (await incident(scene, number)).gates.find(({ state }) => state === 'open'),
  )
  const worker = await workerOf(scene, number)
  for (const name of ['api-2', worker]) stack.kill(name)
  await approve(scene, number, gate)
  say(`${number}: killed api-2 and ${worker}, and approved "${gate.question}"`)

  const detail = await closed(scene, number)
  assertRecovered(scene, detail, 'empty-catalog-cache')
  const decided = detail.gates.map(({ state, decidedBy }) => `${state} by ${decidedBy}`)
  check(decided.join() === 'approved by operator', `${number}: its gates are ${decided.join(', ')}`)
  say(`${number} recovered after the approval, with one deletion`)
}

/** As a person does it: whoever got no answer looks, and clicks again while the gate is open. */
async function approve(
  scene: Scene,
  number: string,
  { id, step, attempt, planHash }: GateView,
): Promise<void> {
  await until(`the approval of ${id} is taken`, async () => {
    const { gates } = await incident(scene, number)
    if (gates.find(gate => gate.id === id)?.state === 'approved') return true
    await operatorAsks(scene, `/v1/incidents/${number}/gates/${step}/${attempt}/approve`, {
      planHash,
      reason: 'rehearsed',
    })
    return true
  })
}
