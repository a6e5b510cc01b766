import type { Runbook } from '../contracts/runbook.ts'

/** Every name that a runbook pages or tells, once. */
export function functionsCalled({ escalate, communication = [] }: Runbook): string[] {
  return [...new Set([...escalate.flatMap(({ page }) => page), ...communication.flatMap(({ tell }) => tell)])]
}
