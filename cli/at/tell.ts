/** What was known of an incident at a moment, for somebody who asks months later who could have known. */
import type { Runbook } from '../../contracts/runbook.ts'
import type { StandingStep } from '../../contracts/standing-steps.ts'
import type { NextPageView } from '../../contracts/views.ts'
import type { Known } from '../../proof/known.ts'
import { outcomeInWords } from '../narrate/incidents.ts'
import { askedOf, because, counted, listed } from '../narrate/narration.ts'
import { inDefinedOrder, valuesInWords } from '../narrate/values.ts'
import { fact, hanging, type View } from '../story/view.ts'
import { humaneDuration } from '../terminal/clock.ts'
import { oneLine } from '../terminal/plain-text.ts'

export interface Moment {
  number: string
  atMs: number
  known: Known
  /** The runbook it ran: before triage the severity is its mildest. */
  runbook: Runbook
  nextPage: NextPageView | null
  inPlace: StandingStep[]
}

export function tellMoment(moment: Moment, view: View): string[] {
  const { number, atMs, known } = moment
  const { paint, clock } = view
  const { opened } = known
  if (opened === undefined)
    return [
      `${paint.strong(number)} at ${clock.exact(atMs)}`,
      '',
      'Nothing was known: it had not opened yet.',
    ]
  const after = humaneDuration(atMs - opened.atMs)
  return [
    `${paint.strong(number)} as it was known at ${clock.exact(atMs)}, ${after} after it opened`,
    ...hanging('', 0, oneLine(opened.title), 'strong', view),
    '',
    ...standing(moment, view),
    ...people(known, view),
    ...alerts(known, view),
    ...checks(known, view),
    ...steps(known, view),
    ...inPlace(moment, view),
    ...gates(known, view),
    ...pages(moment, view),
  ]
}

function standing({ known, runbook }: Moment, view: View): string[] {
  const { phase, severityLabel, severityBy, impact, impactBy, recoveredMs, closed } = known
  const severity = known.severity ?? runbook.triage.severity.at(-1)?.is ?? 'SEV3'
  const label = severityLabel === undefined ? '' : ` (${oneLine(severityLabel)})`
  const by = severityBy === undefined ? '' : `, set by ${severityBy.by}`
  const unmeasured = known.severity === undefined ? ', before anything was measured' : ''
  const impactFrom = impactBy === undefined ? '' : `, said by ${impactBy.by}`
  const end = closed === undefined ? '' : `: ${outcomeInWords(closed.outcome, closed.because)}`
  const recovered =
    recoveredMs === undefined || closed !== undefined
      ? ''
      : `, recovered since ${view.clock.time(recoveredMs)}`
  return [
    ...fact('phase', `${phase}${end}${recovered}`, view, 'strong'),
    ...fact('severity', `${severity}${label}${by}${unmeasured}`, view),
    ...fact('impact', `customers affected: ${impact}${impactFrom}`, view),
  ]
}

function people({ acknowledged, endRequested }: Known, view: View): string[] {
  const who =
    acknowledged === undefined
      ? fact('on it', 'nobody had acknowledged', view, 'attention')
      : fact('on it', `${acknowledged.by}, since ${view.clock.time(acknowledged.atMs)}`, view)
  if (endRequested === undefined) return who
  const { by, end, reason, atMs } = endRequested
  const text = `${by} asked to ${end} it at ${view.clock.time(atMs)}${because(reason ?? undefined)}`
  return [...who, ...fact('end', oneLine(text), view)]
}

function alerts({ alerts: all }: Known, view: View): string[] {
  const firing = [...all.values()].filter(alert => alert.status === 'firing')
  if (firing.length === 0) return fact('alerts', `none firing, ${all.size} resolved`, view, 'good')
  const names = firing.map(({ name, atMs }) => `${oneLine(name)} since ${view.clock.time(atMs)}`)
  return fact('alerts', `${counted(firing.length, 'alert')} firing: ${listed(names)}`, view, 'bad')
}

function checks({ checks: all }: Known, view: View): string[] {
  return [...all.values()].flatMap(({ check, uses, target, values, error, atMs }) => {
    const said =
      error === undefined ? valuesInWords(inDefinedOrder(uses, values)) : `no answer${because(error)}`
    return fact('measured', oneLine(`${check} on ${target} at ${view.clock.time(atMs)}: ${said}`), view)
  })
}

function steps({ steps: ended, claims, isLadderExhausted }: Known, view: View): string[] {
  const results = [...ended.values()].map(
    ({ step, result, because: reason, atMs }) =>
      `${step} ${result} at ${view.clock.time(atMs)}${because(reason)}`,
  )
  const running = [...claims.values()]
    .filter(({ made, outcome }) => made !== undefined && outcome === null)
    .map(
      ({ step, made }) =>
        `${step} ran since ${view.clock.time(made!.atMs)}: ${made!.action} on ${made!.target}`,
    )
  const last = isLadderExhausted ? ['no step was left'] : []
  return [...results, ...running, ...last].flatMap(text => fact('step', oneLine(text), view))
}

function inPlace({ inPlace: standing }: Moment, view: View): string[] {
  return standing.flatMap(({ step, action, target }) =>
    fact('in place', oneLine(`${step}; ${action} on ${target} would take it back`), view, 'attention'),
  )
}

function gates({ gates: all }: Known, view: View): string[] {
  return [...all.values()]
    .filter(gate => gate.state === 'open')
    .flatMap(({ step, question, approvers, quorum, votes, expiresAt }) => {
      const until = expiresAt === null ? '' : `, until ${view.clock.time(Date.parse(expiresAt))}`
      const approvals = votes.filter(vote => vote.verdict === 'approve').length
      const text = `${step} waited for ${askedOf(approvers)} (${approvals} of ${quorum})${until}: ${question}`
      return fact('gate', oneLine(text), view, 'attention')
    })
}

function pages({ known, nextPage }: Moment, view: View): string[] {
  const told = [...known.pages.values()].flatMap(({ level, state, to, atMs, because: reason }) => {
    const whom = to.length === 0 ? '' : ` to ${listed(to)}`
    const text = `level ${level}${whom} ${state} at ${view.clock.time(atMs)}${because(reason ?? undefined)}`
    return fact('page', oneLine(text), view, state === 'failed' ? 'bad' : 'plain')
  })
  if (nextPage === null) return [...told, ...fact('next page', 'none was to come', view)]
  const unless = nextPage.unless === null ? '' : ` unless ${nextPage.unless}`
  const next = `${listed(nextPage.functions)} at ${view.clock.time(Date.parse(nextPage.dueAt))}${unless}`
  return [...told, ...fact('next page', next, view)]
}
