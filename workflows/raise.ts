import { type NamedSeverity, isMoreSevere } from '../contracts/incident.ts'
import { nameSeverity } from './incident-state.ts'
import type { Life } from './life.ts'
import { needPeople } from './need-people.ts'

/** What a measurement after triage says is worse, and why. */
export interface Worse {
  severity?: NamedSeverity & { because: string }
  impact?: { because: string }
}

/** Severity and impact rise to what was measured, with an entry, where they are not as high already. */
export function raise(life: Life, { severity, impact }: Worse): void {
  const { state } = life
  if (severity !== undefined && isMoreSevere(severity.severity, state.severity)) {
    const { severity: to, label, because } = severity
    const named = label === undefined ? {} : { label }
    life.note('severity.changed', { from: state.severity, to, ...named, because })
    nameSeverity(state, { severity: to, label })
    life.change({ severity: to, ...(label === undefined ? {} : { severityLabel: label }) })
    needPeople(life, `it has become worse: ${because}`)
  }
  if (impact !== undefined && state.impact !== 'yes') {
    life.note('impact.changed', { from: state.impact, to: 'yes', because: impact.because })
    state.impact = 'yes'
    life.change({ impact: 'yes' })
    needPeople(life, `it has become worse: ${impact.because}`)
  }
}
