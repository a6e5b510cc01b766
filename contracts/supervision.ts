/** What supervision of Paramedic itself can find. Pure. */

/** Those that PostgreSQL alone tells; they go on while Temporal is away. */
const storedFindingKinds = [
  'alert',
  'message',
  'not-started',
  'gate',
  'claim',
  'page',
  'level',
  'temporal',
  'postmortem-overdue',
  'postmortem-undrafted',
  'missed-routine',
] as const
/** Those that nobody can tell while Temporal does not answer. */
export const temporalFindingKinds = [
  'worker',
  'site',
  'workflow-gone',
  'workflow-left',
  'task-failures',
  'postmortem-gone',
] as const

export const findingKinds = [...storedFindingKinds, ...temporalFindingKinds] as const
export type FindingKind = (typeof findingKinds)[number]

/** Something that is not as it should be, as one look sees it. */
export interface Finding {
  kind: FindingKind
  /** What it is about: an incident, a gate, a dedup key, a site; with the kind it names the finding. */
  subject: string
  /** The incident it belongs to, if it belongs to one. */
  incident?: string
  /** When the trouble began, as far as anybody knows. */
  sinceMs: number
}

export function findingKey({ kind, subject }: Pick<Finding, 'kind' | 'subject'>): string {
  return `${kind}/${subject}`
}
