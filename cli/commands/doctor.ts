import type { Command } from 'commander'
import { withExamples } from '../command-help.ts'
import { examine, type Finding } from '../examination.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { inSession, type Session } from '../session.ts'
import type { Tone } from '../terminal/paint.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { padEnd, widthOf } from '../terminal/width.ts'
import { hanging } from '../story/view.ts'
import { viewOf } from '../story-view.ts'

export function define(noun: Command): void {
  noun.action((_: object, command: Command) => inSession(command, doctor))
  withExamples(
    noun,
    ['doctor', 'doctor --json'],
    ['Healthy is 0; anything wrong is 1, a service that does not answer included.'],
  )
}

const marks: Record<Finding['state'], { mark: string; tone: Tone }> = {
  good: { mark: '✓', tone: 'good' },
  noteworthy: { mark: '!', tone: 'attention' },
  wrong: { mark: '✗', tone: 'bad' },
}

async function doctor(session: Session): Promise<ExitCode> {
  const { findings, status } = await examine(session)
  const wrong = findings.filter(finding => finding.state === 'wrong')
  const exitCode = wrong.length === 0 ? exitCodes.ok : exitCodes.refused
  if (session.isJson) {
    session.printJson({ isHealthy: wrong.length === 0, findings, status })
    return exitCode
  }
  const width = Math.max(...findings.map(finding => widthOf(finding.about)))
  session.terminal.print(findings.flatMap(finding => findingLines(session, finding, width)))
  session.terminal.print(['', verdict(session, wrong.length)])
  return exitCode
}

function findingLines(session: Session, finding: Finding, width: number): string[] {
  const view = viewOf(session)
  const { mark, tone } = marks[finding.state]
  const { paint } = session.terminal
  const lead = `${paint[tone](mark)} ${paint.strong(padEnd(finding.about, width))}  `
  const room = width + 4
  const todo = (finding.todo?.split('\n') ?? []).flatMap(line =>
    hanging(' '.repeat(room), room, `→ ${oneLine(line)}`, 'command', view),
  )
  return [...hanging(lead, room, oneLine(finding.says), 'plain', view), ...todo]
}

function verdict({ terminal: { paint } }: Session, wrong: number): string {
  if (wrong === 0) return paint.good('Healthy.')
  return paint.bad(`${wrong === 1 ? 'One thing is' : `${wrong} things are`} wrong; start with the first ✗.`)
}
