import type { Autonomy, Risk } from './incident.ts'
import { limits } from './limits.ts'
import type { GateDemand } from './plan.ts'
import type { RunbookGate } from './runbook.ts'

/** Policy: who must allow a plan, or undefined when it may run. The runbook may ask for more than this, never for less. */
export function demandGate(
  asked: RunbookGate | undefined,
  autonomy: Autonomy,
  risk: Risk,
): GateDemand | undefined {
  const isDestructive = risk === 'destructive'
  const gate = asked ?? defaultGate
  const demand = { ...gate, quorum: Math.max(gate.quorum, isDestructive ? destructiveQuorum : 1) }
  if (asked !== undefined) return { ...demand, because: 'runbook' }
  if (autonomy === 'propose') return { ...demand, because: 'autonomy' }
  return isDestructive ? { ...demand, because: 'risk' } : undefined
}

/** What destroys data needs two people. */
const destructiveQuorum = 2

export const defaultGate: RunbookGate = {
  approvers: ['role:approver'],
  quorum: 1,
  expiresMs: limits.gateExpiresMs,
  onExpiry: 'escalate',
}
