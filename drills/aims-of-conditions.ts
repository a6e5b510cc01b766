/** Each rule of severity, and each condition that measurements decide: seen true, seen false, and without data. */
import type { Runbook } from '../contracts/runbook.ts'
import { ruleInWords } from '../language/assess.ts'
import { evaluateCondition } from '../language/conditions.ts'
import type { Aim, Played } from './aim.ts'
import { type AskedCondition, everyCondition } from './asked-conditions.ts'
import { attemptOfId } from '../contracts/incident.ts'
import type { StepResult, Verdict } from '../contracts/incident.ts'
import type { Happened } from './happened.ts'
import { entriesOf } from './record-read.ts'
import { judgedAt, triageScopeAt } from './values-at.ts'

const answers = ['true', 'false', 'no data'] as const
export type Answer = (typeof answers)[number]

export function aimsOfConditions(runbook: Runbook): Aim[] {
  const rules = runbook.triage.severity.map((rule, index): Aim => {
    const words = ruleInWords(rule)
    const path = ['triage', 'severity', index]
    return {
      area: 'severity',
      path,
      of: rule.label === undefined ? rule.is : `${rule.is} (${rule.label})`,
      seen: rule.when === undefined ? 'when no other holds' : `when ${rule.when}`,
      isReachedBy: ({ happened }) =>
        [...entriesOf(happened, 'triage.assessed'), ...entriesOf(happened, 'severity.changed')].some(
          ({ data }) => data.because === words || data.because.startsWith(`${words};`),
        ),
    }
  })
  const conditions = everyCondition(runbook).flatMap(condition =>
    answers
      .filter(answer => answer !== 'no data' || canLackData(condition))
      .map((seen): Aim => {
        const { path } = condition
        const isReachedBy = (played: Played): boolean => answersOf(runbook, condition, played).includes(seen)
        return { area: 'conditions', path, of: inWords(runbook, condition), seen, isReachedBy }
      }),
  )
  return [...rules, ...conditions]
}

/** `end-idle precheck: value.used_ratio > 0.8`: the same words may stand at several places. */
function inWords({ mitigate, triage }: Runbook, { path, text }: AskedCondition): string {
  const [section, index, key] = path
  if (section === 'verify') return `verify: ${text}`
  if (section === 'mitigate') return `${mitigate[Number(index)]!.id} ${String(key)}: ${text}`
  return `${index === 'impact' ? 'impact' : triage.severity[Number(key)]!.is}: ${text}`
}

/** What asks for a label alone has its answer with the alert. */
function canLackData({ text, ofCheck }: AskedCondition): boolean {
  return ofCheck !== undefined || /\bchecks\./.test(text)
}

/** Every answer that it was given. */
function answersOf(runbook: Runbook, condition: AskedCondition, played: Played): Answer[] {
  const [section, index] = condition.path
  if (section === 'triage') return answersOfTriage(runbook, condition, played)
  const of = section === 'verify' ? 'overall' : runbook.mitigate[Number(index)]!.id
  switch (condition.path.at(-1)) {
    case 'until':
      return answersOfProof(condition.path.includes('undo') ? `${of}.undo` : of, played.happened)
    default:
      return answersOfStep(runbook, of, condition, played.happened)
  }
}

/** Rules behind the first that holds are not asked. */
function answersOfTriage(runbook: Runbook, { path, text }: AskedCondition, played: Played): Answer[] {
  const rules = path[1] === 'severity' ? runbook.triage.severity.slice(0, Number(path[2])) : []
  return judgedAt(runbook, played.happened).flatMap(atMs => {
    const scope = triageScopeAt(runbook, played, atMs)
    const isDecided = rules.some(({ when, forMs }) => {
      const evaluated = when === undefined ? { value: true } : evaluateCondition(when, scope)
      return forMs === undefined && 'value' in evaluated && evaluated.value
    })
    if (isDecided) return []
    const evaluated = evaluateCondition(text, scope)
    return ['value' in evaluated ? (evaluated.value ? 'true' : 'false') : 'no data']
  })
}

const answerOfVerdict: Record<Verdict, Answer> = {
  recovered: 'true',
  not_recovered: 'false',
  no_data: 'no data',
}

function answersOfProof(of: string, happened: Happened): Answer[] {
  return entriesOf(happened, 'verification.ended')
    .filter(({ data }) => data.of.slice(0, data.of.lastIndexOf('/')) === of)
    .map(({ data }) => answerOfVerdict[data.verdict])
}

/** `when` is asked first, then `precheck`; what went on past one has had it hold. */
function answersOfStep(
  { mitigate }: Runbook,
  id: string,
  { path, text }: AskedCondition,
  happened: Happened,
): Answer[] {
  const step = mitigate.find(one => one.id === id)!
  const isPrecheck = path.includes('precheck')
  return entriesOf(happened, 'step.ended').flatMap(({ data }): Answer[] => {
    if (data.step !== id) return []
    if (isAbout(data, text)) return [data.noData === true ? 'no data' : 'false']
    const isEarlier = isPrecheck && step.when !== undefined && isAbout(data, step.when)
    if (isEarlier || isWithoutTarget(data)) return []
    if (isPrecheck && data.result === 'withdrawn' && !wasBegun(happened, data)) return []
    return ['true']
  })
}

interface Ended {
  step: string
  attempt: number
  result: StepResult
  because: string
}

/** The words of workflows/why-not-true.ts. */
function isAbout({ result, because }: Ended, condition: string): boolean {
  if (result !== 'skipped') return false
  return because === `not needed: ${condition} does not hold` || because.endsWith(`: ${condition}`)
}

/** No condition was asked: there was nothing to do it to, or an input without a value. */
function isWithoutTarget({ result, because }: Ended): boolean {
  return result === 'skipped' && /^(no target for role|its input) /.test(because)
}

function wasBegun(happened: Happened, { step, attempt }: Ended): boolean {
  const isOf = (one: { step: string; attempt: number } | undefined): boolean =>
    one?.step === step && one.attempt === attempt
  return (
    entriesOf(happened, 'step.planned').some(({ data }) => isOf(data)) ||
    entriesOf(happened, 'gate.opened').some(({ data }) => isOf(attemptOfId(data.gateId)))
  )
}
