/** What real targets say to the alert of a drill, read from the record of its rehearsal. */
import type { Impact, Risk, Severity } from '../../contracts/incident.ts'
import type { Preview } from '../../contracts/plan.ts'
import type { Binding, Runbook } from '../../contracts/runbook.ts'
import type { Place } from '../../contracts/schedule.ts'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import type { IncidentDetail } from '../../contracts/views.ts'
import type { Planned } from '../drill/run-all.ts'

/** One look stands for every drill with the same alert: what happens later in a drill is no business of the targets. */
export interface LiveResult {
  drills: Planned[]
  look?: LiveLook
  /** Why there is none. */
  problem?: string
}

export interface LiveLook {
  place: Place
  bindings: Binding[]
  /** In triage, in the order of the runbook. */
  measured: LiveMeasurement[]
  /** Null when nothing was assessed. */
  assessed: { severity: Severity; label?: string; impact: Impact; because: string } | null
  /** In the order of the ladder, as far as it goes by itself. */
  steps: LiveStep[]
}

export interface LiveMeasurement {
  check: string
  uses: string
  target: string
  values: Record<string, unknown>
  problem?: string
}

export interface LiveStep {
  step: string
  /** `asks`: a person would be asked to do it. */
  would: 'do' | 'ask' | 'leave'
  because: string
  /** What would be done, as it was planned just now. */
  plan?: {
    action: string
    target: string
    risk: Risk
    parameters: Record<string, unknown>
    preview: Preview
  }
}

export function liveLook(incident: IncidentDetail, runbook: Runbook): LiveLook {
  const { timeline, system, environment, bindings } = incident
  const assessedAt = timeline.findIndex(({ kind }) => kind === 'triage.assessed')
  const assessed = timeline[assessedAt]
  return {
    place: { system, environment },
    bindings,
    measured: runbook.triage.checks.flatMap(({ name }) =>
      timeline.slice(0, assessedAt === -1 ? undefined : assessedAt).flatMap(entry => measuredBy(entry, name)),
    ),
    assessed: assessed?.kind === 'triage.assessed' ? assessed.data : null,
    steps: runbook.mitigate.flatMap(({ id }) => stepOf(incident, id)),
  }
}

function measuredBy(entry: TimelineEntry, check: string): LiveMeasurement[] {
  if (entry.kind !== 'check.measured' || entry.data.check !== check) return []
  const { uses, target, values, error } = entry.data
  return [{ check, uses, target, values, ...(error === undefined ? {} : { problem: error }) }]
}

/** None of what the ladder did not come to. */
function stepOf({ timeline }: IncidentDetail, step: string): LiveStep[] {
  const planned = timeline.find(entry => entry.kind === 'step.planned' && entry.data.step === step)
  const asked = timeline.find(entry => entry.kind === 'gate.opened' && entry.data.step === step)
  const ended = timeline.findLast(entry => entry.kind === 'step.ended' && entry.data.step === step)
  if (planned?.kind === 'step.planned' && planned.data.preview.wouldTouch > 0) {
    const { action, target, risk, parameters, preview } = planned.data
    return [
      { step, would: 'do', because: preview.summary, plan: { action, target, risk, parameters, preview } },
    ]
  }
  if (asked?.kind === 'gate.opened') return [{ step, would: 'ask', because: asked.data.question }]
  if (ended?.kind === 'step.ended') return [{ step, would: 'leave', because: ended.data.because }]
  return []
}
