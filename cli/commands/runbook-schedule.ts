import type { Command } from 'commander'
import type { RoutineList, RoutineView } from '../../contracts/schedule-views.ts'
import { withExamples } from '../command-help.ts'
import { timesInWords } from '../runbook/cron-words.ts'
import { inSession, type Session } from '../session.ts'
import { wholeDuration } from '../terminal/clock.ts'
import { cleaned, oneLine } from '../terminal/plain-text.ts'
import { type Row, table } from '../terminal/table.ts'

export function define(noun: Command): void {
  const schedule = noun
    .command('schedule')
    .description('the routines: when they run next, and what became of their last times')
    .action((_: object, command: Command) => inSession(command, listRoutines))
  withExamples(schedule, ['runbook schedule', 'runbook schedule --json'])
}

async function listRoutines(session: Session): Promise<void> {
  const answer = await session.api().get<RoutineList>('/v1/routines')
  if (session.isJson) return session.printJson(answer)
  const { terminal } = session
  const { paint } = terminal
  const { routines } = cleaned(answer)
  if (routines.length === 0)
    return terminal.print([
      'No runbook in force has a `schedule`.',
      paint.command('npx paramedic runbook list'),
    ])
  const width = terminal.isInteractive ? terminal.width() : Infinity
  const opened = routines.flatMap(({ last }) => last.flatMap(({ incident }) => incident ?? []))[0]
  terminal.print([
    ...table([header, ...routines.map(one => rowOf(one, session))], paint, width),
    ...routines.flatMap(one => missedLines(one, session)),
    ...(opened === undefined ? [] : ['', paint.command(`npx paramedic incident show ${opened}`)]),
  ])
}

const header: Row = ['ROUTINE', 'NEXT', 'IN', 'LAST', 'PLACE', 'TIMES'].map(text => ({
  text,
  tone: 'quiet' as const,
}))

function rowOf(routine: RoutineView, { clock, now }: Session): Row {
  const { name, next, last, system, environment, cron, zone } = routine
  const [first] = next.map(text => Date.parse(text))
  const [newest] = last
  return [
    { text: name, tone: 'strong' },
    first === undefined ? 'never' : `${clock.day(first)} ${clock.time(first)}`,
    first === undefined ? '' : wholeDuration(first - now()),
    newest === undefined
      ? ''
      : { text: newest.incident ?? 'missed', tone: newest.state === 'missed' ? 'bad' : 'plain' },
    oneLine(`${system}/${environment}`),
    `${timesInWords(cron)}, ${zone}`,
  ]
}

function missedLines({ name, last }: RoutineView, { clock, terminal }: Session): string[] {
  return last.flatMap(({ state, dueAt, because }) =>
    state === 'missed'
      ? [
          terminal.paint.bad(
            `✗ ${name} missed its run of ${clock.exact(Date.parse(dueAt))}: ${because ?? 'no reason is on record'}`,
          ),
        ]
      : [],
  )
}
