import type { GateKind } from '../contracts/incident.ts'
import type { GateView } from '../contracts/views.ts'
import { nearestName } from '../language/nearest-name.ts'
import type { ApiClient } from './api-client.ts'
import { Failure } from './failure.ts'
import { shortHash } from './narrate/narration.ts'
import type { Session } from './session.ts'

/** Which of the open gates is meant. */
export interface GateChoice {
  step?: string
  /** Beginning of a plan's hash; it names a gate as well as its step does. */
  plan?: string
}

/** Every open gate, or those of one incident. */
export async function fetchOpenGates(api: ApiClient, incident?: string): Promise<{ gates: GateView[] }> {
  const answer = await api.get<{ gates: GateView[] } | GateView[]>('/v1/gates', { state: 'open', incident })
  return Array.isArray(answer) ? { gates: answer } : answer
}

/** The one open gate that is meant. Throws `nothing_open`, `ambiguous` with the commands, or `plan_changed`. */
export async function openGate(
  session: Session,
  incident: string,
  kind: GateKind,
  choice: GateChoice,
): Promise<GateView> {
  const api = session.api()
  const { gates } = await fetchOpenGates(api, incident)
  const ofKind = gates.filter(gate => gate.kind === kind && gate.incident === incident)
  const ofStep = ofKind.filter(gate => choice.step === undefined || gate.step === choice.step)
  const meant = ofStep.filter(gate => choice.plan === undefined || hasPlan(gate, choice.plan))
  const [only, ...others] = meant
  if (only !== undefined && others.length === 0) return only
  if (only !== undefined) throw ambiguous(incident, kind, meant)
  if (ofStep.length > 0) throw changed(incident, ofStep, choice.plan ?? '')
  const before = toldBefore(await lastDecided(api, incident, kind, choice), session)
  throw nothingOpen(incident, kind, ofKind, choice.step, before)
}

function hasPlan({ planHash }: GateView, prefix: string): boolean {
  return planHash?.startsWith(prefix.toLowerCase()) ?? false
}

function ambiguous(incident: string, kind: GateKind, gates: readonly GateView[]): Failure {
  const commands = gates.map(({ step }) => `npx paramedic incident ${commandOf(kind, incident, step)}`)
  return new Failure('ambiguous', `${gates.length} questions of ${incident} wait.`, {
    hint: `name one: ${commands.join('  or  ')}`,
  })
}

function commandOf(kind: GateKind, incident: string, step: string): string {
  switch (kind) {
    case 'approval':
      return `approve ${incident} --step ${step}`
    case 'outcome':
      return `decide ${incident} done|not-done --step ${step}`
    case 'manual':
      return `tick ${incident} ${step}`
    default:
      return kind satisfies never
  }
}

function changed(incident: string, gates: readonly GateView[], prefix: string): Failure {
  const plans = gates.map(gate => `${gate.step} has plan ${shortHash(gate.planHash ?? '')}`)
  return new Failure(
    'plan_changed',
    `No open gate of ${incident} has a plan ${prefix}; ${plans.join(', ')}. Nothing was approved.`,
    {
      hint: `read what it says now: npx paramedic incident show ${incident}`,
    },
  )
}

/** Whoever comes too late is told who was faster, and when. */
async function lastDecided(
  api: ApiClient,
  incident: string,
  kind: GateKind,
  { step, plan }: GateChoice,
): Promise<GateView | undefined> {
  const { gates } = await api.get<{ gates: GateView[] }>('/v1/gates', { incident })
  return gates
    .filter(gate => gate.kind === kind && gate.decidedAt !== null)
    .filter(gate => step === undefined || gate.step === step)
    .filter(gate => plan === undefined || hasPlan(gate, plan))
    .toSorted((a, b) => (a.decidedAt ?? '').localeCompare(b.decidedAt ?? ''))
    .at(-1)
}

function toldBefore(gate: GateView | undefined, { clock, now }: Session): string {
  if (gate === undefined || gate.decidedAt === null) return ''
  const { step, decidedBy, decidedAt } = gate
  const by = decidedBy === null ? '' : ` by ${decidedBy}`
  const became = becameOf(gate)
  return ` ${step} ${became}${by} at ${clock.zoned(Date.parse(decidedAt), now())}.`
}

function becameOf({ kind, state, answer }: GateView): string {
  if (answer === null) return state === 'expired' ? state : `was ${state}`
  if (kind === 'outcome') return `was answered ${answer}`
  return answer === 'done' ? 'was ticked' : 'was reported as not done'
}

const asked: Record<GateKind, string> = { approval: 'approval', outcome: 'answer', manual: 'tick' }

function nothingOpen(
  incident: string,
  kind: GateKind,
  gates: readonly GateView[],
  step: string | undefined,
  before: string,
): Failure {
  const what = asked[kind]
  const about = step === undefined ? '' : ` about ${step}`
  const others = gates.length === 0 ? '' : ` (waiting: ${gates.map(gate => gate.step).join(', ')})`
  const nearest = step === undefined ? undefined : nearestName(step, new Set(gates.map(gate => gate.step)))
  return new Failure('nothing_open', `${incident} waits for no ${what}${about}${others}.${before}`, {
    hint:
      nearest === undefined
        ? `see what became of it: npx paramedic incident show ${incident}`
        : `did you mean ${nearest}? npx paramedic incident ${commandOf(kind, incident, nearest)}`,
  })
}
