import { accessSync, constants } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { reasonOf } from '../../named-files.ts'
import { formatFault } from '../../language/format-fault.ts'
import { withExamples } from '../command-help.ts'
import { readDrilled } from '../drill/drill-files.ts'
import { openPlayer } from '../drill/open-runner.ts'
import { planDrills } from '../drill/plan-drills.ts'
import { killsAProcess } from '../drill/kills-a-process.ts'
import type { Planned } from '../drill/run-all.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { findDrill } from '../play/find-drill.ts'
import { type PlayedAct, playOnScreen } from '../play/play-on-screen.ts'
import { recordOf, usualFile, writeRecord } from '../play/record.ts'
import { tellScore } from '../play/tell-score.ts'
import { createTerminalScreen } from '../play/terminal-screen.ts'
import { startProgress } from '../progress.ts'
import { runbookFolder, usualFolder } from '../runbook/files.ts'
import { inSession, type Session } from '../session.ts'
import { hanging } from '../story/view.ts'
import { readKeys } from '../terminal/keys.ts'
import { oneLine } from '../terminal/plain-text.ts'

interface PlayOptions {
  as?: string
  record?: string
}

export function define(noun: Command): void {
  const play = noun
    .command('play')
    .description('play an incident on this terminal, in real time: you are the people of the drill')
    .argument('<name>', 'the drill')
    .argument('[path...]', `drills, runbooks or folders; default PARAMEDIC_RUNBOOKS, else ${usualFolder}/`)
    .option('--as <name>', 'who you are, with the roles that the drill gives this name; default your login')
    .option('--record <file>', 'where the record goes; default drill-NAME-TIME.json in this folder')
    .action((name: string, paths: string[], options: PlayOptions, command: Command) =>
      inSession(command, session => playDrill(session, name, paths, options)),
    )
  withExamples(
    play,
    [
      'drill play nobody-acknowledges',
      'drill play two-people-approve runbooks/shop/pool-exhausted.yaml --as ana',
      'drill play two-people-approve --record game-day.json',
    ],
    [
      'Space jumps to the next event; each other key is shown with what it does. q or Ctrl-C ends it, and the record is written all the same.',
      'Alerts and targets do what the drill says. Its people are left out, and so is what it kills.',
      'The score counts by the clock of the incident, jumps included.',
    ],
  )
}

async function playDrill(
  session: Session,
  name: string,
  paths: readonly string[],
  options: PlayOptions,
): Promise<ExitCode> {
  const { terminal } = session
  const planned = findDrill(await allPlanned(paths), name)
  if (session.isJson || !terminal.canAsk || !terminal.isInteractive) throw noTerminal()
  const playedAtMs = session.now()
  const file = options.record ?? usualFile(planned.drill.name, playedAtMs)
  refuseUnwritable(file)
  const who = options.as ?? userInfo().username

  let stop = (code: number): void => process.exit(code)
  const progress = startProgress()
  progress.say('starting')
  const player = await openPlayer(progress, code => stop(code))
  try {
    progress.say('')
    tellBeginning(session, planned)
    const acts: PlayedAct[] = []
    const incident = await player.play(planned.drill, planned.loaded, async play => {
      const { keys, close } = readKeys(process.stdin)
      // What ends the process ends the play first.
      stop = close
      try {
        const screen = createTerminalScreen(terminal)
        const { paint } = terminal
        const viewAt = (now: number) => ({ paint, width: terminal.width(), clock: session.clock, now })
        acts.push(...(await playOnScreen(play, { keys, screen, viewAt, who })))
      } finally {
        close()
      }
    })
    const record = recordOf({ ...planned, who, playedAtMs, acts }, incident)
    terminal.print(tellScore(record.score, { paint: terminal.paint, width: terminal.width() }))
    writeRecord(file, record)
    terminal.print(['', terminal.paint.quiet(`The record is in ${oneLine(file)}.`)])
    return exitCodes.ok
  } finally {
    progress.say('stopping')
    await player.stop()
    progress.stop()
  }
}

async function allPlanned(paths: readonly string[]): Promise<Planned[]> {
  const { drilled, faulty } = await readDrilled(paths.length > 0 ? paths : [runbookFolder()])
  const [first] = faulty
  if (first !== undefined)
    throw new Failure('unreadable_file', `${first.file} has faults: ${formatFault(first.faults[0]!)}.`, {
      hint: 'see everything that is wrong: npx paramedic drill lint',
      exitCode: exitCodes.usage,
    })
  return planDrills(drilled, { common: true }).planned
}

function tellBeginning({ terminal }: Session, { drill, loaded }: Planned): void {
  const { paint } = terminal
  const page = { paint, width: terminal.width() }
  const lines = [
    `${paint.strong(oneLine(drill.name))} of ${oneLine(loaded.runbook.name)}`,
    ...(drill.what === undefined ? [] : hanging('', 0, oneLine(drill.what), 'plain', page)),
    ...(killsAProcess(drill)
      ? hanging(
          '',
          0,
          'What the drill kills is left out: nothing is killed while somebody plays.',
          'quiet',
          page,
        )
      : []),
    '',
  ]
  terminal.print(lines)
}

function noTerminal(): Failure {
  return new Failure('no_terminal', 'A drill is played by a person on a terminal, and here is none.', {
    hint: 'without anybody: npx paramedic drill run',
    exitCode: exitCodes.usage,
  })
}

/** Before anybody has played for half an hour. */
function refuseUnwritable(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK)
  } catch (error) {
    throw new Failure('unwritable_file', `No record can be written to ${file} (${reasonOf(error)}).`, {
      hint: 'name a file in a folder that is there and is yours, with --record',
      cause: error,
    })
  }
}
