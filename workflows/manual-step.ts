/** A step that a person takes: Paramedic waits in everybody's sight, and proves what it can. */
import type { ManualStep } from '../contracts/runbook.ts'
import { hurryInLadder } from './escalate.ts'
import { askForTick } from './gate.ts'
import type { Life } from './life.ts'
import { isWindowClosed, needPeople } from './need-people.ts'
import { type Ended, proveStep, whyNotNeeded } from './try-step.ts'

export async function takeManualStep(life: Life, step: ManualStep, attempt: number): Promise<Ended> {
  const notNeeded = whyNotNeeded(life, step)
  if (notNeeded !== undefined) return { result: 'skipped', ...notNeeded }
  if (isWindowClosed(life)) return { result: 'expired', because: 'its window had closed' }
  needPeople(life, `a person has to do its step ${step.id}`)
  const told = await askForTick(life, step, attempt)
  switch (told) {
    case 'done':
      return step.verify === undefined
        ? { result: 'ticked', because: 'a person has done it' }
        : proveStep(life, { id: step.id, verify: step.verify }, attempt)
    case 'not-done':
      return { result: 'failed', because: 'a person said that it was not done', isSaid: true }
    case 'expired':
      if (step.onExpiry === 'escalate') hurryInLadder(life, `nobody has ticked its step ${step.id} in time`)
      return { result: 'expired', because: 'nobody ticked it in time' }
    case 'withdrawn':
      return { result: 'withdrawn', because: 'nobody has to do it any more' }
    default:
      return told satisfies never
  }
}
