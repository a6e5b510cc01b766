/** The way through a runbook as a Mermaid flowchart: https://mermaid.js.org/syntax/flowchart.html */
import { durationInWords } from '../../contracts/duration-words.ts'
import type { ManualStep, Runbook, RunbookGate, Step } from '../../contracts/runbook.ts'
import { listed } from '../narrate/narration.ts'
import {
  approversInWords,
  fromMildest,
  severityInWords,
  timeOfLevel,
  unlessInWords,
} from '../runbook/words.ts'
import { mermaidLabel } from './mermaid-text.ts'
import { wayOfRoutine } from './routine-way.ts'

/** The whole diagram, without a newline at its end. Nothing a runbook says can add a node, an arrow or a directive to it. */
export function flowchartOf(runbook: Runbook): string {
  const way = runbook.schedule === undefined ? wayOf(runbook) : wayOfRoutine(runbook)
  return ['flowchart TD', ...[...way, ...escalationOf(runbook)].map(line => `  ${line}`)].join('\n')
}

function wayOf(runbook: Runbook): string[] {
  const { triage, match, mitigate, verify } = runbook
  const checks = triage.checks.map(({ name }) => name)
  return [
    `alert([${mermaidLabel('An alert', match ?? 'that no other runbook is meant for')}])`,
    `triage[${mermaidLabel('Look at', checks.length === 0 ? 'nothing' : listed(checks))}]`,
    `severity[${mermaidLabel(...triage.severity.map(severity))}]`,
    `alert --> triage --> severity --> ${entryOf(mitigate, 0)}`,
    ...mitigate.flatMap((step, index) => wayOfStep(step, index, mitigate)),
    `people[${mermaidLabel('No step is left', 'The next level is called, people go on')}]`,
    verify === undefined
      ? `proof{${mermaidLabel('Have all alerts resolved?')}}`
      : `proof{${mermaidLabel('Is all well?', verify.until, `for ${durationInWords(verify.forMs)}`)}}`,
    `people -.->|${mermaidLabel('the alerts resolve')}| proof`,
    `proof -->|${mermaidLabel('no')}| ${mitigate.length === 0 ? 'people' : `again[${mermaidLabel('On with the next step', 'or with people when none is left')}]`}`,
    ...wayToTheEnd(runbook),
    ...afterwards(runbook),
  ]
}

function severity(rule: Runbook['triage']['severity'][number], index: number): string {
  const told = severityInWords(rule)
  if (rule.when === undefined) return index === 0 ? told : `otherwise ${told}`
  return `${told} if ${rule.when}${lasts(rule)}`
}

function lasts({ forMs }: { forMs?: number }): string {
  return forMs === undefined ? '' : ` for ${durationInWords(forMs)}`
}

/** Where a step begins: with its condition, its gate or itself; `people` behind the last one. */
function entryOf(steps: readonly (Step | ManualStep)[], index: number): string {
  const step = steps[index]
  if (step === undefined) return 'people'
  if (step.when !== undefined) return `when${index}`
  return entryBehindCondition(step, index)
}

function entryBehindCondition(step: Step | ManualStep, index: number): string {
  return 'manual' in step || step.gate === undefined ? `step${index}` : `gate${index}`
}

function wayOfStep(step: Step | ManualStep, index: number, all: readonly (Step | ManualStep)[]): string[] {
  const next = entryOf(all, index + 1)
  const { when } = step
  const afterCondition = entryBehindCondition(step, index)
  return [
    ...(when === undefined
      ? []
      : [
          `when${index}{${mermaidLabel(`Step ${index + 1}, only if`, when)}}`,
          `when${index} -->|${mermaidLabel('yes')}| ${afterCondition}`,
          `when${index} -->|${mermaidLabel('no, or no data')}| ${next}`,
        ]),
    ...('manual' in step ? wayOfTask(step, index, next) : wayOfAction(step, index, next)),
  ]
}

function wayOfAction(step: Step, index: number, next: string): string[] {
  const { id, uses, target, gate, verify } = step
  return [
    ...(gate === undefined ? [] : wayOfGate(gate, index, next)),
    `step${index}[${mermaidLabel(`Step ${index + 1} ${id}`, `${uses} on ${target}`)}]`,
    `step${index} --> ${provedBy(verify, index)}`,
    ...wayOfProof(step, index, next),
  ]
}

