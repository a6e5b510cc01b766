/** What kind of thing is wrong with a file: the rule that found it, for whoever counts faults or looks one up. */
export const faultCodes = {
  yaml: 'the file is not YAML of the kind that is taken',
  shape: 'a key is unknown, missing, or holds what it cannot',
  reference: 'a reference could not be looked up',
  secret: 'a credential stands in the file',
  name: 'a name is not known, or given twice',
  site: 'targets that are measured together are at different sites',
  match: 'a runbook can or must not be chosen by a condition',
  input: 'an input is not sound, or nothing reads it',
  schedule: 'a routine has no times, too many, or none to run in',
  uses: 'a check, an action, its target or its parameters do not fit',
  undo: 'nothing takes a step back that has to be',
  severity: 'the rules of severity do not decide every case',
  verification: 'a verification measures what there is not, or has no time to succeed',
  escalation: 'levels are out of order, repeated, or leave somebody unpaged',
  communication: 'somebody is told at no time, twice, or never',
  label: 'a label of the alert is likely misspelt, which is a warning',
  condition: 'a condition does not parse, or its types do not fit',
  reach: 'something is never reached, or proves nothing',
  drill: 'a drill expects or does what its runbook cannot come to',
  configuration: 'the configuration has no target or person for what the runbook says',
} as const satisfies Record<string, string>
export type FaultCode = keyof typeof faultCodes

/** One thing that is wrong with a file, and where; lines and columns count from 1. */
export interface Fault {
  file: string
  line: number
  column: number
  code: FaultCode
  /** What is wrong, as one clause; never a resolved credential. */
  message: string
  /** What to do about it. */
  hint?: string
  /** It may be so on purpose: told, and the file is taken. */
  isWarning?: true
  /** The line holds a credential: never print it. */
  isLineSecret?: true
}

export type Path = readonly (string | number)[]

/** A fault that is known by its place in the tree and not yet by its line. */
export interface Finding {
  path: Path
  /** Point at the key instead of the value. */
  at?: 'key'
  /** Inside a text value: how far from its beginning. */
  offset?: number
  message: string
  hint?: string | undefined
}

/** A finding, and the rule that found it. */
export interface CodedFinding extends Finding {
  code: FaultCode
}

export function coded(code: FaultCode, findings: readonly Finding[]): CodedFinding[] {
  return findings.map(finding => ({ ...finding, code }))
}

/** Orders faults as a reader meets them. */
export function inReadingOrder(faults: readonly Fault[]): Fault[] {
  return faults.toSorted((a, b) => a.line - b.line || a.column - b.column || (a.message < b.message ? -1 : 1))
}
