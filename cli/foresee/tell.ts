/** What `runbook test` says, and of an alert that a runbook is not for. */
import type { IncomingAlert } from '../../contracts/alert.ts'
import type { ForesightReply } from '../../contracts/foresight-views.ts'
import type { Schedule } from '../../contracts/schedule.ts'
import type { Chapter } from '../explain/chapter.ts'
import { tellChapters } from '../explain/tell.ts'
import type { RunbookFile } from '../runbook/read.ts'
import { scheduleInWords } from '../runbook/words.ts'
import type { Session } from '../session.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { asTyped } from '../terminal/shell-word.ts'

/** Chapters under the alert they are about. */
export function tell(
  { terminal }: Session,
  { name }: Pick<IncomingAlert, 'name'>,
  chapters: Chapter[],
): void {
  const { paint } = terminal
  terminal.print([
    paint.strong(`An alert ${oneLine(name)}`),
    ...tellChapters(chapters, { paint, width: terminal.width() }),
  ])
}

/** The one that was asked about is for other alerts, or for none. */
export function tellOther(session: Session, alert: Pick<IncomingAlert, 'name'>, reply: ForesightReply): void {
  const { runbook } = reply.runbook
  const { name, match, schedule } = runbook
  if (schedule === undefined) {
    const text = `${name} is for other alerts: this does not hold`
    return tell(session, alert, [{ title: 'Which runbook', points: [{ text, condition: match ?? '' }] }])
  }
  tell(session, alert, [{ title: 'Which runbook', points: [{ text: noAlertBegins(name, schedule) }] }])
  session.terminal.print(waysToTry(session, name, `npx paramedic runbook show ${asTyped(name)}`))
}

/** No alert leads to a routine; whoever tests one is told how it is tried. */
export function tellRoutines(session: Session, files: readonly RunbookFile[]): void {
  for (const { file, runbook } of files) {
    const { name, schedule } = runbook
    if (schedule === undefined) continue
    const explain = `npx paramedic runbook explain ${asTyped(file)}`
    session.terminal.print(['', noAlertBegins(name, schedule), ...waysToTry(session, name, explain)])
  }
}

function noAlertBegins(name: string, schedule: Schedule): string {
  return `${name} is a routine: no alert begins it, it runs ${scheduleInWords(schedule)}.`
}

function waysToTry({ terminal: { paint } }: Session, name: string, read: string): string[] {
  return [
    'Read what it does, or start a run of it; on targets of another place only an approver may:',
    paint.command(read),
    paint.command(`npx paramedic runbook run ${asTyped(name)} --system <name> --environment <name>`),
  ]
}
