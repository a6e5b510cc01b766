/** What is on record, as the last chapter of the document. Whatever came from outside stands in code spans. */
import type { FactMeasured, FactPage, FactStep, PostmortemFacts } from '../contracts/postmortem.ts'
import { code } from './inert-markdown.ts'
import { lasting, moment, nameOf, parametersInWords, valuesInWords } from './words.ts'

export function factsMarkdown(facts: PostmortemFacts): string[] {
  return [
    ...chapter('Alerts', alerts(facts)),
    ...chapter('Symptoms', symptoms(facts)),
    ...chapter('Severity and impact', changes(facts)),
    ...chapter('Steps', facts.steps.flatMap(step)),
    ...chapter('Course', course(facts)),
    ...chapter('Escalation', facts.pages.map(page)),
    ...chapter('People', acts(facts)),
  ]
}

function chapter(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `### ${title}`, '', ...lines]
}

function alerts({ alerts: named, moreAlerts }: PostmortemFacts): string[] {
  const lines = named.map(({ name, summary, startedAtMs, endedAtMs, times }) => {
    const until = endedAtMs === null ? 'still firing when it closed' : `to ${moment(endedAtMs)}`
    const often = times > 1 ? `, fired ${times} times` : ''
    const told = summary === null ? '' : `: ${code(summary)}`
    return `- ${code(name)} from ${moment(startedAtMs)} ${until}${often}${told}`
  })
  return moreAlerts === 0 ? lines : [...lines, `- and ${moreAlerts} more`]
}

function symptoms({ symptoms: all }: PostmortemFacts): string[] {
  return all.map(({ check, target, before, after }) => {
    const later = after === null ? 'not measured again' : `after: ${seen(after)}`
    return `- ${code(check)} on ${code(target)}: before: ${seen(before)}; ${later}`
  })
}

function seen(measured: FactMeasured): string {
  if ('problem' in measured) return `not measured, ${code(measured.problem)}`
  return code(valuesInWords(measured.values))
}

function changes({ severity, impact }: PostmortemFacts): string[] {
  return [
    ...severity.changes.map(change => ({ ...change, what: 'severity' })),
    ...impact.changes.map(change => ({ ...change, what: 'customers affected' })),
  ]
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(
      ({ what, from, to, by, because, atMs }) =>
        `- ${moment(atMs)} ${nameOf(by)}: ${what} from ${from} to ${to}: ${code(because)}`,
    )
}

function step(fact: FactStep): string[] {
  const { step: id, attempt, action, target, risk, plan, startedAtMs, outcome, touched, result } = fact
  const again = attempt > 1 ? ` (attempt ${attempt})` : ''
  const does = action === null || target === null ? '' : `: ${code(action)} on ${code(target)}`
  // What people tick is a list to tick off, as they know it.
  const lead =
    fact.manual === undefined
      ? `- ${code(id)}${again}${does}`
      : `- [${fact.answer?.answer === 'done' ? 'x' : ' '}] ${code(id)}${again}: ${code(fact.manual)}`
  const detail = (text: string | false): string[] => (text === false ? [] : [`  - ${text}`])
  return [
    lead,
    ...detail(plan !== null && `plan ${plan.hash.slice(0, 12)} (${risk}): ${code(plan.summary)}`),
    ...detail(
      plan !== null &&
        Object.keys(plan.parameters).length > 0 &&
        code(parametersInWords(action, plan.parameters)),
    ),
    ...fact.votes.flatMap(({ by, atMs, verdict, reason }) =>
      detail(
        `${verdict === 'approve' ? 'approved' : 'denied'} by ${nameOf(by)} ${moment(atMs)}${reasonOf(reason)}`,
      ),
    ),
    ...detail(startedAtMs !== null && `started ${moment(startedAtMs)}`),
    ...detail(outcome !== null && `effect ${outcome}${touched === null ? '' : `, ${code(touched)}`}`),
    ...detail(fact.evidence !== null && `evidence: ${code(valuesInWords(fact.evidence))}`),
    ...detail(fact.error !== null && `error: ${code(fact.error)}`),
    ...detail(fact.answer !== null && answered(fact, fact.answer)),
    ...detail(
      fact.verdict !== null && `verification: ${verdictWords[fact.verdict]}${reasonOf(fact.verdictBecause)}`,
    ),
    ...detail(result === null && fact.resultBecause !== null && `given up${reasonOf(fact.resultBecause)}`),
    ...detail(result !== null && `result: ${result}${reasonOf(fact.resultBecause)}`),
  ]
}

function answered(
  { manual }: FactStep,
  { by, atMs, answer, reason }: NonNullable<FactStep['answer']>,
): string {
  if (manual !== undefined && answer === 'done')
    return `ticked by ${nameOf(by)} ${moment(atMs)}${reasonOf(reason)}`
  return `${nameOf(by)} said that it was ${answer === 'done' ? 'done' : 'not done'}${reasonOf(reason)}`
}

const verdictWords = { recovered: 'recovered', not_recovered: 'not recovered', no_data: 'no data' } as const

function reasonOf(reason: string | null): string {
  return reason === null || reason === '' ? '' : `: ${code(reason)}`
}

function course({ course: all }: PostmortemFacts): string[] {
  const told = {
    verified: 'verified as a whole',
    held: 'recovery held',
    lost: 'recovery lost',
    exhausted: 'no step left',
    'taken back': 'taken back',
    'left in place': 'left in place',
    moved: 'moved to another version of its runbook',
  }
  return all.map(({ atMs, what, verdict, because }) => {
    const judged = verdict === null ? '' : `, ${verdictWords[verdict]}`
    return `- ${moment(atMs)} ${told[what]}${judged}${reasonOf(because)}`
  })
}

function page({ to, level, state, atMs, dueAtMs, latenessMs, because }: FactPage): string {
  if (state === 'suppressed') return `- ${moment(atMs)} level ${level} was not needed${reasonOf(because)}`
  const called = to.map(code).join(', ')
  const late = latenessMs === null ? '' : `, ${lasting(latenessMs)} after it was due`
  const due = dueAtMs === null ? '' : ` (due ${moment(dueAtMs)})`
  return state === 'sent'
    ? `- ${moment(atMs)} level ${level} paged ${called}${late}${due}`
    : `- ${moment(atMs)} level ${level} could not page ${called}${due}${reasonOf(because)}`
}

function acts({ acts: all }: PostmortemFacts): string[] {
  return all.map(({ atMs, by, what, text }) => `- ${moment(atMs)} ${nameOf(by)} ${what}${reasonOf(text)}`)
}
