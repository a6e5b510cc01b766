import { Argument, type Command } from 'commander'
import {
  breakSandbox,
  healSandbox,
  isSandboxFault,
  type SandboxFault,
  sandboxFaults,
  sandboxStatus,
} from '../../embedded/sandbox/faults.ts'
import { readSandboxRecord, type SandboxRecord } from '../../embedded/sandbox/sandbox-file.ts'
import type { AlertEpisodes } from '../../contracts/rule-views.ts'
import { withExamples } from '../command-help.ts'
import { dataFolders, projectDir } from '../connection.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { inSession, type Session } from '../session.ts'
import { oneLine } from '../terminal/plain-text.ts'
import { asTyped } from '../terminal/shell-word.ts'

/** As the rules of the sandbox name them. */
const alertsOfFaults: Record<SandboxFault, string> = {
  'idle-connections': 'ShopDatabasePoolExhausted',
  'stale-cache': 'ShopCacheErrors',
  crash: 'ShopDown',
}
const faults = Object.keys(sandboxFaults).filter(isSandboxFault)
const notes = faults.map(fault => `  ${fault.padEnd(17)} ${sandboxFaults[fault]}`)

export function define(noun: Command): void {
  withExamples(
    noun
      .command('break')
      .description('make the sandbox really fail, and see what Paramedic does')
      .addArgument(new Argument('<fault>', 'what to break').choices(faults))
      .action((fault: SandboxFault, _: object, command: Command) =>
        inSession(command, session => doBreak(session, fault)),
      ),
    ['sandbox break idle-connections'],
    notes,
  )
  withExamples(
    noun
      .command('heal')
      .description('mend one fault, or everything')
      .addArgument(new Argument('[fault]', 'what to mend').choices(faults))
      .action((fault: SandboxFault | undefined, _: object, command: Command) =>
        inSession(command, session => heal(session, fault)),
      ),
    ['sandbox heal', 'sandbox heal stale-cache'],
  )
  withExamples(
    noun
      .command('status')
      .description('what is broken now; exit code 1 when something is')
      .action((_: object, command: Command) => inSession(command, status)),
    ['sandbox status'],
  )
}

async function doBreak(session: Session, fault: SandboxFault): Promise<void> {
  const reply = await orFailure(() => breakSandbox(fault, sandbox()))
  if (session.isJson) return session.printJson(reply)
  const { paint, print } = session.terminal
  print([reply.isChanged ? paint.attention(oneLine(reply.message)) : oneLine(reply.message)])
  const quietUntil = await mutedUntil(session, alertsOfFaults[fault])
  if (quietUntil === undefined)
    return print([
      'An alert fires in a few seconds. See what happens:',
      paint.command('npx paramedic incident watch'),
    ])
  const until = session.clock.near(quietUntil, session.now())
  print([
    `No incident opens by it: its alert ${alertsOfFaults[fault]} fires, and is quiet until ${until} or until it clears, because a person ended its incident. See it, or have it clear:`,
    paint.command('npx paramedic alert list'),
    paint.command('npx paramedic sandbox heal'),
  ])
}

/** Of a firing alert of this name; undefined where none is quiet, or nobody can say. */
async function mutedUntil(session: Session, name: string): Promise<number | undefined> {
  try {
    const { alerts } = await session.api().get<AlertEpisodes>('/v1/alerts/active', { name })
    const muted = alerts.flatMap(alert => alert.mutedUntil ?? [])
    return muted[0] === undefined ? undefined : Date.parse(muted[0])
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

async function heal(session: Session, fault: SandboxFault | undefined): Promise<void> {
  const replies = await orFailure(() => healSandbox(fault, sandbox()))
  if (session.isJson) return session.printJson(replies)
  const { paint, print } = session.terminal
  print([...replies.map(reply => oneLine(reply.message)), paint.command('npx paramedic sandbox status')])
}

async function status(session: Session): Promise<ExitCode> {
  const found = await orFailure(() => sandboxStatus(sandbox()))
  const exitCode = found.state === 'up' ? exitCodes.ok : exitCodes.refused
  if (session.isJson) {
    session.printJson(found)
    return exitCode
  }
  const { paint, print } = session.terminal
  const words = { up: paint.good('up and well'), broken: paint.bad('broken'), down: paint.bad('down') }[
    found.state
  ]
  print([`The sandbox's shop at ${found.shopUrl} is ${words}.`])
  print(found.faults.map(fault => `  ${paint.bad(fault)}  ${sandboxFaults[fault]}`))
  print(found.reasons.map(reason => paint.quiet(`  ${oneLine(reason)}`)))
  print([
    paint.command(
      found.state === 'up' ? 'npx paramedic sandbox break idle-connections' : 'npx paramedic sandbox heal',
    ),
  ])
  return exitCode
}

function sandbox(): SandboxRecord {
  for (const folder of dataFolders(process.cwd())) {
    const record = readSandboxRecord(folder)
    if (record !== undefined) return record
  }
  throw new Failure('not_connected', 'There is no sandbox here: none was ever started.', {
    hint: `one comes up with: cd ${asTyped(projectDir)} && npm start`,
    exitCode: 3,
  })
}

/** The sandbox speaks in plain errors whose message already says what to do. */
async function orFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Failure || !(error instanceof Error)) throw error
    throw new Failure('sandbox_refused', error.message, {
      hint: 'see its state: npx paramedic sandbox status',
      cause: error,
    })
  }
}
