import { Failure } from '../failure.ts'
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
  const gate = await openGate(session, number, 'approval', options)
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
  const gate = await openGate(session, number, 'outcome', options)
  const path = `/v1/incidents/${number}/gates/${encodeURIComponent(gate.step)}/${gate.attempt}/decide`
  const reply = await api.post<unknown>(path, { answer, ...reasonOf(options) })
  if (session.isJson) return session.printJson(reply)
  const { terminal } = session
  terminal.print([
    `On record: ${gate.step} of ${number} ${answer === 'done' ? 'was done' : 'was not done'}.`,
    terminal.paint.command(`npx paramedic incident watch ${number}`),
  ])
}

export interface TickOptions {
  note?: string
  notDone?: string
}

/** Says that a person has done what the runbook leaves to people, or that it was not done and why. */
export async function tick(
  session: Session,
  written: string,
  step: string | undefined,
  { note, notDone }: TickOptions,
): Promise<void> {
  if (note !== undefined && notDone !== undefined)
    throw new Failure(
      'wrong_usage',
      '--note and --not-done exclude each other: it was done, or it was not.',
      {
        hint: 'what --not-done is given is the note',
        exitCode: 2,
      },
    )
  const api = session.api()
  const number = await resolveNumber(api, written)
  const gate = await openGate(session, number, 'manual', step === undefined ? {} : { step })
  const said = notDone ?? note
  const body = {
    answer: notDone === undefined ? 'done' : 'not-done',
    ...(said === undefined ? {} : { note: said }),
  }
  const path = `/v1/incidents/${number}/gates/${encodeURIComponent(gate.step)}/${gate.attempt}/tick`
  const reply = await api.post<unknown>(path, body)
  if (session.isJson) return session.printJson(reply)
  const { terminal } = session
  terminal.print([
    notDone === undefined
      ? terminal.paint.good(`Ticked: ${gate.step} of ${number} is done; the runbook goes on.`)
      : `On record: ${gate.step} of ${number} was not done; what follows is what its runbook says of a failed step.`,
    terminal.paint.command(`npx paramedic incident watch ${number}`),
  ])
}

function reasonOf({ reason }: DecisionOptions): { reason?: string } {
  return reason === undefined ? {} : { reason }
}
