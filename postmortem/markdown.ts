import { postmortemChecklist, postmortemSections } from '../contracts/postmortem.ts'
import type { ActionItemView, PostmortemView } from '../contracts/postmortem-views.ts'
import { outcomeInWords } from './facts.ts'
import { factsMarkdown } from './facts-markdown.ts'
import { code, section, words } from './inert-markdown.ts'
import { lasting, moment } from './words.ts'

/** The whole document: what people say first, what is on record below. Ends with a newline. */
export function renderMarkdown(view: PostmortemView): string {
  const { facts } = view
  const lines = [
    `# Post-mortem of ${facts.number}: ${code(facts.title)}`,
    '',
    standing(view),
    '',
    ...inShort(view),
    '',
    ...clock(view),
    ...postmortemSections.flatMap(({ id, title }) => [
      '',
      `## ${title}`,
      '',
      section(view.sections[id]) || empty,
    ]),
    '',
    '## Action items',
    '',
    ...(view.actionItems.length === 0 ? ['None.'] : view.actionItems.map(actionItem)),
    '',
    '## Checklist',
    '',
    ...postmortemChecklist.map(({ id, title }) => `- [${view.ticked.includes(id) ? 'x' : ' '}] ${title}`),
    '',
    '## On record',
    '',
    'Generated from the audit log; nobody can edit it.',
    ...factsMarkdown(facts),
  ]
  return `${lines.join('\n')}\n`
}

const empty = '*Still to be filled in.*'

function standing(view: PostmortemView): string {
  const { state, shownVersion, version, publishedAt, publishedBy, reviewedBy, missing, writtenBy } = view
  const older = shownVersion === version ? '' : ` (the newest is ${version})`
  const by = writtenBy === null ? '' : `, written by ${writtenBy}`
  const told = `Version ${shownVersion}${older}${by}.`
  if (state === 'published' && publishedAt !== null) {
    const review = reviewedBy === null ? 'without a review' : `reviewed by ${reviewedBy}`
    return `${told} Published ${moment(Date.parse(publishedAt))} by ${publishedBy}, ${review}.`
  }
  const reviewed = state === 'reviewed' ? ` Reviewed by ${reviewedBy}.` : ''
  const due =
    view.dueAt === null || view.publishedVersion !== null ? '' : ` Due ${moment(Date.parse(view.dueAt))}.`
  const lacking = missing.length === 0 ? '' : ` Still empty: ${missing.join(', ')}.`
  return `${told} Not published.${reviewed}${due}${lacking}`
}

function inShort({ facts, system, environment, owner }: PostmortemView): string[] {
  const { severity, impact, outcome, outcomeBecause, runbook, linkedTo } = facts
  const label = severity.label === null ? '' : ` (${code(severity.label)})`
  const because = outcomeBecause ?? ''
  const ended = outcome === null ? 'not ended' : `${outcomeInWords(outcome, because)}: ${code(because)}`
  return [
    `- Severity: ${severity.final}${label}`,
    `- Customers affected: ${impact.final}`,
    `- Outcome: ${ended}`,
    `- Where: ${code(`${system} / ${environment}`)}, owned by ${code(owner)}`,
    `- Runbook: ${code(runbook.name)}, ${runbook.hash.slice(0, 12)}`,
    ...(linkedTo === null ? [] : [`- Follows ${linkedTo}`]),
  ]
}

/** Only times and lengths of our own: a table cannot be broken by them. */
function clock({ facts: { times, durations } }: PostmortemView): string[] {
  const row = (what: string, atMs: number | null, name: string, ms: number | null): string =>
    `| ${what} | ${atMs === null ? 'never' : moment(atMs)} | ${ms === null ? '' : `${name} ${lasting(ms)}`} |`
  return [
    '| | When | Took |',
    '| --- | --- | --- |',
    row('Began', times.startedAtMs, '', null),
    row('Detected', times.detectedAtMs, 'detection', durations.detectionMs),
    row('Acknowledged', times.acknowledgedAtMs, 'response', durations.responseMs),
    row('Mitigated', times.mitigatedAtMs, 'mitigation', durations.mitigationMs),
    row('Resolved', times.resolvedAtMs, 'resolution', durations.resolutionMs),
    ...(durations.impactMs === null ? [] : ['', `Impact lasted ${lasting(durations.impactMs)}.`]),
  ]
}

function actionItem({ item, text, owner, dueOn, doneAt, doneBy, note }: ActionItemView): string {
  const whose = owner === null ? 'nobody yet' : words(owner)
  const until = dueOn === null ? 'no date yet' : `due ${dueOn}`
  const done =
    doneAt === null
      ? ''
      : `; done ${doneAt.slice(0, 10)} by ${doneBy}${note === null ? '' : `: ${words(note)}`}`
  return `- [${doneAt === null ? ' ' : 'x'}] ${item}: ${words(text)} (${whose}, ${until}${done})`
}
