import type { GateView } from '../../contracts/views.ts'
import { Failure } from '../failure.ts'
import { resolveNumber } from '../incident-number.ts'
import { shortHash } from '../narrate/narration.ts'
import { openGate } from '../open-gate.ts'
import type { Session } from '../session.ts'
import { gatePlan } from '../story/gate-plan.ts'
import { viewOf } from '../story-view.ts'
import { cleaned } from '../terminal/plain-text.ts'

export interface ApproveOptions {
  step?: string
  plan?: string
  reason?: string
  yes?: true
}

/** 32 bits: nobody meets another plan of one incident by accident. */
const shortestPrefix = 8

/**
 * Shows the plan, asks, and sends the full hash of exactly what was shown: should the plan change in between, the service
 * refuses.
 */
export async function approve(session: Session, written: string, options: ApproveOptions): Promise<void> {
  checkPrefix(options.plan)
  const api = session.api()
  const number = await resolveNumber(api, written)
  const gate = await openGate(session, number, 'approval', options)
  if (!session.isJson) session.terminal.print(['', ...gatePlan(cleaned(gate), viewOf(session)), ''])
  if (options.plan === undefined && options.yes !== true) await confirm(session, gate)

  const body = {
    planHash: gate.planHash,
    ...(options.reason === undefined ? {} : { reason: options.reason }),
  }
  const path = `/v1/incidents/${number}/gates/${encodeURIComponent(gate.step)}/${gate.attempt}/approve`
  const answer = await api.post<{ state?: string; votes?: number; quorum?: number }>(path, body)
  if (session.isJson) return session.printJson(answer)
  session.terminal.print(approvedWords(session, gate, answer))
}

function checkPrefix(prefix: string | undefined): void {
  if (prefix === undefined || (/^[0-9a-f]+$/i.test(prefix) && prefix.length >= shortestPrefix)) return
  throw new Failure('wrong_usage', `--plan ${prefix} is no beginning of a plan's hash.`, {
    hint: `copy the whole command, or at least ${shortestPrefix} characters of the plan, from: npx paramedic gate list`,
    exitCode: 2,
  })
}

async function confirm({ terminal, isJson }: Session, gate: GateView): Promise<void> {
  const exact = `npx paramedic incident approve ${gate.incident} --plan ${shortHash(gate.planHash ?? '')}`
  if (!terminal.canAsk || isJson) {
    throw new Failure(
      'confirmation_needed',
      `Nobody can be asked here, so ${gate.step} of ${gate.incident} was not approved.`,
      {
        hint: `name the plan you have read: ${exact}`,
        exitCode: 2,
      },
    )
  }
  const said = await terminal.ask(`Approve this plan? Type ${terminal.paint.strong('yes')} to allow it: `)
  if (said.toLowerCase() === 'yes') return
  throw new Failure('not_confirmed', 'Nothing was approved; the gate stays open.', {
    hint: `to allow it: ${exact}   to refuse it: npx paramedic incident deny ${gate.incident} --step ${gate.step} --reason "..."`,
  })
}

function approvedWords(
  { terminal: { paint } }: Session,
  { incident, step, quorum: needed }: GateView,
  { state, votes = 1, quorum = needed }: { state?: string; votes?: number; quorum?: number },
): string[] {
  if (state === 'open') {
    return [
      paint.attention(`Your approval counts: ${votes} of ${quorum}. ${step} still waits for somebody else:`),
      paint.command(`npx paramedic incident approve ${incident} --step ${step}`),
    ]
  }
  return [
    paint.good(`Approved: ${step} of ${incident} runs now.`),
    paint.command(`npx paramedic incident watch ${incident}`),
  ]
}
