import type { Command } from 'commander'
import type { OfferedRebase } from '../../contracts/act-views.ts'
import { numberArgument, withExamples } from '../command-help.ts'
import type { Change } from '../compare/change.ts'
import { compareRunbooks } from '../compare/runbooks.ts'
import { tellChanges } from '../compare/tell.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { resolveNumber } from '../incident-number.ts'
import { counted, shortHash } from '../narrate/narration.ts'
import { inSession, type Session } from '../session.ts'
import { cleaned } from '../terminal/plain-text.ts'

interface Options {
  to?: string
  reason?: string
  yes?: true
}

export function defineRebase(noun: Command): void {
  const rebase = noun
    .command('rebase')
    .description('move an open incident to the version in force of its runbook, after showing what changes')
    .argument(...numberArgument)
    .option('--to <hash>', 'the version you have read, or its first 12 characters; stands for the answer yes')
    .option('--reason <text>', 'why')
    .option('--yes', 'do not ask')
    .action((number: string, options: Options, command: Command) =>
      inSession(command, session => rebaseIncident(session, number, options)),
    )
  withExamples(
    rebase,
    [
      'incident rebase latest',
      'incident rebase 001 --to 5b0f2c6d3ad1 --reason "the gate asked the wrong team"',
    ],
    [
      'A version that is not in force is put there first: npx paramedic runbook sync.',
      'A step whose effect has begun ends first; open gates are asked anew by the new version, and steps that were tried stay tried.',
    ],
  )
}

type Move = OfferedRebase & { to: NonNullable<OfferedRebase['to']> }

/** Shows what changes, asks, and sends the version that was shown: should another be in force by then, the service refuses. */
async function rebaseIncident(session: Session, written: string, options: Options): Promise<ExitCode> {
  const api = session.api()
  const number = await resolveNumber(api, written)
  const offered = cleaned(await api.get<OfferedRebase>(`/v1/incidents/${number}/rebase`))
  const { from, to } = offered
  if (to === null) throw noneInForce(offered)
  if (options.to !== undefined && !isBeginning(options.to, to.hash))
    throw anotherInForce({ ...offered, to }, options.to)
  if (from.hash !== to.hash && !session.isJson) tellMove(session, { ...offered, to })
  if (from.hash !== to.hash && options.to === undefined && options.yes !== true)
    await confirm(session, { ...offered, to })
  const { reason } = options
  const body = { to: to.hash, ...(reason === undefined ? {} : { reason }) }
  const answer = await api.post<{ isChange: boolean }>(`/v1/incidents/${number}/rebase`, body)
  if (session.isJson) session.printJson(answer)
  else session.terminal.print(done(session, { ...offered, to }, answer.isChange))
  return exitCodes.ok
}

/** 48 bits: nobody means another version by accident. */
const shortestPrefix = 12

function isBeginning(prefix: string, hash: string): boolean {
  return prefix.length >= shortestPrefix && hash.startsWith(prefix.toLowerCase())
}

function changesOf({ from, to }: Move): Change[] {
  return compareRunbooks(from.runbook, to.runbook)
}

function tellMove({ terminal }: Session, move: Move): void {
  const { from, to } = move
  const { paint } = terminal
  terminal.print([
    paint.strong(`From ${from.runbook.name} ${shortHash(from.hash)}, which ${move.number} runs`),
    paint.strong(`  to ${to.runbook.name} ${shortHash(to.hash)}, which is in force`),
    ...tellChanges(changesOf(move), { paint, width: terminal.width() }),
  ])
}

async function confirm({ terminal, isJson }: Session, move: Move): Promise<void> {
  const exact = `npx paramedic incident rebase ${move.number} --to ${shortHash(move.to.hash)}`
  if (!terminal.canAsk || isJson)
    throw new Failure('confirmation_needed', `Nobody can be asked here, so ${move.number} was not moved.`, {
      hint: `name the version you have read: ${exact}`,
      exitCode: exitCodes.usage,
      fields: { number: move.number, from: move.from.hash, to: move.to.hash, changes: changesOf(move) },
    })
  const loosened = changesOf(move).filter(({ effect }) => effect === 'loosens').length
  const warning =
    loosened === 0
      ? ''
      : ` ${terminal.paint.bad(`${counted(loosened, 'change')} of it loosen${loosened === 1 ? 's' : ''} safety.`)}`
  const said = await terminal.ask(
    `Move ${move.number} to this version?${warning} Type ${terminal.paint.strong('yes')}: `,
  )
  if (said.toLowerCase() === 'yes') return
  throw new Failure('not_confirmed', `${move.number} keeps its version.`, { hint: `to move it: ${exact}` })
}

function done({ terminal: { paint } }: Session, { number, to }: Move, isChange: boolean): string[] {
  const version = `version ${shortHash(to.hash)} of ${to.runbook.name}`
  return isChange
    ? [
        paint.good(`${number} goes on with ${version} at its next point between two steps.`),
        paint.command(`npx paramedic incident watch ${number}`),
      ]
    : [`${number} runs ${version} already.`]
}

function noneInForce({ number, from }: OfferedRebase): Failure {
  return new Failure(
    'runbook_changed',
    `No version of ${from.runbook.name} is in force, so ${number} keeps its own.`,
    {
      hint: 'put one in force first: npx paramedic runbook sync',
    },
  )
}

function anotherInForce({ number, to }: Move, given: string): Failure {
  return new Failure('runbook_changed', `Version ${given} is not in force; ${shortHash(to.hash)} is.`, {
    hint: `read what it would change: npx paramedic incident rebase ${number}`,
  })
}
