import type { FindingKind } from '../../contracts/supervision.ts'
import { humaneDuration } from '../terminal/clock.ts'
import type { EntryOf, Narration, NarrationWords } from './narration.ts'

type Kind = 'supervision.found' | 'supervision.paged' | 'supervision.ended'

/** What Paramedic noticed about itself. */
export function narrateSupervision(entry: EntryOf<Kind>, { clock }: NarrationWords): Narration {
  const { finding, subject } = entry.data
  const what = `${words[finding]} (${subject})`
  switch (entry.kind) {
    case 'supervision.found': {
      const trouble = finding === 'postmortem-overdue' ? 'Noticed' : 'Paramedic itself is in trouble'
      return { text: `${trouble} since ${clock.time(Date.parse(entry.data.since))}: ${what}`, tone: 'bad' }
    }
    case 'supervision.paged':
      return { text: `Told people through ${entry.data.channel}: ${what}`, tone: 'attention' }
    case 'supervision.ended':
      return { text: `Over after ${humaneDuration(entry.data.lastedMs)}: ${what}`, tone: 'good' }
    default:
      return entry satisfies never
  }
}

const words: Record<FindingKind, string> = {
  alert: 'a reported alert was not taken',
  message: 'messages did not reach the workflow',
  'not-started': 'the incident has no workflow yet',
  gate: 'a gate stayed open past its expiry',
  claim: 'an effect passed its deadline without an outcome',
  page: 'a page reached nobody',
  level: 'an escalation level did not begin',
  temporal: 'Temporal does not answer',
  worker: 'no worker polls',
  site: 'no worker polls for a site',
  'workflow-gone': 'the workflow of an open incident is gone',
  'workflow-left': 'a workflow runs without an open incident',
  'task-failures': 'workflow code fails and is tried again',
  'postmortem-overdue': 'the post-mortem is overdue',
  'postmortem-undrafted': 'the post-mortem was not drafted',
  'missed-routine': 'a run of a routine did not take place',
  'postmortem-gone': 'the workflow of a post-mortem is gone',
}
