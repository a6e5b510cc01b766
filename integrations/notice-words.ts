/** What every channel says, in the same words: subject, sentences, facts, commands, link. Pure. */
import { isWhatWasTaken } from '../contracts/ends-of-steps.ts'
import type { Impact, IncidentOutcome } from '../contracts/incident.ts'
import type { News, Notice, OwnTrouble, RollUp, SingleNotice } from '../contracts/notice.ts'
import type { Page } from '../contracts/page.ts'
import { inertLine } from '../contracts/inert-text.ts'
import { exactMoments, zonedTimes } from '../contracts/zoned-time.ts'

/** How the installation looks from outside. */
export interface Outside {
  publicUrl?: string
  /** Of the times, beside UTC. */
  zone: string
}

export interface Words {
  /** One line that says by itself what is the matter. */
  subject: string
  /** In the order they should be read. */
  sentences: string[]
  facts: { name: string; value: string }[]
  commands: { purpose: string; command: string }[]
  /** A page of ours that shows the commands; it changes nothing. */
  link?: string
  /** For whoever asks where this came from. */
  footer: string
}

/** Fits the smallest place, a telephone's notification. */
const titleLength = 140
const sentenceLength = 600
/** A message with more than these names the rest by their number. */
const rolledUpShown = 40

export function wordsOf(notice: Notice, outside: Outside): Words {
  switch (notice.kind) {
    case 'page':
      return notice.page.postmortem === undefined
        ? pageWords(notice.key, notice.page, outside)
        : postmortemWords(notice.key, notice.page, notice.page.postmortem, outside)
    case 'news':
      return newsWords(notice.key, notice.news, outside)
    case 'test':
      return testWords(notice)
    case 'roll-up':
      return rollUpWords(notice, outside)
    case 'supervision':
      return supervisionWords(notice, outside)
    default:
      return notice satisfies never
  }
}

/** Everything as plain text, for channels that show nothing else. */
export function plainText(words: Words): string {
  const facts = words.facts.map(({ name, value }) => `${name}: ${value}`)
  const commands = words.commands.flatMap(({ purpose, command }) => [`${purpose}:`, `  ${command}`])
  const parts = [
    words.sentences,
    facts,
    commands,
    words.link === undefined ? [] : [words.link],
    [words.footer],
  ]
  return parts
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')
}

type Headed = Pick<Page, 'system' | 'environment' | 'title' | 'incident'>

/** How bad, where, what, which incident: `SEV2 shop/production: Database pool exhausted [INC-2026-03-14-001]`. */
function headline(about: Headed & Pick<Page, 'severity'>): string {
  return `${about.severity} ${whereAndWhat(about)}`
}

function whereAndWhat({ system, environment, title, incident }: Headed): string {
  const place = inertLine(`${system}/${environment}`, 60)
  return `${place}: ${inertLine(title, titleLength)} [${incident}]`
}

function pageWords(key: string, page: Page, outside: Outside): Words {
  const called = inertLine(page.functions.join(', '), 200)
  return {
    subject: headline(page),
    sentences: [
      sentence(page.title),
      sentence(`You are paged as ${called}, because ${page.because}`),
      page.waitsFor === undefined
        ? 'Say that you are on it, and later levels stay quiet.'
        : 'The incident stays open until somebody has answered; it shows the question and the commands.',
    ],
    facts: incidentFacts(page, outside),
    commands:
      page.waitsFor === undefined
        ? [
            { purpose: 'I am on it', command: page.acknowledgeCommand },
            ...commandsOf(page.incident).filter(({ command }) => command !== page.acknowledgeCommand),
          ]
        : [showCommand(page.incident)],
    ...linkTo(page.incident, outside),
    footer: `Paramedic, page ${key}. The same page can arrive twice; it is one page.`,
  }
}

