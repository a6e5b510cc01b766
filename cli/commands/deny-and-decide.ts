import { resolveNumber } from '../incident-number.ts'
import { openGate } from '../open-gate.ts'
import type { Session } from '../session.ts'

export interface DecisionOptions {
  step?: string
  reason?: string
}

/** Refuses a plan: no effect follows from it, so it need not be shown again. */
export async function deny(session: Session, written: string, options: DecisionOptions): Promise<void> {
  const api = session.api()
  const number = await resolveNumber(api, written)
  const gate = await openGate(api, number, 'approval', options)
  const { terminal } = session
  const path = `/v1/incidents/${number}/gates/${encodeURIComponent(gate.step)}/${gate.attempt}/deny`
  const answer = await api.post<unknown>(path, { planHash: gate.planHash, ...reasonOf(options) })
  if (session.isJson) return session.printJson(answer)
  terminal.print([
    `Denied: ${gate.step} of ${number} does not run; the runbook goes on.`,
    terminal.paint.command(`npx paramedic incident watch ${number}`),
  ])
}

export async function decideOutcome(
  session: Session,
  written: string,
  answer: 'done' | 'not-done',
  options: DecisionOptions,
): Promise<void> {
  const api = session.api()
  const number = await resolveNumber(api, written)
  const gate = await openGate(api, number, 'outcome', options)
  const path = `/v1/incidents/${number}/gates/${encodeURIComponent(gate.step)}/${gate.attempt}/decide`
  const reply = await api.post<unknown>(path, { answer, ...reasonOf(options) })
  if (session.isJson) return session.printJson(reply)
  const { terminal } = session
  terminal.print([
    `On record: ${gate.step} of ${number} ${answer === 'done' ? 'was done' : 'was not done'}.`,
    terminal.paint.command(`npx paramedic incident watch ${number}`),
  ])
}

function reasonOf({ reason }: DecisionOptions): { reason?: string } {
  return reason === undefined ? {} : { reason }
}
