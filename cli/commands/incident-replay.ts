import type { Command } from 'commander'
import { numberArgument, withExamples } from '../command-help.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { resolveNumber } from '../incident-number.ts'
import { startProgress } from '../progress.ts'
import { fetchEvidence } from '../replay/evidence.ts'
import { judge } from '../replay/judge.ts'
import { tellJudgement } from '../replay/tell.ts'
import { inSession, type Session } from '../session.ts'
import { entryLines } from '../story/entries.ts'
import { firstValues } from '../story/measured.ts'
import { section } from '../story/view.ts'
import { viewOf } from '../story-view.ts'
import { cleaned } from '../terminal/plain-text.ts'

export function defineReplay(noun: Command): void {
  const replay = noun
    .command('replay')
    .description("run a closed incident's history through today's code and hold it against the audit log")
    .argument(...numberArgument)
    .action((number: string, _: object, command: Command) =>
      inSession(command, session => replayIncident(session, number)),
    )
  withExamples(
    replay,
    ['incident replay latest', 'incident replay 001 --json'],
    ['0 only when history, code and log agree; 1 when anything differs, or while there is no history yet.'],
  )
}

async function replayIncident(session: Session, written: string): Promise<ExitCode> {
  const api = session.api()
  const number = await resolveNumber(api, written)
  const progress = startProgress()
  progress.say(`reading the record of ${number}`)
  const evidence = await fetchEvidence(api, number)
  const intact = evidence.runs.flatMap(({ history, problem }) =>
    history === undefined || problem !== undefined ? [] : [history],
  )
  progress.say(`running ${intact.length} of ${evidence.runs.length} histories through today's workflow code`)
  // Temporal's worker is heavy, and only this command needs it.
  const { replayHistories } = await import('../../rehearsal/replay-histories.ts')
  const divergences = intact.length === 0 ? [] : await replayHistories(evidence.workflowId, intact)
  progress.stop()
  const judged = judge(evidence, divergences)
  const exitCode = judged.agrees ? exitCodes.ok : exitCodes.refused
  const timeline = evidence.entries.filter(entry => entry.incident === number)
  if (session.isJson) {
    session.printJson({ ...judged, timeline })
    return exitCode
  }
  const view = viewOf(session)
  const lines = entryLines(cleaned(timeline), view, {
    hasDays: true,
    hasDetail: true,
    before: firstValues(timeline),
  })
  session.terminal.print([
    number,
    ...section('Timeline', lines, view),
    ...tellJudgement(cleaned(judged), view),
  ])
  return exitCode
}
