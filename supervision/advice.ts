import { afterWorkflowId, incidentWorkflowId } from '../contracts/incident.ts'
import { postmortemWorkflowId } from '../contracts/postmortem.ts'
import type { Finding, FindingKind } from '../contracts/supervision.ts'
import type { StuckView } from '../contracts/views.ts'
import type { StuckKind, StuckRow } from '../store/waiting-work.ts'
import { taskFailuresQuery } from './temporal-watch.ts'

/** Says of something stuck what it is and what to do: a command where one helps, else a sentence. */
export function adviseOnStuck({ kind, subject, sinceMs }: StuckRow): StuckView {
  const { what, todo } = advice[kind]
  return { what, subject, sinceMs, todo: todo(subject) }
}

/** Says of a finding what it is and what to do next. */
export function adviseOn({ kind, subject }: Pick<Finding, 'kind' | 'subject'>): {
  what: string
  todo: string
} {
  const { what, todo } = advice[kind]
  return { what, todo: todo(subject) }
}

const advice: Record<StuckKind | FindingKind, { what: string; todo: (subject: string) => string }> = {
  alert: {
    what: 'reported alert not taken yet',
    todo: () =>
      'Start a worker: the relay runs there. If one runs, read its log for "the relay could not work".',
  },
  message: {
    what: 'message not delivered to the workflow',
    todo: () =>
      'See that Temporal and a worker are up in `npx paramedic doctor`; it is delivered by itself when they are.',
  },
  'not-started': {
    what: 'incident open without a workflow',
    todo: number =>
      `Nothing happens for ${number} until Temporal and a worker are up: check \`npx paramedic doctor\`, and work by hand meanwhile.`,
  },
  gate: {
    what: 'gate open past its expiry',
    todo: id =>
      `Its workflow does not move: \`temporal workflow describe -w ${workflowOf(id)}\`, and start a worker if none runs.`,
  },
  claim: {
    what: 'effect past its deadline without an outcome',
    todo: id =>
      `Look at the target before anything else, the effect may have happened; then \`temporal workflow describe -w ${workflowOf(id)}\`.`,
  },
  rule: {
    what: 'rule without a value',
    todo: () => 'Correct the rule or its target; `npx paramedic rule list` shows what is measured now.',
  },
  'rule-late': {
    what: 'rule not evaluated',
    todo: () =>
      'Start a worker: rules are evaluated there, those at a site by a worker with that PARAMEDIC_SITE. If one runs, read its log for "rules could not be evaluated" and "a rule was not evaluated".',
  },
  page: {
    what: 'page that was due and has reached nobody',
    todo: id =>
      `Call them yourself; \`npx paramedic incident show ${numberOf(id)}\` says whom and why the channels failed.`,
  },
  level: {
    what: 'escalation level that was due and has not begun',
    todo: id =>
      `Call them yourself: \`npx paramedic incident show ${numberOf(id)}\` names them; then \`temporal workflow describe -w ${workflowOf(id)}\`.`,
  },
  temporal: {
    what: 'Temporal does not answer',
    todo: () =>
      'Alerts are kept and nothing is done meanwhile: see that Temporal runs and that PARAMEDIC_TEMPORAL_ADDRESS of the api reaches it.',
  },
  worker: {
    what: 'no worker polls for workflows',
    todo: () => 'Nothing is measured, done or paged: start a worker, or read in its log why it stopped.',
  },
  site: {
    what: 'no worker polls for a site',
    todo: site =>
      `Targets there are neither measured nor changed: start a worker there with PARAMEDIC_SITE=${site}, or read in its log why it stopped.`,
  },
  'workflow-gone': {
    what: 'incident open without a running workflow',
    todo: number =>
      `temporal workflow reset -w ${workflowOf(number)} --type LastWorkflowTask --reason "ended while its incident is open"`,
  },
  'workflow-left': {
    what: 'workflow running without an open incident',
    todo: id => `temporal workflow terminate -w ${id} --reason "its incident has ended"`,
  },
  'task-failures': {
    what: 'workflow code fails and is tried again',
    todo: id => `temporal workflow describe -w ${id}`,
  },
  'postmortem-overdue': {
    what: 'post-mortem past its due time and not published',
    todo: number => `npx paramedic postmortem edit ${number}`,
  },
  'postmortem-undrafted': {
    what: 'incident closed without a draft of its post-mortem',
    todo: number => `temporal workflow describe -w ${afterWorkflowId(number)}`,
  },
  'postmortem-gone': {
    what: 'post-mortem whose time nobody keeps: its workflow has ended',
    todo: number =>
      `temporal workflow reset -w ${postmortemWorkflowId(number)} --type LastWorkflowTask --reason "ended before its post-mortem was due"`,
  },
  'quarantined-alert': {
    what: 'alert set aside after failing again and again',
    todo: () =>
      'Read the worker log for "an alert could not be applied" and report it; handle the alert by hand.',
  },
  'failed-page': {
    what: 'page that reached nobody',
    todo: id =>
      `See who was tried and why not: \`npx paramedic incident show ${id.split('/')[0] ?? id}\`. Call somebody by hand, and give the contact a second channel.`,
  },
  'unreached-contact': {
    what: 'contact whom no channel reached',
    todo: () =>
      'Others were paged or the fallback was. Correct the channel that is named, then `npx paramedic contact test <name>`.',
  },
  'failed-news': {
    what: 'message that nobody took',
    todo: () => 'Correct the channel that is named; tell them by hand, it is not sent again.',
  },
  'waiting-news': {
    what: 'news that nobody has sent yet',
    todo: () =>
      'Start a worker: it tells the stakeholders. If one runs, read its log for "news could not be told".',
  },
  'missed-routine': {
    what: 'run of a routine that did not take place',
    todo: subject =>
      `If it cannot wait for its next time: npx paramedic runbook run ${subject.split(' ')[0]}. Start a worker if none ran.`,
  },
  'unread-delivery': {
    what: 'delivery that could not be read',
    todo: () =>
      'The row of that id in the table `delivery` says what is wrong (`problem`) and has the first 8 KiB (`body`); correct the sender.',
  },
}

/** Workflows whose code fails: they neither end nor go on until the worker is mended. */
export function adviseOnFailures(count: number): StuckView[] {
  if (count === 0) return []
  const subject = count === 1 ? '1 workflow' : `${count} workflows`
  const todo = `temporal workflow list --query "${taskFailuresQuery}"`
  return [{ what: 'workflow code fails and is tried again', subject, sinceMs: 0, todo }]
}

/** Ids of gates, claims and pages begin with the incident's number. */
function workflowOf(id: string): string {
  return incidentWorkflowId(numberOf(id))
}

function numberOf(id: string): string {
  return id.split('/')[0] ?? id
}
