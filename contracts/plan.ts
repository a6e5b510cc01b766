/** What a person approves and what the harness runs: one rendered action on one identified target. */
import type { Autonomy, Risk } from './incident.ts'
import type { ActionName, ParameterValue, TargetKind } from './targets/catalogue.ts'

/** `plan_hash = SHA-256(JCS(plan))`. Measured values belong to the preview, which is hashed beside it. */
export interface Plan {
  version: 1
  incident: string
  step: string
  attempt: number
  runbook: { name: string; hash: string }
  action: ActionName
  risk: Risk
  target: { name: string; kind: TargetKind; identity: TargetIdentity }
  parameters: Record<string, ParameterValue>
  /** The effect touches at most this many things. */
  atMost: number
}

/** What makes the target the one that was looked at: system identifier, run id, pid and start time. */
export type TargetIdentity = Record<string, string>

/** What the plan would touch if it ran now; shown to the approver, never measured again before the effect. */
export interface Preview {
  /** One sentence: what would happen. */
  summary: string
  /** How many things would be touched now. */
  wouldTouch: number
  unit: string
  /** A few examples, as the target names them. */
  examples: string[]
}

/** Who must allow a plan; absent where policy lets it run. */
export interface GateDemand {
  approvers: string[]
  quorum: number
  expiresMs: number
  onExpiry: 'next' | 'escalate' | 'stop'
  /** Why it is asked: the runbook, the target's autonomy, or the action's risk. */
  because: 'runbook' | 'autonomy' | 'risk'
}

export interface PlannedStep {
  plan: Plan
  planHash: string
  preview: Preview
  autonomy: Autonomy
  gate?: GateDemand
}
