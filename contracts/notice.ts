/** What goes out to people, before any channel has given it a form, and the port of whoever sends it. */
import type { ChannelKind } from './channel-kinds.ts'
import type { CommunicationEvent } from './communication.ts'
import type { Impact, IncidentOutcome, Severity } from './incident.ts'
import type { Page } from './page.ts'

/**
 * What people are told; `needs-people` is the opening of a routine for those who want nothing of one that goes well.
 * `acknowledged` is for services that keep an alarm of their own, too; `update` says how it stands; `recovery-lost`
 * goes to those who heard `mitigated`.
 */
export type NewsEvent = CommunicationEvent | 'recovery-lost' | 'update' | 'needs-people'

/** One thing that happened to an incident, as it was then. */
export interface News {
  event: NewsEvent
  incident: string
  title: string
  severity: Severity
  severityLabel?: string
  /** Of a change: what it was before. */
  from?: Severity
  /** Are customers affected? Of an opening and an update as it is when it is told. */
  impact?: Impact
  /** Of a change: what it was before. */
  impactBefore?: Impact
  /** Who has acknowledged it, of an update. */
  takenBy?: string
  /** An update while a recovery is held. */
  isRecovered?: boolean
  /** What its runbook has said to whoever reads this, word for word. */
  says?: readonly string[]
  system: string
  environment: string
  openedAt: string
  at: string
  /** Name of the person. */
  by?: string
  outcome?: IncidentOutcome
  because?: string
}

/** `key` is the same for every repetition, so that a receiver can drop doubles. */
export type SingleNotice =
  | { kind: 'page'; key: string; page: Page }
  | { kind: 'news'; key: string; news: News }
  | { kind: 'test'; key: string; contact: string; by: string; at: string }

/** One message for several that could not go at once. */
export interface RollUp {
  kind: 'roll-up'
  key: string
  of: readonly SingleNotice[]
}

/** What Paramedic says about itself: something is wrong with it, or is no longer. */
export interface OwnTrouble {
  kind: 'supervision'
  key: string
  /** It is good news: nobody has to wake up for it. */
  isOver: boolean
  title: string
  lines: readonly string[]
  /** The command or sentence to begin with. */
  todo: string
  at: string
}

export type Notice = SingleNotice | RollUp | OwnTrouble

/** What the service said when it took a notice. */
export interface Receipt {
  /** Its own id of the message, where it tells one. */
  answerId?: string
}

/**
 * One channel. Rejects with a CodedError that names neither credential nor address: `unavailable` is worth another try,
 * after `fields.retryAfterMs` if that is there; `rejected` is final.
 */
export interface Notifier {
  name: string
  kind: ChannelKind
  /** @param to the mailbox or chat, of channels that reach addresses. */
  send(notice: Notice, to: string | undefined, signal: AbortSignal): Promise<Receipt>
}
