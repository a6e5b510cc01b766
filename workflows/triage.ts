import { type BoundTarget, type CheckUse, measuredChecks } from '../contracts/runbook.ts'
import { filledParameters } from '../contracts/runbook-input.ts'
import { assessImpact, assessSeverity, heldAfter } from '../language/assess.ts'
import { checksScope, type CheckValues, memberValues, withInputs } from '../language/conditions.ts'
import { checkStubs, records } from './activity-stubs.ts'
import { raisedImpact, raiseSeverity } from './incident-state.ts'
import type { Life } from './life.ts'
import { silenceOf } from './silence.ts'

/** Measures in parallel; the results are the evidence on which severity, impact and every later condition rest. */
export async function triage(life: Life): Promise<void> {
  const { runbook } = life.input
  life.enter('triage')
  const { state } = life
  await measureInto(life, state.checks, 'triage')
  const scope = triageScope(life)
  const atMs = Date.now()
  const since = heldAfter(runbook, scope, {}, atMs)
  const measured = assessSeverity(runbook, scope, state, { since, atMs })
  const impact = assessImpact(runbook, scope)
  state.measured = { severity: measured.severity, impact: impact.impact, heldSince: since, atMs }
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

/** Measures all checks of triage at once; one without an answer leaves what there is. */
export async function measureInto(
  life: Life,
  results: Record<string, CheckValues>,
  purpose: string,
): Promise<void> {
  const { checks } = life.input.runbook.triage
  // Checks at a site carry nothing: what was noted is recorded once before them, and not by each.
  const targets = checks.flatMap(use => life.targets(use.target))
  if (targets.some(({ site }) => site !== undefined)) await life.record()
  await Promise.all(
    checks.map(async use => {
      const values = await measureCheck(life, use, purpose)
      if (values !== undefined) results[use.name] = values
    }),
  )
}

/**
 * Measures once and has it recorded, each target of a group by itself; undefined when there is no target or no answer. `purpose`
 * tells it from other measurements.
 */
export async function measureCheck(
  life: Life,
  use: CheckUse,
  purpose: string,
): Promise<CheckValues | undefined> {
  const targets = life.targets(use.target)
  if (life.isMany(use.target))
    return Promise.all(
      targets.map(async bound =>
        memberValues(bound.target, await measureTarget(life, use, purpose, bound, { isMember: true })),
      ),
    )
  const [only] = targets
  return only && measureTarget(life, use, purpose, only)
}

async function measureTarget(
  life: Life,
  use: CheckUse,
  purpose: string,
  { target, site }: BoundTarget,
  kind: { isMember?: true } = {},
): Promise<Record<string, unknown> | undefined> {
  const { name, uses, timeoutMs } = use
  const filled = filledParameters(use, life.input.inputs)
  const request = {
    incident: life.input.number,
    purpose,
    name,
    uses,
    target,
    ...kind,
    with: 'with' in filled ? filled.with : use.with,
    timeoutMs,
  }
  if ('missing' in filled) {
    await life.carry(unwritten => records.giveUpCheck({ ...request, problem: filled.missing, unwritten }))
    return undefined
  }
  const run = checkStubs(timeoutMs, site)[uses]
  const result = await life
    .carry(unwritten => run({ ...request, unwritten }), site)
    .catch((error: unknown) => {
      const problem = silenceOf(site, error)
      if (problem === undefined) throw error
      return life.carry(unwritten => records.giveUpCheck({ ...request, problem, unwritten }))
    })
  return 'values' in result ? result.values : undefined
}

/** What triage's conditions and a step's `when` see. */
export function triageScope(life: Life, checks = life.state.checks) {
  const { runbook, alert, inputs } = life.input
  return withInputs(checksScope(measuredChecks(runbook), checks, alert), inputs)
}
