/** The way through a routine: one line of steps, and what leads to people. */
import { durationInWords } from '../../contracts/duration-words.ts'
import type { ManualStep, Runbook, Step } from '../../contracts/runbook.ts'
import { listed } from '../narrate/narration.ts'
import { approversInWords, scheduleInWords } from '../runbook/words.ts'
import { mermaidLabel } from './mermaid-text.ts'

export function wayOfRoutine({ schedule, triage, mitigate, verify }: Runbook): string[] {
  const checks = triage.checks.map(({ name }) => name)
  const steps = mitigate.map((_, index) => `step${index}`)
  const when = schedule === undefined ? 'its times' : scheduleInWords(schedule)
  return [
    `alert([${mermaidLabel('Its time has come', when)}])`,
    `triage[${mermaidLabel('Look at', checks.length === 0 ? 'nothing' : listed(checks))}]`,
    ...mitigate.map((step, index) => `step${index}${boxOf(step)}`),
    verify === undefined
      ? `proof{${mermaidLabel('Was every step taken?')}}`
      : `proof{${mermaidLabel('Is all well?', verify.until, `for ${durationInWords(verify.forMs)}`)}}`,
    `people[${mermaidLabel('People are needed', 'The levels count from here')}]`,
    `closed([${mermaidLabel('It is over')}])`,
    [`alert`, 'triage', ...steps, 'proof'].join(' --> '),
    ...mitigate.map((step, index) => `step${index} -.->|${mermaidLabel(whyPeople(step))}| people`),
    `proof -->|${mermaidLabel('yes')}| closed`,
    `proof -.->|${mermaidLabel('no')}| people`,
  ]
}

/** What a person does is a parallelogram, as in a ladder. */
function boxOf(step: Step | ManualStep): string {
  if ('manual' in step) {
    const who = step.by === undefined ? 'A person' : approversInWords({ approvers: step.by, quorum: 1 })
    return `[/${mermaidLabel(step.id, `${who}: ${step.manual}`)}/]`
  }
  const { id, uses, target, gate } = step
  const asked = gate === undefined ? [] : [`approved by ${approversInWords(gate)}`]
  return `[${mermaidLabel(id, `${uses} on ${target}`, ...asked)}]`
}

function whyPeople(step: Step | ManualStep): string {
  if ('manual' in step) return 'it asks'
  return step.gate === undefined ? 'it fails' : 'it waits or fails'
}