/** Nothing burns any more: the words ask for writing, and the severity of then stays out of the subject. */
function postmortemWords(
  key: string,
  page: Page,
  { deadline, owner, dueAt }: NonNullable<Page['postmortem']>,
  outside: Outside,
): Words {
  const called = inertLine(page.functions.join(', '), 200)
  const isReminder = deadline === 'reminder'
  const due = isReminder ? `due on ${dayOf(dueAt, outside.zone)}` : 'overdue'
  return {
    subject: `Post-mortem ${due}, ${whereAndWhat(page)}`,
    sentences: [
      sentence(`${isReminder ? 'You are reminded' : 'You are called'} as ${called}: ${page.because}`),
      sentence(`It is about: ${page.title}`),
      isReminder
        ? 'The incident is over. When this is published in time, nobody is called for it.'
        : 'The incident is over. npx paramedic doctor names this until it is published.',
    ],
    facts: [
      { name: 'Due', value: momentOf(dueAt, outside.zone) },
      { name: 'Owner', value: inertLine(owner, 140) },
      ...incidentFacts(page, outside),
    ],
    commands: [
      { purpose: 'Write it', command: page.acknowledgeCommand },
      {
        purpose: 'What is on record, and what is missing',
        command: `npx paramedic postmortem show ${page.incident}`,
      },
      { purpose: 'Publish it', command: `npx paramedic postmortem publish ${page.incident}` },
    ],
    ...linkTo(page.incident, outside),
    footer: `Paramedic, ${deadline} ${key}. The same message can arrive twice; it is one message.`,
  }
}

function newsWords(key: string, news: News, outside: Outside): Words {
  return {
    subject: `${eventWords[news.event]}: ${headline(news)}`,
    sentences: [
      ...(news.says ?? []).map(sentence),
      sentence(whatHappened(news)),
      ...(news.because === undefined ? [] : [sentence(news.because)]),
      'This is for your information; nobody expects you to do anything.',
    ],
    facts: [
      ...incidentFacts(news, outside),
      ...standing(news),
      // Of the opening it would say the same twice.
      ...(news.event === 'opened' ? [] : [{ name: 'When', value: momentOf(news.at, outside.zone) }]),
    ],
    commands: [showCommand(news.incident)],
    ...linkTo(news.incident, outside),
    footer: `Paramedic, message ${key}. The same message can arrive twice; it is one message.`,
  }
}

const eventWords: Record<News['event'], string> = {
  opened: 'Opened',
  severity: 'Severity changed',
  impact: 'Impact changed',
  acknowledged: 'Acknowledged',
  mitigated: 'Mitigated',
  'recovery-lost': 'Not mitigated after all',
  resolved: 'Over',
  update: 'Update',
  'needs-people': 'Needs people',
}

const affectedWords: Record<Impact, string> = {
  yes: 'yes',
  no: 'no',
  unknown: 'not known, which counts as yes',
}

/** What somebody who is not at work on it asks next. */
function standing({ event, impact, takenBy }: News): Words['facts'] {
  if (event === 'resolved' || event === 'acknowledged') return []
  return [
    ...(impact === undefined ? [] : [{ name: 'Customers affected', value: affectedWords[impact] }]),
    ...(takenBy === undefined ? [] : [{ name: 'On it', value: inertLine(takenBy, 140) }]),
  ]
}

function whatHappened(news: News): string {
  const { event, title, severity, from, by, isRecovered } = news
  switch (event) {
    case 'opened':
      return `An incident was opened: ${title}`
    case 'severity':
      return `The severity is now ${severity}${from === undefined ? '' : `, it was ${from}`}: ${title}`
    case 'impact':
      return `${impactWords(news)}: ${title}`
    case 'needs-people':
      return `A routine needs people: ${title}`
    case 'mitigated':
      return `A recovery was measured; the incident is over when it lasts: ${title}`
    case 'recovery-lost':
      return `The recovery did not last, and work on it goes on: ${title}`
    case 'update':
      return isRecovered === true
        ? `A recovery was measured and has to last: ${title}`
        : `The incident is still open: ${title}`
    case 'acknowledged':
      return `${by ?? 'Somebody'} is on it: ${title}`
    case 'resolved':
      return `The incident is over${howItEnded(news)}: ${title}`
    default:
      return event satisfies never
  }
}

function impactWords({ impact = 'unknown', impactBefore }: News): string {
  const before = impactBefore === undefined ? '' : `, before: ${affectedWords[impactBefore]}`
  return `Are customers affected: ${affectedWords[impact]}${before}`
}

/** Of a routine that nothing measures as a whole `because` says it, and no recovery was measured. */
function howItEnded({ outcome, because }: News): string {
  if (outcome === 'recovered' && because !== undefined && isWhatWasTaken(because)) return ''
  return `, ${outcome === undefined ? 'it was closed' : outcomeWords[outcome]}`
}

const outcomeWords: Record<IncidentOutcome, string> = {
  recovered: 'recovery was measured',
  'resolved-by-person': 'a person resolved it',
  cancelled: 'it was cancelled as no incident',
}

