/** The drills that every runbook should stand, made from the runbook itself: what they must show follows from what it says. */
import type { Runbook } from '../contracts/runbook.ts'
import { crashDrills, freezeDrill } from './drills-of-machines.ts'
import {
  gateDrills,
  nobodyAcknowledges,
  nobodyApproves,
  noDataDrill,
  unboundDrills,
} from './drills-of-people.ts'
import { alertDrills, everyStepFails, firstStepFails } from './drills-of-steps.ts'
import { illnessOf } from './illness.ts'
import type { CommonDrill, LeftOut, Made, Scene } from './making.ts'

/** Those that cannot be made from this runbook are in `left`. Pure: the same runbook gives the same drills. */
export function commonDrills(
  runbook: Runbook,
  scene: Scene = {},
): { drills: CommonDrill[]; left: LeftOut[] } {
  if (runbook.schedule !== undefined) {
    const because =
      'a routine takes every step and calls nobody while it goes well: its drills are written by hand'
    return { drills: [], left: [{ name: 'common drills', because }] }
  }
  const illness = illnessOf(runbook, scene.alert)
  if ('because' in illness) return { drills: [], left: [{ name: 'common drills', because: illness.because }] }
  const making = { runbook, illness, scene }
  const made: Made[] = [
    nobodyAcknowledges(making),
    nobodyApproves(making),
    ...gateDrills(making),
    noDataDrill(making),
    firstStepFails(making),
    everyStepFails(making),
    ...alertDrills(making),
    ...crashDrills(making),
    freezeDrill(making),
    ...unboundDrills(making),
  ]
  const isMade = (one: Made): one is CommonDrill => !('because' in one)
  return { drills: made.filter(isMade), left: made.filter(one => !isMade(one)) as LeftOut[] }
}
