/** What people, alerts and machines of a drill do, through the same doors as in production, and allowed by the same rules. */
import { isCodedError, CodedError } from '../contracts/coded-error.ts'
import { type Role, roles } from '../contracts/configuration/people.ts'
import type { Drill, DrillEvent, PersonsAct } from '../contracts/drill.ts'
import { can, type Principal, type Verb } from '../contracts/principals.ts'
import type { GateView } from '../contracts/views.ts'
import type { Happened } from '../drills/happened.ts'
import { acknowledge, requestCancel, requestResolve, setImpact, setSeverity } from '../store/acts.ts'
import type { Pool } from '../store/database.ts'
import { setFreeze } from '../store/freezes.ts'
import { answerGate, listGates, vote } from '../store/gates.ts'
import type { DrillAlert } from './drill-alert.ts'
import type { DrillClock } from './drill-clock.ts'
import type { ScriptedAct } from './script-activities.ts'

export interface DrillStage {
  clock: DrillClock
  alert: DrillAlert
  refused: Happened['refused']
  /** Ends a process and brings it up again. */
  crash(of: 'worker' | 'engine'): Promise<void>
}

/** The events of the drill in the order of their times. One that is not possible is told and stops nothing. */
export function actsOf({ events, given }: Drill, stage: DrillStage): ScriptedAct[] {
  const acts = events.map((event, index): ScriptedAct => ({
    ...('gateOf' in event ? { afterMs: event.afterMs, onGate: event.gateOf } : { afterMs: event.atMs }),
    async perform({ pool, number, atMs }) {
      try {
        await happen(event, pool, number, atMs)
      } catch (error) {
        if (!isCodedError(error)) throw error
        stage.refused.push({ event: index, moment: stage.clock.at(atMs), because: error.message })
      }
    },
  }))
  return acts.toSorted((a, b) => a.afterMs - b.afterMs)

  async function happen(event: DrillEvent, pool: Pool, number: string, atMs: number): Promise<void> {
    if (event.kind === 'crash') return stage.crash(event.of)
    if (event.kind === 'alert') return stage.alert.report(pool, event.does, event.labels, atMs)
    await actAs(pool, { given }, event.who, event.does, { number, atMs })
  }
}

/** What somebody does in a drill. Throws a coded error when it is not possible, or not allowed to whoever has this name there. */
export async function actAs(
  pool: Pool,
  { given }: Pick<Drill, 'given'>,
  who: string,
  does: PersonsAct,
  at: { number: string; atMs: number },
): Promise<void> {
  await act(pool, principalNamed(who, given.people[who]), does, at)
}

/** Somebody of whom nothing is said may do everything, and is called for everything. */
type Person = Principal & { isEverything: boolean }

function principalNamed(name: string, held: readonly string[] | undefined): Person {
  if (held === undefined)
    return { name, roles: ['responder', 'approver', 'admin'], functions: [], isEverything: true }
  const isRole = (word: string): word is Role => (roles as readonly string[]).includes(word)
  return {
    name,
    roles: held.filter(isRole),
    functions: held.filter(word => !isRole(word)),
    isEverything: false,
  }
}

async function act(
  pool: Pool,
  person: Person,
  does: PersonsAct,
  { number, atMs }: { number: string; atMs: number },
): Promise<void> {
  const by = { number, by: person.name, atMs }
  allow(person, verbs[does.act])
  switch (does.act) {
    case 'acknowledge':
      return void (await acknowledge(pool, by))
    case 'freeze':
    case 'unfreeze':
      return void (await setFreeze(pool, { ...by, on: does.act === 'freeze', reason: does.reason }))
    case 'resolve':
      return void (await requestResolve(pool, { ...by, reason: does.reason }))
    case 'cancel':
      return void (await requestCancel(pool, { ...by, reason: does.reason }))
    case 'severity':
      return setSeverity(pool, { ...by, severity: does.is })
    case 'impact':
      return setImpact(pool, { ...by, impact: does.is })
    case 'approve':
    case 'deny': {
      const { id: gateId, planHash } = await openGateOf(pool, person, number, does.step, 'approval')
      const reason = does.reason === undefined ? {} : { reason: does.reason }
      return void (await vote(pool, {
        gateId,
        planHash: planHash ?? '',
        verdict: does.act,
        by: person.name,
        atMs,
        ...reason,
      }))
    }
    case 'tick':
    case 'decide': {
      const kind = does.act === 'tick' ? 'manual' : 'outcome'
      const { id: gateId } = await openGateOf(pool, person, number, does.step, kind)
      const answer = does.done ? 'done' : 'not-done'
      return answerGate(pool, { gateId, kind, answer, by: person.name, atMs })
    }
    default:
      return does satisfies never
  }
}

const verbs: Record<PersonsAct['act'], Verb> = {
  acknowledge: 'incidents.acknowledge',
  freeze: 'freeze.on',
  unfreeze: 'freeze.off',
  resolve: 'incidents.end',
  cancel: 'incidents.end',
  severity: 'incidents.assess',
  impact: 'incidents.assess',
  approve: 'gates.decide',
  deny: 'gates.decide',
  tick: 'steps.tick',
  decide: 'gates.decide',
}

function allow(person: Person, verb: Verb, gate?: GateView): void {
  if (person.isEverything || can(person, verb, gate)) return
  const asks = gate === undefined ? '' : `; it asks ${gate.approvers.join(', ')}`
  throw new CodedError('forbidden', `${person.name} may not do this${asks}.`)
}

/** Throws `not_found` when nothing of the kind waits for anybody. */
async function openGateOf(
  pool: Pool,
  person: Person,
  incident: string,
  step: string,
  kind: GateView['kind'],
): Promise<GateView> {
  const open = await listGates(pool, { incident, open: true })
  const gate = open.find(candidate => candidate.step === step && candidate.kind === kind)
  if (gate === undefined) throw new CodedError('not_found', `${step} waits for nobody then${waiting(open)}.`)
  allow(person, kind === 'manual' ? 'steps.tick' : 'gates.decide', gate)
  return gate
}

function waiting(open: readonly GateView[]): string {
  return open.length === 0 ? '' : `, ${open.map(({ step }) => step).join(' and ')} does`
}
