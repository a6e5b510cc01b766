import type { Impact } from '../contracts/incident.ts'
import type { CheckUse } from '../contracts/runbook.ts'
import { checksScope, evaluateCondition } from '../language/conditions.ts'
import { checkStubs, records } from './activity-stubs.ts'
import { type NamedSeverity, raisedImpact, raiseSeverity } from './incident-state.ts'
import type { Life } from './life.ts'
import { silenceOf } from './silence.ts'

/** Measures in parallel; the results are the evidence on which severity, impact and every later condition rest. */
export async function triage(life: Life): Promise<void> {
  const { runbook } = life.input
  life.enter('triage')
  // Checks at a site carry nothing: what was noted is recorded once before them, and not by each.
  if (runbook.triage.checks.some(use => life.bound(use.target)?.site !== undefined)) await life.record()
  await Promise.all(
    runbook.triage.checks.map(async use => {
      const values = await measureCheck(life, use, 'triage')
      if (values !== undefined) life.state.checks[use.name] = values
    }),
  )
  const { state } = life
  const measured = assessSeverity(life)
  const impact = assessImpact(life)
  raiseSeverity(state, measured)
  state.impact = raisedImpact(state, impact.impact)
  const label = state.severityLabel === undefined ? {} : { label: state.severityLabel }
  life.note('triage.assessed', {
    severity: state.severity,
    impact: state.impact,
    because: `${measured.because}; ${impact.because}`,
    ...label,
  })
  life.change({
    severity: state.severity,
    impact: state.impact,
    ...(state.severityLabel === undefined ? {} : { severityLabel: state.severityLabel }),
  })
}

/** Measures once and has it recorded; undefined when there is no target or no answer. `purpose` tells it from other measurements. */
export async function measureCheck(
  life: Life,
  use: CheckUse,
  purpose: string,
): Promise<Record<string, unknown> | undefined> {
  const binding = life.bound(use.target)
  if (binding === undefined) return undefined
  const { name, uses, timeoutMs } = use
  const request = {
    incident: life.input.number,
    purpose,
    name,
    uses,
    target: binding.target,
    with: use.with,
    timeoutMs,
  }
  const run = checkStubs(timeoutMs, binding.site)[uses]
  const result = await life
    .carry(unwritten => run({ ...request, unwritten }), binding.site)
    .catch((error: unknown) => {
      const problem = binding.site === undefined ? undefined : silenceOf(binding.site, error)
      if (problem === undefined) throw error
      return life.carry(unwritten => records.giveUpCheck({ ...request, problem, unwritten }))
    })
  return 'values' in result ? result.values : undefined
}

function assessSeverity(life: Life): NamedSeverity & { because: string } {
  const unknown: string[] = []
  for (const rule of life.input.runbook.triage.severity) {
    const because = rule.when === undefined ? 'no stronger rule holds' : `${rule.when} holds`
    const evaluated =
      rule.when === undefined ? { value: true } : evaluateCondition(rule.when, triageScope(life))
    if ('noData' in evaluated) unknown.push(`${rule.is} could not be judged: no ${evaluated.noData}`)
    else if (evaluated.value) {
      const told = [`${rule.is}: ${because}`, ...unknown].join('; ')
      return { severity: rule.is, label: rule.label, because: told }
    }
  }
  const { severity, severityLabel: label } = life.state
  return { severity, label, because: ['no rule holds', ...unknown].join('; ') }
}

function assessImpact(life: Life): { impact: Impact; because: string } {
  const { impact } = life.input.runbook.triage
  if (impact === undefined) return { impact: 'unknown', because: 'impact is not measured' }
  const evaluated = evaluateCondition(impact, triageScope(life))
  if ('noData' in evaluated) return { impact: 'unknown', because: `impact unknown: no ${evaluated.noData}` }
  return evaluated.value
    ? { impact: 'yes', because: `impact: ${impact}` }
    : { impact: 'no', because: `no impact: not ${impact}` }
}

/** What triage's conditions and a step's `when` see. */
export function triageScope(life: Life) {
  const { runbook, alert } = life.input
  return checksScope(runbook.triage.checks, life.state.checks, alert)
}
