import { isWhatWasTaken } from '../../contracts/ends-of-steps.ts'
import type { IncidentOutcome, Phase } from '../../contracts/incident.ts'
import { resolvedInWords } from '../runbook/input-words.ts'
import { humaneDuration } from '../terminal/clock.ts'
import { because, type EntryOf, listed, type Narration, shortHash } from './narration.ts'

type Kind =
  | 'incident.opened'
  | 'phase.changed'
  | 'recovery.held'
  | 'recovery.lost'
  | 'ladder.exhausted'
  | 'incident.closed'
  | 'routine.needs-people'
  | 'routine.stopped'
  | 'routine.missed'

export function narrateIncident(entry: EntryOf<Kind>): Narration {
  switch (entry.kind) {
    case 'incident.opened':
      return opened(entry.data)
    case 'phase.changed':
      return { text: phaseWords[entry.data.to], tone: 'quiet' }
    case 'recovery.held': {
      const { because: reason, holdMs } = entry.data
      const text = `It closes when nothing fires for ${humaneDuration(holdMs)}${because(reason)}`
      return { text, tone: 'good' }
    }
    case 'recovery.lost':
      return { text: `The recovery did not last${because(entry.data.because)}`, tone: 'bad' }
    case 'ladder.exhausted':
      return {
        text: `No step is left in the runbook; people have to take over${because(entry.data.because)}`,
        tone: 'bad',
      }
    case 'routine.needs-people':
      return { text: `People are needed from now on${because(entry.data.because)}`, tone: 'attention' }
    case 'routine.stopped':
      return { text: `No further step is taken${because(entry.data.because)}`, tone: 'bad' }
    case 'routine.missed':
      return { text: missed(entry.data), tone: 'bad' }
    case 'incident.closed': {
      const { outcome, because: reason } = entry.data
      return {
        text: `Closed: ${endInWords(outcome, reason)}`,
        tone: outcome === 'cancelled' ? 'plain' : 'good',
      }
    }
    default:
      return entry satisfies never
  }
}

const phaseWords: Record<Phase, string> = {
  detection: 'Detection begins',
  triage: 'Triage begins: measure first',
  mitigation: 'Mitigation begins: the steps of the runbook, one by one',
  verification: 'Verification begins: is it well as a whole?',
  'post-mortem': 'Post-mortem begins',
  closed: 'The incident is over',
}

function missed({ runbook, dueAt, because: reason, before = 0 }: EntryOf<'routine.missed'>['data']): string {
  const earlier = before === 0 ? '' : `, and ${before} runs before it`
  return `Routine ${runbook} missed its run of ${dueAt}${earlier}${because(reason)}`
}

function opened(data: EntryOf<'incident.opened'>['data']): Narration {
  const { means, isWhole } = meaningOf(data)
  const begun = data.routine?.by === undefined ? '' : `, started by ${data.routine.by}`
  const linked = data.linkedTo === undefined ? '' : `; follows ${data.linkedTo}`
  return {
    text: `Opened with runbook ${data.runbook} (${shortHash(data.runbookHash)})${begun}${means}${linked}`,
    tone: isWhole ? 'plain' : 'attention',
  }
}

/** What the roles and inputs of a runbook mean in an incident, to be added to a sentence. */
export function meaningOf({
  bindings,
  unbound = [],
  inputs = [],
}: Pick<EntryOf<'incident.opened'>['data'], 'bindings' | 'unbound' | 'inputs'>): {
  means: string
  /** Every role has a target, and every input what was asked for. */
  isWhole: boolean
} {
  const roles = Object.entries(bindings).map(([role, target]) => `${role} is ${target}`)
  const bound = roles.length === 0 ? '' : `; ${listed(roles)}`
  const missing = unbound.length === 0 ? '' : `; no target for ${listed(unbound)}, steps on it are skipped`
  const given = inputs.map(input => `; input ${input.name}: ${resolvedInWords(input)}`).join('')
  const isWhole = unbound.length === 0 && !inputs.some(({ problem }) => problem !== undefined)
  return { means: `${bound}${missing}${given}`, isWhole }
}

function endInWords(outcome: IncidentOutcome, reason: string): string {
  const said = outcomeInWords(outcome, reason)
  return said === reason ? reason : `${said}${because(reason)}`
}

/** @param reason What it closed with: of a routine that nothing measured as a whole, all there is to say. */
export function outcomeInWords(outcome: IncidentOutcome, reason: string): string {
  switch (outcome) {
    case 'recovered':
      return isWhatWasTaken(reason) ? reason : 'recovered, proved by measurement'
    case 'resolved-by-person':
      return 'resolved by a person'
    case 'cancelled':
      return 'cancelled, it was no incident'
    default:
      return outcome satisfies never
  }
}
