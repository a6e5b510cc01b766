/** What happens in a drill, against the gates and steps of the runbook. */
import type { Drill, DrillEvent, PersonsAct } from '../contracts/drill.ts'
import { demandGate } from '../contracts/demand-gate.ts'
import type { Runbook } from '../contracts/runbook.ts'
import { actionDefinitions } from '../contracts/targets/catalogue.ts'
import { isManual, lintAttempted, lintEffect, useOf } from './attempted-steps.ts'
import { coded, type CodedFinding, type Finding, type Path } from './fault.ts'

export function lintDrillEvents(drill: Drill, runbook: Runbook): CodedFinding[] {
  const findings = drill.events.flatMap((event, index) => lintEvent(drill, runbook, event, ['events', index]))
  const crashes = drill.crashes.flatMap(({ step }, index) =>
    lintEffect(runbook, step, ['crashes', index, 'step']),
  )
  return [...findings, ...coded('name', crashes)]
}

function lintEvent(drill: Drill, runbook: Runbook, event: DrillEvent, path: Path): CodedFinding[] {
  const onGate = 'gateOf' in event ? lintGateOf(drill, runbook, event.gateOf, [...path, 'gateOf']) : []
  if (onGate.length > 0) return onGate
  if (event.kind === 'alert' && runbook.schedule !== undefined) {
    const message = 'the runbook is a routine: no alert belongs to it'
    return coded('match', [{ path: [...path, 'alert'], at: 'key', message }])
  }
  return event.kind === 'person' ? lintAct(drill, runbook, event.does, path) : []
}

/** A gate that never opens: the event would never come. */
export function lintGateOf(
  drill: Drill,
  runbook: Runbook,
  attempted: string,
  path: Path,
  at?: 'key',
): CodedFinding[] {
  const unknown = lintAttempted(runbook, attempted, path, at)
  if (unknown.length > 0) return coded('name', unknown)
  if (isManual(runbook, attempted) || asksForLeave(drill, runbook, attempted)) return []
  if (mayAskForOutcome(drill, attempted)) return []
  return coded('drill', [{ path, ...(at && { at }), ...noGate(drill, attempted) }])
}

function noGate(drill: Drill, attempted: string): Pick<Finding, 'message' | 'hint'> {
  if (drill.given.autonomy === 'observe')
    return { message: `with autonomy observe nothing is planned, so nobody is asked about \`${attempted}\`` }
  const hint = 'it has no gate; with autonomy: propose everything is asked for'
  return { message: `nobody is asked about \`${attempted}\``, hint }
}

/** As the policy of the service has it: what the runbook, the autonomy or the risk asks. */
function asksForLeave({ given }: Drill, runbook: Runbook, attempted: string): boolean {
  const use = useOf(runbook, attempted)
  if (use === undefined || given.autonomy === 'observe') return false
  const gate = 'gate' in use ? use.gate : undefined
  return demandGate(gate, given.autonomy, actionDefinitions[use.uses].risk) !== undefined
}

/** Whether it happened may be asked of people wherever nobody knows. */
function mayAskForOutcome({ given, crashes }: Drill, attempted: string): boolean {
  const isUnknown = (given.steps[attempted] ?? []).some(({ unknown, takesMs }) => unknown ?? takesMs)
  return isUnknown || crashes.some(({ step }) => step === attempted)
}

function lintAct(drill: Drill, runbook: Runbook, does: PersonsAct, path: Path): CodedFinding[] {
  if (!('step' in does)) return []
  const at: Path = [...path, 'step']
  const unknown = lintAttempted(runbook, does.step, at)
  if (unknown.length > 0) return coded('name', unknown)
  const problem = problemOfAct(drill, runbook, does)
  return problem === undefined ? [] : coded('drill', [{ path: at, ...problem }])
}

function problemOfAct(
  drill: Drill,
  runbook: Runbook,
  { act, step }: Extract<PersonsAct, { step: string }>,
): Pick<Finding, 'message' | 'hint'> | undefined {
  const isOfPerson = isManual(runbook, step)
  if (act === 'tick')
    return isOfPerson
      ? undefined
      : { message: `\`${step}\` is no manual step, and nobody ticks it`, hint: 'does: approve or decide' }
  if (isOfPerson)
    return { message: `\`${step}\` is what a person does: nobody can ${act} it`, hint: 'does: tick' }
  if (act === 'decide' || asksForLeave(drill, runbook, step)) return undefined
  return noGate(drill, step)
}
