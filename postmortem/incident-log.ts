/** The incident log in the format of the amas runbook: one short entry in a team's log. */
import type { PostmortemView } from '../contracts/postmortem-views.ts'
import { code, section, words } from './inert-markdown.ts'
import { moment, valuesInWords } from './words.ts'

export function renderIncidentLog(view: PostmortemView): string {
  const { facts, sections } = view
  const { startedAtMs, resolvedAtMs } = facts.times
  const length = resolvedAtMs === null ? 'not yet known' : durationOf(resolvedAtMs - startedAtMs)
  const lines = [
    `**Incident ID**: ${facts.number}`,
    `**Severity**: ${severityOf(view)}`,
    `**Started**: ${moment(startedAtMs)}`,
    `**Resolved**: ${resolvedAtMs === null ? 'not yet' : moment(resolvedAtMs)}`,
    `**Duration**: ${length}`,
    ...list('Symptoms', symptoms(view)),
    ...list('Root Cause', written(sections.cause)),
    ...list('Resolution', resolution(view), index => `${index + 1}. `),
    ...list('Prevention', [
      ...written(sections.prevention),
      ...view.actionItems.map(({ text }) => words(text)),
    ]),
  ]
  return `${lines.join('\n')}\n`
}

function list(
  title: string,
  items: readonly string[],
  mark: (index: number) => string = () => '- ',
): string[] {
  const lines =
    items.length === 0 ? ['- still to be filled in'] : items.map((item, index) => mark(index) + item)
  return ['', `**${title}**:`, ...lines]
}

/** In minutes, as the format has it; what was over before the first one in seconds. */
function durationOf(ms: number): string {
  const [count, unit] = ms < 60_000 ? [Math.round(ms / 1_000), 'second'] : [Math.round(ms / 60_000), 'minute']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** High, Medium or Low, as the format knows them, with our own word beside it. */
function severityOf({ facts: { severity } }: PostmortemView): string {
  const theirs = { SEV1: 'High', SEV2: 'High', SEV3: 'Medium', SEV4: 'Low' }[severity.final]
  const label = ['High', 'Medium', 'Low'].includes(severity.label ?? '') ? severity.label : theirs
  return `${label} (${severity.final})`
}

function symptoms({ facts }: PostmortemView): string[] {
  const fired = facts.alerts.reduce((sum, { times }) => sum + times, facts.moreAlerts)
  return [
    code(facts.title),
    ...facts.symptoms.flatMap(({ check, before }) =>
      'values' in before ? [`${code(check)}: ${code(valuesInWords(before.values))}`] : [],
    ),
    `${fired} ${fired === 1 ? 'alert' : 'alerts'} fired`,
  ]
}

/** What was done, in its order; what had no effect is no resolution. */
function resolution({ facts }: PostmortemView): string[] {
  const done = facts.steps.filter(
    ({ outcome, answer }) => outcome === 'succeeded' || answer?.answer === 'done',
  )
  const steps = done.map(({ step, manual = step, action, target, touched }) => {
    const what = action === null || target === null ? code(manual) : `${code(action)} on ${code(target)}`
    return touched === null ? what : `${what}, ${code(touched)}`
  })
  const people = facts.acts.flatMap(({ what, text }) =>
    what === 'resolved' && text !== '' ? [code(text)] : [],
  )
  return [...steps, ...people]
}

/** A section as items: its paragraphs or list items, one a line. */
function written(text: string): string[] {
  return section(text)
    .split('\n')
    .map(line => line.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, '').trim())
    .filter(line => line !== '')
}
