/** What an alert would lead to, as far as it can be said without measuring anything. Pure. */
import type { IncomingAlert } from '../../contracts/alert.ts'
import type { Communication } from '../../contracts/communication.ts'
import { filledUndo, whyUnknown } from '../../contracts/filled-step.ts'
import type { Severity } from '../../contracts/incident.ts'
import {
  type Binding,
  type EscalationLevel,
  type ManualStep,
  measuredChecks,
  type Runbook,
  type Step,
} from '../../contracts/runbook.ts'
import { bindTargets } from '../../language/bind.ts'
import { filledParameters, type ResolvedInput } from '../../contracts/runbook-input.ts'
import { chooseRunbook } from '../../language/choose-runbook.ts'
import {
  checksScope,
  evaluateCondition,
  evaluateMatch,
  withInputs,
  type ConditionAlert,
} from '../../language/conditions.ts'
import { resolveInputs } from '../../language/resolve-inputs.ts'
import type { ConfiguredTarget } from '../runbook/configured-targets.ts'
import type { GivenInputs } from '../runbook/given-inputs.ts'
import type { RunbookFile } from '../runbook/read.ts'

/** A condition judged by the alert alone. `noData` says what has to be measured first. */
export interface Judged {
  when?: string
  holds: boolean | 'not known yet'
  noData?: string
}

export interface Foreseen {
  alert: { name: string; labels: Record<string, string> }
  place: { system: string; environment: string }
  /** Null when no runbook matches and there is no default one: the alert waits until there is. */
  runbook: { name: string; title: string; file: string; hash: string; isDefault: boolean } | null
  /** Other runbooks that match the alert. */
  others: string[]
  /** Null without a configuration. */
  bindings: (Binding & { autonomy?: ConfiguredTarget['autonomy'] })[] | null
  /** What the runbook would be given. */
  inputs: ResolvedInput[]
  /** Checks whose target is missing or there twice. */
  unmeasured: string[]
  /** Checks that lack the value of an input. */
  unfilled: string[]
  severity: (Judged & { is: Severity; label?: string; forMs?: number })[]
  impact: Judged | null
  /** Measured anew this often while the incident is open. */
  recheckMs?: number
  steps: (Judged & (ForeseenAction | ForeseenTask))[]
  calls: EscalationLevel[]
  /** Beside the stakeholders of the configuration. */
  told: Communication[]
}

/** `unknown` says which value is missing without which nobody knows how to take the step, or take it back. */
type ForeseenAction = Pick<Step, 'id' | 'uses' | 'target' | 'undo' | 'temporary' | 'onFailure'> & {
  gate: Step['gate']
  unknown?: string
}
type ForeseenTask = Pick<ManualStep, 'id' | 'manual' | 'by'> & { unknown?: never }

export function foresee(
  alert: IncomingAlert,
  files: readonly RunbookFile[],
  targets: readonly ConfiguredTarget[] | undefined,
  given: GivenInputs = {},
): Foreseen {
  const about = { labels: alert.labels, annotations: alert.annotations }
  const runbooks = files.map(({ runbook }) => runbook)
  const chosen = chooseRunbook(runbooks, about)
  const file = files.find(({ runbook }) => runbook === chosen)
  const matching = runbooks.filter(runbook => runbook !== chosen && evaluateMatch(runbook, about))
  const place = {
    system: alert.labels['system'] ?? 'unknown',
    environment: alert.labels['environment'] ?? 'unknown',
  }
  const inputs = chosen === undefined ? [] : resolveInputs(chosen.inputs ?? [], about, given)
  const bindings = chosen === undefined || targets === undefined ? null : bound(chosen, place, targets)
  return {
    alert: { name: alert.name, labels: { ...alert.labels } },
    place,
    runbook:
      file === undefined
        ? null
        : {
            name: file.runbook.name,
            title: file.runbook.title,
            file: file.file,
            hash: file.hash,
            isDefault: file.runbook.match === undefined,
          },
    others: matching.map(({ name }) => name),
    bindings,
    inputs,
    unmeasured: chosen === undefined ? [] : unmeasuredBy(chosen, bindings ?? []),
    unfilled: chosen === undefined ? [] : unfilledOf(chosen, inputs),
    ...(chosen === undefined ? nothing : judged(chosen, about, inputs)),
  }
}

const nothing = { severity: [], impact: null, steps: [], calls: [], told: [] }

function bound(
  { targets: roles }: Runbook,
  place: { system: string; environment: string },
  targets: readonly ConfiguredTarget[],
): NonNullable<Foreseen['bindings']> {
  return bindTargets(roles, place, targets).map(binding => {
    const target = 'target' in binding ? targets.find(({ name }) => name === binding.target) : undefined
    return target === undefined ? binding : { ...binding, autonomy: target.autonomy }
  })
}

function unmeasuredBy({ triage }: Runbook, bindings: NonNullable<Foreseen['bindings']>): string[] {
  const problems = bindings.flatMap(binding => ('problem' in binding ? [binding.role] : []))
  return triage.checks.filter(({ target }) => problems.includes(target)).map(({ name }) => name)
}

function unfilledOf({ triage }: Runbook, inputs: readonly ResolvedInput[]): string[] {
  return triage.checks.filter(use => 'missing' in filledParameters(use, inputs)).map(({ name }) => name)
}

function judged(
  runbook: Runbook,
  alert: ConditionAlert,
  inputs: readonly ResolvedInput[],
): Pick<Foreseen, 'severity' | 'impact' | 'recheckMs' | 'steps' | 'calls' | 'told'> {
  const { triage, mitigate, escalate, communication = [] } = runbook
  const judge = (when: string | undefined): Judged => judgeByAlert(when, runbook, alert, inputs)
  return {
    severity: triage.severity.map(({ is, label, when, forMs }) => ({
      is,
      ...(label === undefined ? {} : { label }),
      ...(forMs === undefined ? {} : { forMs }),
      ...judge(when),
    })),
    impact: triage.impact === undefined ? null : judge(triage.impact),
    ...(triage.recheckMs === undefined ? {} : { recheckMs: triage.recheckMs }),
    steps: mitigate.map(step => ({ ...foreseenStep(step, runbook, inputs), ...judge(step.when) })),
    calls: escalate,
    told: communication,
  }
}

function foreseenStep(
  step: Step | ManualStep,
  runbook: Runbook,
  inputs: readonly ResolvedInput[],
): ForeseenAction | ForeseenTask {
  const { id } = step
  if ('manual' in step) return { id, manual: step.manual, ...(step.by === undefined ? {} : { by: step.by }) }
  const { uses, target, gate, temporary, onFailure } = step
  const unknown = whyUnknown(step, runbook, inputs)
  return {
    id,
    uses,
    target,
    gate,
    undo: 'none' in step.undo ? step.undo : filledUndo(step.undo, inputs),
    ...(temporary === undefined ? {} : { temporary }),
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(unknown === undefined ? {} : { unknown }),
  }
}

/** No check has a result here, so a condition that needs one has no data; `||` and `&&` may still decide. */
function judgeByAlert(
  when: string | undefined,
  runbook: Runbook,
  alert: ConditionAlert,
  inputs: readonly ResolvedInput[],
): Judged {
  if (when === undefined) return { holds: true }
  const scope = withInputs(checksScope(measuredChecks(runbook), {}, alert), inputs)
  const evaluated = evaluateCondition(when, scope)
  return 'value' in evaluated
    ? { when, holds: evaluated.value }
    : { when, holds: 'not known yet', noData: evaluated.noData }
}
