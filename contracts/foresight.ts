/** What an alert would lead to, as the targets say it now. Nothing of it is kept: it is asked, answered and forgotten. */
import type { Autonomy, Impact, Risk, Severity } from './incident.ts'
import type { GateDemand, Preview, TargetIdentity } from './plan.ts'
import type { Binding, Runbook } from './runbook.ts'
import type { ResolvedInput } from './runbook-input.ts'
import type { ActionName, ParameterValue } from './targets/catalogue.ts'

export interface ForeseeInput {
  alert: { labels: Record<string, string>; annotations: Record<string, string> }
  runbook: Runbook
  runbookHash: string
  bindings: Binding[]
  /** What the runbook would be given; absent where it asks for nothing. */
  inputs?: ResolvedInput[]
}

export interface Foresight {
  checks: ForeseenCheck[]
  severity: { is: Severity; label: string | null; because: string }
  impact: { is: Impact; because: string }
  /** Every step of the ladder, each as if none before it had helped. */
  steps: ForeseenStep[]
  calls: ForeseenCall[]
}

export interface ForeseenCheck {
  name: string
  /** Null when its role has none. */
  target: string | null
  values: Record<string, unknown> | null
  /** Why there are no values. */
  problem: string | null
}

export interface ForeseenStep {
  id: string
  target: string | null
  /** `asked`: a person would be asked to do it. `unknown`: it could not be planned. */
  result: 'planned' | 'asked' | 'left-out' | 'unknown'
  because: string | null
  plan: ForeseenPlan | null
}

/** A plan without its hash: it belongs to no incident, and nobody can approve it. */
export interface ForeseenPlan {
  preview: Preview
  atMost: number
  risk: Risk
  identity: TargetIdentity
  autonomy: Autonomy
  gate: GateDemand | null
  /** What the runbook says takes the step back; absent where nothing does. */
  undo?: ForeseenUndo
}

/** An undo as it would be planned now, before its step. Once the step is done it would touch something else. */
export interface ForeseenUndo {
  uses: ActionName
  parameters: Record<string, ParameterValue>
  plan: Omit<ForeseenPlan, 'identity' | 'autonomy' | 'undo'> | null
  /** Why there is no plan. */
  problem: string | null
}

export interface ForeseenCall {
  level: number
  /** By what was measured; a condition without data calls. */
  isCalled: boolean
}