/** A parallelogram, as flowcharts have what people do. */
function wayOfTask(step: ManualStep, index: number, next: string): string[] {
  const { id, manual, by, verify, expiresMs, onExpiry } = step
  const who = by === undefined ? 'A person' : approversInWords({ approvers: by, quorum: 1 })
  const silence = `nobody within ${durationInWords(expiresMs)}`
  return [
    `step${index}[/${mermaidLabel(`Step ${index + 1} ${id}`, `${who}: ${manual}`)}/]`,
    `step${index} -->|${mermaidLabel('ticked')}| ${verify === undefined ? next : provedBy(verify, index)}`,
    ...(verify === undefined ? [] : wayOfProof(step, index, next)),
    `step${index} -->|${mermaidLabel('not done')}| ${step.onFailure === 'stop' ? 'people' : next}`,
    wayOfSilence(`step${index}`, silence, onExpiry, next),
  ]
}

function provedBy({ check, until, forMs }: Step['verify'], index: number): string {
  return `helped${index}{${mermaidLabel(`Does ${check} show it?`, until, `for ${durationInWords(forMs)}`)}}`
}

function wayOfProof(step: Step | ManualStep, index: number, next: string): string[] {
  return [
    `helped${index} -->|${mermaidLabel('yes')}| proof`,
    ...('undo' in step && step.onFailure === 'undo' && 'uses' in step.undo
      ? [
          `helped${index} -->|${mermaidLabel('no, or no data')}| undo${index}[${mermaidLabel(`Take ${step.id} back`, `${step.undo.uses} on ${step.target}`)}]`,
          `undo${index} --> ${next}`,
        ]
      : [`helped${index} -->|${mermaidLabel('no, or no data')}| ${next}`]),
  ]
}

/** What was applied for the time of the incident is taken back between the recovery and the end. */
function wayToTheEnd({ mitigate, holdMs }: Runbook): string[] {
  const over = `over([${mermaidLabel('Over', lasting(holdMs))}])`
  const temporary = mitigate.filter(step => 'temporary' in step && step.temporary === true)
  if (temporary.length === 0) return [`proof -->|${mermaidLabel('yes')}| ${over}`]
  const undone = mermaidLabel('Take back what was temporary', listed(temporary.map(({ id }) => id)))
  return [
    `proof -->|${mermaidLabel('yes, and it has lasted')}| undone[${undone}]`,
    `undone -->|${mermaidLabel('measured once more')}| proof`,
    `proof -->|${mermaidLabel('yes, and nothing is left to take back')}| ${over}`,
  ]
}

function wayOfSilence(
  from: string,
  silence: string,
  onExpiry: RunbookGate['onExpiry'],
  next: string,
): string {
  if (onExpiry === 'stop') return `${from} -->|${mermaidLabel(silence, 'no further step')}| people`
  const called = onExpiry === 'escalate' ? ['next level is called'] : []
  return `${from} -->|${mermaidLabel(silence, ...called)}| ${next}`
}

function wayOfGate(gate: RunbookGate, index: number, next: string): string[] {
  const label = mermaidLabel('Approval by', approversInWords(gate))
  const silence = `nobody within ${durationInWords(gate.expiresMs)}`
  return [
    `gate${index}{{${label}}}`,
    `gate${index} -->|${mermaidLabel('approved')}| step${index}`,
    `gate${index} -->|${mermaidLabel('denied')}| ${next}`,
    wayOfSilence(`gate${index}`, silence, gate.onExpiry, next),
  ]
}

function lasting(holdMs: number): string {
  return holdMs === 0
    ? 'when no alert fires'
    : `when it has lasted ${durationInWords(holdMs)} and no alert fires`
}

function afterwards({ postmortem }: Runbook): string[] {
  if (postmortem === undefined) return []
  const label = mermaidLabel('Post-mortem', `within ${durationInWords(postmortem.dueMs)}`)
  return [`over -->|${mermaidLabel(fromMildest(postmortem.for))}| postmortem[${label}]`]
}

/** Beside everything else; the levels follow each other in time, whatever the steps do. */
function escalationOf({ escalate, schedule }: Runbook): string[] {
  // A routine calls nobody before it needs people.
  const [begins, until] = schedule === undefined ? ['alert', 'it has recovered'] : ['people', 'it is over']
  const levels = escalate.map((level, index) => {
    const { unless, when } = level
    const circumstances = [
      ...(unless === undefined ? [] : [unlessInWords[unless]]),
      ...(when === undefined ? [] : [`if ${when}${lasts(level)}`]),
    ]
    return `level${index}[${mermaidLabel(`${timeOfLevel(level)}: ${listed(level.page)}`, ...circumstances)}]`
  })
  return [
    `subgraph meanwhile [${mermaidLabel(`Meanwhile, until ${until}`)}]`,
    ...levels.map(line => `  ${line}`),
    ...(levels.length < 2 ? [] : [`  ${levels.map((_, index) => `level${index}`).join(' --> ')}`]),
    'end',
    `${begins} -.-> level0`,
  ]
}