function testWords({ key, contact, by, at }: Extract<Notice, { kind: 'test' }>): Words {
  return {
    subject: `TEST for ${contact}: Paramedic can reach you here`,
    sentences: [
      `This is a test that ${inertLine(by, 60)} asked for. Nothing is wrong and nothing is to be done.`,
      `Pages for ${contact} arrive where this arrived.`,
    ],
    facts: [],
    commands: [],
    footer: `Paramedic, test ${key}, ${at}.`,
  }
}

function supervisionWords({ key, title, lines, todo, at }: OwnTrouble, outside: Outside): Words {
  return {
    subject: inertLine(title, titleLength),
    sentences: [
      ...lines.map(line => inertLine(line, sentenceLength)),
      `Begin with: ${inertLine(todo, sentenceLength)}`,
    ],
    facts: [{ name: 'When', value: momentOf(at, outside.zone) }],
    commands: [{ purpose: 'All that is wrong, and what to do', command: 'npx paramedic doctor' }],
    footer: `Paramedic about itself, message ${key}. The same message can arrive twice; it is one message.`,
  }
}

function rollUpWords({ key, of }: RollUp, outside: Outside): Words {
  const pages = of.filter(notice => notice.kind === 'page')
  const urgent = pages.filter(({ page }) => page.postmortem === undefined)
  const what = urgent.length === of.length ? 'page' : 'message'
  const counted = `${of.length} more ${what}${of.length === 1 ? '' : 's'}`
  const incidents = [...new Set(of.flatMap(incidentOf))]
  const hasOnlyPostmortems = urgent.length === 0 && pages.length === of.length
  const seeAll = `npx paramedic ${hasOnlyPostmortems ? 'postmortem list' : 'incident list --open'}`
  const shown = of.slice(0, rolledUpShown)
  const left = of.length - shown.length
  return {
    subject: inertLine(`${counted}: ${incidents.join(', ')}`, 200),
    sentences: [
      `${counted} came too fast to be sent one by one; each of them counts.`,
      ...shown.map(notice => wordsOf(notice, outside).subject),
      ...(left > 0 ? [`And ${left} more; ${seeAll} names every one.`] : []),
    ],
    facts: [],
    commands: [
      ...pages.slice(0, rolledUpShown).map(({ page }) => ({
        purpose:
          page.postmortem === undefined
            ? `I am on ${page.incident}`
            : `Write the post-mortem of ${page.incident}`,
        command: page.acknowledgeCommand,
      })),
      { purpose: 'See all of them', command: seeAll },
    ],
    footer: `Paramedic, roll-up ${key}.`,
  }
}

/** The incidents a notice is about. */
export function incidentOf(notice: SingleNotice): string[] {
  if (notice.kind === 'page') return [notice.page.incident]
  return notice.kind === 'news' ? [notice.news.incident] : []
}

type About = Pick<Page, 'severity' | 'severityLabel' | 'system' | 'environment' | 'openedAt' | 'incident'>

function incidentFacts(about: About, { zone }: Outside): Words['facts'] {
  const label = about.severityLabel === undefined ? '' : ` (${inertLine(about.severityLabel, 60)})`
  return [
    { name: 'Incident', value: about.incident },
    { name: 'Severity', value: `${about.severity}${label}` },
    { name: 'System', value: inertLine(`${about.system} / ${about.environment}`, 140) },
    { name: 'Opened', value: momentOf(about.openedAt, zone) },
  ]
}

function commandsOf(incident: string): Words['commands'] {
  return [{ purpose: 'I am on it', command: `npx paramedic incident ack ${incident}` }, showCommand(incident)]
}

function showCommand(incident: string): Words['commands'][number] {
  return { purpose: 'What happened, was tried and waits', command: `npx paramedic incident show ${incident}` }
}

function linkTo(incident: string, { publicUrl }: Outside): { link?: string } {
  return publicUrl === undefined ? {} : { link: `${publicUrl.replace(/\/$/, '')}/incidents/${incident}` }
}

/** In the zone of the installation, UTC beside it. */
export function momentOf(iso: string, zone: string): string {
  const ms = Date.parse(iso)
  return Number.isNaN(ms) ? 'an unknown time' : exactMoments(zone)(ms)
}

/** The day of a moment in the zone of the installation: `2026-03-14`. */
function dayOf(iso: string, zone: string): string {
  const ms = Date.parse(iso)
  return Number.isNaN(ms) ? 'an unknown day' : zonedTimes(zone)(ms).day
}

function sentence(text: string): string {
  const line = inertLine(text, sentenceLength)
  return /[.!?…]$/.test(line) ? line : `${line}.`
}
