/** What a drill puts on its stage: targets, people, the sender of its alerts, and a clock. */
import { type Configuration, configurationSchema } from '../contracts/configuration.ts'
import type { TargetConfiguration } from '../contracts/configuration/targets.ts'
import { logChannel } from '../contracts/directory.ts'
import type { Drill } from '../contracts/drill.ts'
import { type LoadedRunbook, roleOf, type Runbook } from '../contracts/runbook.ts'
import type { Place } from '../contracts/schedule.ts'
import type { Happened } from '../drills/happened.ts'
import { actsOf } from './drill-acts.ts'
import { createDrillAlert, type DrillAlert, placeOfAlert } from './drill-alert.ts'
import { createDrillClock, type DrillClock } from './drill-clock.ts'
import { begins, horizonOf } from './drill-times.ts'
import { createDrillWorld, type DrillWorld } from './drill-world.ts'
import { functionsCalled } from './functions-called.ts'
import type { ScriptedAct } from './script-activities.ts'
import { unreachableTarget } from './unreachable-targets.ts'

export interface RehearsedRunbook extends LoadedRunbook {
  file: string
  source: string
}

export interface DrillSet {
  drill: Drill
  loaded: RehearsedRunbook
  configuration: Configuration
  clock: DrillClock
  alert: DrillAlert
  world: DrillWorld
  script: ScriptedAct[]
  refused: Happened['refused']
  /** Since the opening. */
  endsAfterMs: number
}

/** @param crash ends a process of the drill and brings it up again. */
export function createDrillSet(
  drill: Drill,
  loaded: RehearsedRunbook,
  crash: (of: 'worker' | 'engine') => Promise<void>,
): DrillSet {
  const { runbook } = loaded
  const clock = createDrillClock(begins(drill.given.at, runbook, Date.now()))
  const alert = createDrillAlert(drill)
  const roles = new Map(targetNames(drill, runbook).map(({ name, role }) => [name, role]))
  const refused: Happened['refused'] = []
  return {
    drill,
    loaded,
    configuration: configurationOf(drill, runbook),
    clock,
    alert,
    world: createDrillWorld(drill, runbook, clock, name => roles.get(name) ?? ''),
    script: actsOf(drill, { clock, alert, refused, crash }),
    refused,
    endsAfterMs: horizonOf(drill, runbook),
  }
}

/** The targets of a drill, none of which is ever reached; behind each name that its runbook calls or tells stands somebody. */
export function configurationOf(drill: Drill, runbook: Runbook): Configuration {
  const contacts = functionsCalled(runbook).map(name => ({
    name,
    functions: [name],
    reach: [{ channel: logChannel, to: name }],
  }))
  const base = { apiVersion: 'paramedic/v1', kind: 'Configuration', contacts }
  return { ...configurationSchema.parse(base), targets: targetsOf(drill, runbook) }
}

function targetsOf(drill: Drill, runbook: Runbook): TargetConfiguration[] {
  const place = placeOf(drill, runbook)
  return targetNames(drill, runbook).map(({ name, role }) => {
    const { kind, group } = roleOf(runbook.targets[role]!)
    const { system, environment } = place
    return unreachableTarget({
      name,
      role,
      kind,
      system,
      environment,
      autonomy: drill.given.autonomy,
      ...(group === undefined ? {} : { group }),
    })
  })
}

/** One for each role, or as many as the drill says. */
function targetNames({ given }: Drill, runbook: Runbook): { name: string; role: string }[] {
  return Object.keys(runbook.targets).flatMap(role =>
    (given.targets[role] ?? [role]).map(name => ({ name, role })),
  )
}

function placeOf(drill: Drill, { schedule }: Runbook): Place {
  return schedule ?? placeOfAlert(drill)
}
