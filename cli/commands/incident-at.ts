import type { Command } from 'commander'
import { hashOf } from '../../contracts/canonical-json.ts'
import type { RunbookView } from '../../contracts/audit-views.ts'
import { standingSteps } from '../../contracts/standing-steps.ts'
import type { TimelineEntry } from '../../contracts/timeline.ts'
import type { Known } from '../../proof/known.ts'
import { knownFrom } from '../../proof/learn.ts'
import type { ApiClient } from '../api-client.ts'
import { readWrittenTime } from '../at/written-time.ts'
import { type Moment, tellMoment } from '../at/tell.ts'
import { numberArgument, withExamples } from '../command-help.ts'
import { Failure } from '../failure.ts'
import { resolveNumber } from '../incident-number.ts'
import { type GlobalOptions, inSession, type Session } from '../session.ts'
import { viewOf } from '../story-view.ts'
import { cleaned } from '../terminal/plain-text.ts'

const timeNotes = [
  'A time is +15m or 1h30m after opening, 03:17 or 03:17:09 in your zone (--utc: in UTC), or an ISO time with its zone.',
]

export function defineAt(noun: Command): void {
  const at = noun
    .command('at')
    .description('what was known of an incident at a moment')
    .argument(...numberArgument)
    .argument('<time>', '+15m after opening, 03:17:09, or 2026-03-14T03:17:09Z')
    .action((number: string, time: string, _: object, command: Command) =>
      inSession(command, session =>
        showMoment(session, number, time, command.optsWithGlobals<GlobalOptions>().utc === true),
      ),
    )
  withExamples(
    at,
    ['incident at latest +15m', 'incident at 001 03:17:09', 'incident at 001 2026-03-14T03:17:09Z --json'],
    timeNotes,
  )
}

async function showMoment(session: Session, written: string, time: string, isUtc: boolean): Promise<void> {
  const api = session.api()
  const number = await resolveNumber(api, written)
  const timeline = await wholeTimeline(api, number)
  const opened = timeline.find(entry => entry.kind === 'incident.opened')
  const openedMs = opened?.atMs ?? timeline[0]?.atMs ?? session.now()
  // What is on record has come, whatever this clock says.
  const untilMs = Math.max(session.now(), ...timeline.map(entry => entry.atMs))
  const atMs = readWrittenTime(time, openedMs, isUtc, untilMs)
  const then = timeline.filter(entry => entry.atMs <= atMs)
  const known = knownFrom(then)
  const { runbook } = await runbookOf(api, number, known.opened?.runbookHash, hasMoved(timeline))
  const { nextPage } = await import('../../language/next-page.ts')
  const next =
    known.opened === undefined ? null : nextPage(circumstances(number, known, then, runbook), runbook)
  const inPlace = standingSteps(then)
  const moment: Moment = { number, atMs, known, runbook, nextPage: next, inPlace }
  if (session.isJson) return session.printJson(asJson(moment))
  session.terminal.print(tellMoment({ ...moment, known: knownFrom(cleaned(then)) }, viewOf(session)))
}

async function wholeTimeline(api: ApiClient, number: string): Promise<TimelineEntry[]> {
  const all: TimelineEntry[] = []
  for (;;) {
    const { entries } = await api.get<{ entries: TimelineEntry[] }>(`/v1/incidents/${number}/timeline`, {
      after: all.at(-1)?.seq ?? 0,
    })
    if (entries.length === 0) return all
    all.push(...entries)
  }
}

function hasMoved(timeline: readonly TimelineEntry[]): boolean {
  return timeline.some(entry => entry.kind === 'runbook.rebased')
}

/** The levels come from the runbook, and the entries say which version it was then. */
async function runbookOf(
  api: ApiClient,
  number: string,
  hash: string | undefined,
  isOneOfSeveral: boolean,
): Promise<RunbookView> {
  const query = isOneOfSeveral ? { version: hash } : {}
  const view = await api.get<RunbookView>(`/v1/incidents/${number}/runbook`, query)
  if (hash === undefined || hash === hashOf(view.runbook)) return view
  throw new Failure('strange_answer', `The runbook of ${number} is not the one its entries name.`, {
    hint: 'check the record: npx paramedic audit verify',
  })
}

function circumstances(
  number: string,
  known: Known,
  timeline: TimelineEntry[],
  runbook: RunbookView['runbook'],
) {
  const { phase, impact, acknowledged, recoveredMs, opened, pages } = known
  const severity = known.severity ?? runbook.triage.severity.at(-1)?.is ?? 'SEV3'
  const time = (ms: number | undefined): string | null =>
    ms === undefined ? null : new Date(ms).toISOString()
  return {
    number,
    phase,
    impact,
    severity,
    timeline,
    openedAt: new Date(opened?.atMs ?? 0).toISOString(),
    acknowledgedAt: time(acknowledged?.atMs),
    recoveredAt: time(recoveredMs),
    pages: [...pages.keys()].map(id => ({ id })),
  }
}

/** The whole of what was known, with maps as objects. */
function asJson({ number, atMs, known, nextPage, inPlace }: Moment): object {
  const { acts: _, newest: __, measured: ___, verifications: ____, ...rest } = known
  const plain = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [
      name,
      value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : (value as unknown),
    ]),
  )
  return { number, at: new Date(atMs).toISOString(), ...plain, nextPage, inPlace }
}
