/** What a runbook has people told, beside the stakeholders of the configuration. */

/** What happens to an incident and can be told; an opening is told as soon as triage has said how bad it is. */
export const communicationEvents = [
  'opened',
  'severity',
  'impact',
  'acknowledged',
  'mitigated',
  'resolved',
] as const
export type CommunicationEvent = (typeof communicationEvents)[number]

/** One rule: of events (`on`), or regularly (`everyMs`); exactly one of the two is there. */
export interface Communication {
  on?: CommunicationEvent[]
  /** From the opening on, for as long as it is open. */
  everyMs?: number
  /** Regular updates end while a recovery is held; without it, only with the incident. */
  until?: 'mitigated'
  /** Functions, contacts or stakeholders of the configuration. */
  tell: string[]
  /** CEL over `incident`; without data they are told. */
  when?: string
  /** Said as it stands here, before what the message itself says. */
  say?: string
}

/** Who is told one thing, and what is said to them. */
export type Told = Pick<Communication, 'tell' | 'say'>
