import type { Command } from 'commander'
import { isOpen, phases, severities, type Phase, type Severity } from '../../contracts/incident.ts'
import type { IncidentList, IncidentSummary } from '../../contracts/views.ts'
import { oneOf, wholeNumber, withExamples } from '../command-help.ts'
import { inSession, type Session } from '../session.ts'
import { severityTones } from '../story/heading.ts'
import { wholeDuration } from '../terminal/clock.ts'
import { cleaned, oneLine } from '../terminal/plain-text.ts'
import { table, type Row } from '../terminal/table.ts'

interface ListOptions {
  open?: true
  phase?: Phase
  severity?: Severity
  system?: string
  limit: number
  all?: true
}

const shownByDefault = 20
/** The service's own upper bound of one page. */
const largestPage = 200

export function defineList(noun: Command): void {
  const list = noun
    .command('list')
    .description('incidents, the newest first')
    .option('--open', 'only those that are not over')
    .option('--phase <phase>', phases.join(', '), oneOf(phases))
    .option('--severity <severity>', severities.join(', '), oneOf(severities))
    .option('--system <name>', 'only of this system')
    .option('--limit <count>', 'at most this many', wholeNumber(1, largestPage), shownByDefault)
    .option('--all', 'every one, however many')
    .action((options: ListOptions, command: Command) =>
      inSession(command, session => listIncidents(session, options)),
    )
  withExamples(list, ['incident list --open', 'incident list --severity SEV1 --all --json'])
}

async function listIncidents(session: Session, options: ListOptions): Promise<void> {
  const answer = await fetchIncidents(session, options)
  if (session.isJson) return session.printJson(answer)
  const { incidents, nextCursor } = cleaned(answer)
  const { terminal } = session
  if (incidents.length === 0) {
    return terminal.print(nothingListed(options, terminal))
  }
  const width = terminal.isInteractive ? terminal.width() : Infinity
  const rows = incidents.map(incident => rowOf(incident, session.now()))
  terminal.print(table([header, ...rows], terminal.paint, width))
  terminal.print(whatNext(incidents, nextCursor, session))
}

function nothingListed(
  { open, phase, severity, system }: ListOptions,
  { paint }: Session['terminal'],
): string[] {
  if ([phase, severity, system].some(filter => filter !== undefined))
    return ['No incident is like that.', paint.command('npx paramedic incident list --all')]
  return open === true
    ? ['No incident is open.', paint.command('npx paramedic incident list')]
    : ['There are no incidents yet.', paint.command('npx paramedic doctor')]
}

async function fetchIncidents({ api }: Session, options: ListOptions): Promise<IncidentList> {
  const { all, limit, open, ...filter } = options
  const query = { ...filter, ...(open === true ? { open } : {}), limit: all === true ? largestPage : limit }
  let page = await api().get<IncidentList>('/v1/incidents', query)
  const incidents = [...page.incidents]
  while (all === true && page.nextCursor !== null) {
    page = await api().get<IncidentList>('/v1/incidents', { ...query, cursor: page.nextCursor })
    incidents.push(...page.incidents)
  }
  return { incidents, nextCursor: page.nextCursor }
}

const header: Row = ['NUMBER', 'SEVERITY', 'PHASE', 'AGE', 'ALERTS', 'NEEDS', 'SYSTEM', 'TITLE'].map(
  text => ({
    text,
    tone: 'quiet' as const,
  }),
)

function rowOf(incident: IncidentSummary, now: number): Row {
  const { severity, severityLabel, alertsFiring, alertsTotal } = incident
  const needs = needOf(incident)
  return [
    { text: incident.number, tone: isOpen(incident.phase) ? 'strong' : 'plain' },
    { text: oneLine([severity, severityLabel ?? ''].join(' ')), tone: severityTones[severity] },
    incident.phase,
    wholeDuration(now - Date.parse(incident.openedAt)),
    incident.routine === null
      ? { text: `${alertsFiring}/${alertsTotal}`, tone: alertsFiring > 0 ? 'bad' : 'plain' }
      : { text: 'routine', tone: 'quiet' },
    { text: needs, tone: 'attention' },
    oneLine(incident.system),
    oneLine(incident.title),
  ]
}

function needOf({ openGates, phase, acknowledgedAt, routine }: IncidentSummary): string {
  if (openGates > 0) return 'decision'
  // A routine that goes well is nobody's.
  const isCalling = routine === null || routine.needsPeopleSince !== null
  return isOpen(phase) && isCalling && acknowledgedAt === null ? 'ack' : ''
}

function whatNext(
  incidents: readonly IncidentSummary[],
  nextCursor: string | null,
  { terminal }: Session,
): string[] {
  const { paint } = terminal
  const seen =
    incidents.find(incident => incident.openGates > 0) ??
    incidents.find(({ phase }) => isOpen(phase)) ??
    incidents[0]
  return [
    ...(nextCursor === null
      ? []
      : ['', paint.quiet('There are more: --limit shows more of them, --all every one.')]),
    ...(seen === undefined ? [] : ['', paint.command(`npx paramedic incident show ${seen.number}`)]),
  ]
}
