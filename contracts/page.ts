import type { Severity } from './incident.ts'
import type { PostmortemDeadline } from './postmortem.ts'

/** What a paged person reads. `id` is the same for every repetition, so that a channel can drop doubles. */
export interface Page {
  id: string
  incident: string
  level: number
  /** Functions that are called, e.g. `on-call`. */
  functions: string[]
  title: string
  severity: Severity
  severityLabel?: string
  system: string
  environment: string
  /** Why this level pages now. */
  because: string
  openedAt: string
  /** The command that takes it: the incident, or the writing of its post-mortem. */
  acknowledgeCommand: string
  /** It asks for an answer and not for an acknowledgement: the incident may have recovered, or a person may have ended it. */
  waitsFor?: 'answer'
  /** Of a call for a post-mortem: the incident is over, and nobody has to get up. */
  postmortem?: { deadline: PostmortemDeadline; owner: string; dueAt: string }
}
