/** What a person decides about, completely: whoever approves must not have to look anywhere else. */
import type { Risk } from '../../contracts/incident.ts'
import type { GateView } from '../../contracts/views.ts'
import { askedOf, shortHash } from '../narrate/narration.ts'
import { describeUse, parametersInWords } from '../narrate/values.ts'
import { wholeDuration } from '../terminal/clock.ts'
import { command, fact, hanging, type View } from './view.ts'

export function gatePlan(gate: GateView, view: View): string[] {
  const { plan, preview } = gate
  if (gate.kind !== 'approval' || plan === null)
    return [...title(gate, gate.question, view), ...asked(gate, view)]
  const { target, action } = plan
  const parameters = parametersInWords(action, plan.parameters)
  const limit = `at most ${plan.atMost.toLocaleString('en-GB')}`
  const touches = preview === null ? limit : `${preview.wouldTouch} ${preview.unit} now, ${limit}`
  const identity = Object.entries(target.identity).map(([name, value]) => `${name} ${value}`)
  return [
    ...title(gate, `${action} on ${target.name}`, view),
    ...fact('does', preview?.summary ?? describeUse(action) ?? gate.question, view, 'strong'),
    ...fact('touches', touches, view),
    ...(preview === null || preview.examples.length === 0
      ? []
      : fact('such as', preview.examples.slice(0, 3).join(', '), view)),
    ...fact('target', `${target.name} (${target.kind}): ${identity.join(' · ') || 'no identity'}`, view),
    ...(parameters === '' ? [] : fact('with', parameters, view)),
    ...fact(
      'risk',
      `${plan.risk}: ${riskWords[plan.risk]}`,
      view,
      plan.risk === 'destructive' ? 'bad' : 'plain',
    ),
    ...fact(
      'plan',
      `${shortHash(gate.planHash ?? '')} · runbook ${plan.runbook.name} (${shortHash(plan.runbook.hash)})`,
      view,
    ),
    ...asked(gate, view),
  ]
}

const riskWords: Record<Risk, string> = {
  reversible: 'it can be undone',
  disruptive: 'users may notice, nothing irreplaceable is lost',
  destructive: 'data is lost for good',
}

function title(gate: GateView, text: string, view: View): string[] {
  const again = gate.attempt > 1 ? ` (attempt ${gate.attempt})` : ''
  const lead = `${gate.step}${again}`
  return hanging(`  ${view.paint.attention(lead)}  `, lead.length + 4, text, 'plain', view)
}

function asked(gate: GateView, view: View): string[] {
  const approvals = gate.votes.filter(vote => vote.verdict === 'approve')
  const by = approvals.length === 0 ? '' : ` (${approvals.map(vote => vote.principal).join(', ')})`
  const votes = gate.kind === 'approval' ? ` · ${approvals.length} of ${gate.quorum} approved${by}` : ''
  return fact('asked', `${askedOf(gate.approvers)}${votes}${deadline(gate, view)}`, view)
}

function deadline({ expiresAt }: GateView, { clock, now }: View): string {
  if (expiresAt === null) return ''
  const ms = Date.parse(expiresAt)
  const left = ms > now ? `${wholeDuration(ms - now)} left` : 'over'
  return ` · until ${clock.zoned(ms, now)} (${left})`
}

/** The commands that answer a gate; an approval names the plan that was shown, so that it can be of no other. */
export function gateCommands(gate: GateView, view: View): string[] {
  const { incident } = gate
  if (gate.kind === 'manual') {
    return [
      command(`incident tick ${incident} ${gate.step} --note "..."`, view, 'done:'),
      command(`incident tick ${incident} ${gate.step} --not-done "..."`, view, 'cannot:'),
    ]
  }
  if (gate.kind === 'outcome') {
    return [
      command(`incident decide ${incident} done --step ${gate.step}`, view, 'it was:'),
      command(`incident decide ${incident} not-done --step ${gate.step}`, view, 'it was not:'),
    ]
  }
  return [
    command(`incident approve ${incident} --plan ${shortHash(gate.planHash ?? '')}`, view, 'approve:'),
    command(`incident deny ${incident} --step ${gate.step} --reason "..."`, view, 'deny:'),
  ]
}
