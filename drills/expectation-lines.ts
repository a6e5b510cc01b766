/** What happened, in the words in which a drill expects it. */
import { formatDrillTime } from '../language/drill-time-source.ts'
import type { EscalationLevel, Runbook } from '../contracts/runbook.ts'
import type { Happened, Moment, Receipt } from './happened.ts'
import { likelyMs } from './moments.ts'
import { gatesOf, reachedOf, severitiesOf, stepEndsOf } from './record-read.ts'

/** `expect:` and what belongs below it. */
export function expectationLines(runbook: Runbook, happened: Happened): string[] {
  const { outcome, closedAt } = happened
  return [
    'expect:',
    '  # Recorded: this is what happened. Read it, correct what should be otherwise, and take this line out.',
    ...severityLines(happened),
    ...stepLines(happened),
    ...openGateLines(happened),
    ...pageLines(runbook, happened),
    ...effectLines(happened.receipts),
    `  outcome: ${outcome}`,
    ...(closedAt === undefined ? [] : [`  closed: ${durationOf(closedAt)}`]),
  ]
}

/** That of triage comes when everything is measured, which nobody waits for; later ones have their time. */
function severityLines(happened: Happened): string[] {
  const severities = severitiesOf(happened).map(({ is, moment }, index) =>
    index === 0 ? is : `{ is: ${is}, at: ${durationOf(moment)} }`,
  )
  return severities.length === 0 ? [] : [`  severity: [${severities.join(', ')}]`]
}

/** Only what nobody has answered has a time of its own: that of the others is how long their work took. */
function stepLines(happened: Happened): string[] {
  const ends = [...stepEndsOf(happened)].filter(([step]) => !isUndo(step))
  const atWork = unendedOf(happened).filter(step => !isOpen(happened, step))
  if (atWork.length > 0) return [`  # no steps: ${atWork.join(', ')} had begun and not ended`]
  if (ends.length === 0) {
    return [`  steps: {} # none ${unendedOf(happened).length === 0 ? 'was reached' : 'has ended'}`]
  }
  const lines = ends.map(([step, { is, moment }]) =>
    is === 'expired'
      ? `    ${key(step)}: { is: ${is}, at: ${durationOf(moment)} }`
      : `    ${key(step)}: ${is}`,
  )
  return ['  steps:', ...lines]
}

/** Of steps that wait for people as the record ends; how others were decided is told by how they ended. */
function openGateLines(happened: Happened): string[] {
  const open = unendedOf(happened).filter(step => isOpen(happened, step))
  return open.length === 0 ? [] : ['  gates:', ...open.map(step => `    ${key(step)}: open`)]
}

/** Steps that were come to and have no end, which `steps` cannot say. */
function unendedOf(happened: Happened): string[] {
  const ends = stepEndsOf(happened)
  return [...reachedOf(happened).keys()].filter(step => !ends.has(step) && !isUndo(step))
}

function isOpen(happened: Happened, step: string): boolean {
  return gatesOf(happened).get(step)?.is === 'open'
}

/** Of what the workflow takes back; no step has a dot in its name. */
function isUndo(step: string): boolean {
  return step.endsWith('.undo')
}

function pageLines({ escalate }: Runbook, { pages }: Happened): string[] {
  if (pages.length === 0) return ['  pages: [] # nobody was called']
  const figures = escalate.map(({ afterMs }) => afterMs)
  const lines = pages.map(({ moment, to, level }) => {
    const why = whyPaged(escalate[level], moment)
    return `    - { at: ${durationOf(moment, figures)}, to: [${to.map(key).join(', ')}] }${why}`
  })
  return ['  pages:', ...lines]
}

/** Levels page before their time when people are needed. */
function whyPaged(level: EscalationLevel | undefined, moment: Moment): string {
  if (level === undefined) return ''
  const { afterMs, unless } = level
  const words = `after ${formatDrillTime(afterMs)}${unless === undefined ? '' : `, unless ${unless}`}`
  return ` # escalate: ${words}${likelyMs(moment, [afterMs]) < afterMs ? '; earlier, as people were needed' : ''}`
}

function effectLines(receipts: readonly Receipt[]): string[] {
  const times = Map.groupBy(receipts, ({ step }) => step)
  if (times.size === 0) return ['  effects: {} # nothing was changed']
  return ['  effects:', ...[...times].map(([step, all]) => `    ${key(step)}: ${all.length}`)]
}

function durationOf(moment: Moment, figures?: readonly number[]): string {
  return formatDrillTime(likelyMs(moment, figures))
}

/** As it stands in YAML; quoted where it could be read as something else. */
function key(name: string): string {
  const isPlain = /^[a-z][\w.-]*$/i.test(name) && !/^(true|false|null|yes|no|on|off)$/i.test(name)
  return isPlain ? name : JSON.stringify(name)
}
