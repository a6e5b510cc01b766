/** What people do to an incident besides deciding about plans. Each says what it changed and what comes next. */
import type { Command } from 'commander'
import { durationInWords } from '../../contracts/duration-words.ts'
import { limits } from '../../contracts/limits.ts'
import { numberArgument, withExamples } from '../command-help.ts'
import { Failure } from '../failure.ts'
import { resolveNumber } from '../incident-number.ts'
import { listed } from '../narrate/narration.ts'
import { inSession, type Session } from '../session.ts'
import { cleaned } from '../terminal/plain-text.ts'
import { asTyped } from '../terminal/shell-word.ts'

export function defineActs(noun: Command): void {
  withExamples(
    noun
      .command('ack')
      .alias('acknowledge')
      .description('say that you are on it; stops the levels that wait for an acknowledgement')
      .argument(...numberArgument)
      .action((number: string, _: object, command: Command) =>
        inSession(command, session => acknowledge(session, number)),
      ),
    ['incident ack latest'],
  )
  withExamples(
    noun
      .command('note')
      .description('write something into the timeline')
      .argument(...numberArgument)
      .argument('<text...>', 'what to note; `-` reads it from standard input')
      .action((number: string, words: string[], _: object, command: Command) =>
        inSession(command, session => addNote(session, number, words)),
      ),
    ['incident note 001 "the deploy of 02:50 looks guilty"', 'incident note 001 - < findings.txt'],
  )
  withExamples(
    noun
      .command('resolve')
      .description('end an incident that is over; asks for a reason while alerts fire')
      .argument(...numberArgument)
      .option('--reason <text>', 'why it is over')
      .action((number: string, options: { reason?: string }, command: Command) =>
        inSession(command, session => end(session, number, 'resolve', options.reason)),
      ),
    ['incident resolve 001', 'incident resolve 001 --reason "failed over by hand"'],
  )
  withExamples(
    noun
      .command('cancel')
      .description('end an incident that should not have been opened')
      .argument(...numberArgument)
      .requiredOption('--reason <text>', 'why it was none')
      .action((number: string, options: { reason: string }, command: Command) =>
        inSession(command, session => end(session, number, 'cancel', options.reason)),
      ),
    ['incident cancel 001 --reason "load test"'],
  )
}

/** Sends one act and prints the answer or the sentence made of it. */
export async function act<T>(
  session: Session,
  written: string,
  path: string,
  body: Record<string, unknown>,
  say: (number: string, answer: T) => string[],
): Promise<void> {
  const api = session.api()
  const number = await resolveNumber(api, written)
  const answer = await api.post<T>(`/v1/incidents/${number}/${path}`, body)
  if (session.isJson) return session.printJson(answer)
  session.terminal.print(say(number, cleaned(answer)))
}

interface Acknowledged {
  isFirst?: boolean
  by?: string
  at?: string
}

async function acknowledge(session: Session, written: string): Promise<void> {
  const { clock, terminal, now } = session
  await act<Acknowledged>(session, written, 'acknowledge', {}, (number, { isFirst, by, at }) => [
    isFirst === false
      ? `${number} was acknowledged before${by === undefined ? '' : ` by ${by}`}${at === undefined ? '' : ` at ${clock.near(Date.parse(at), now())}`}.`
      : terminal.paint.good(
          `You have ${number}. Levels that wait for an acknowledgement do not page any more.`,
        ),
    terminal.paint.command(`npx paramedic incident show ${number}`),
  ])
}

async function addNote(session: Session, written: string, words: readonly string[]): Promise<void> {
  const text = words.length === 1 && words[0] === '-' ? await standardInput() : words.join(' ')
  if (text.trim() === '') {
    throw new Failure('wrong_usage', 'The note is empty.', {
      hint: `npx paramedic incident note ${asTyped(written)} "..."`,
      exitCode: 2,
    })
  }
  await act(session, written, 'notes', { text }, number => [
    session.terminal.paint.good(`Noted in ${number}.`),
    session.terminal.paint.command(`npx paramedic incident show ${number}`),
  ])
}

/** It counts from the close, which comes at once unless something has to be taken back before. */
function quietInWords({ clock, now }: Session, alerts: number, closesLater: boolean): string {
  const forMs = limits.mutedAfterResolveMs
  const long = durationInWords(forMs)
  const until = closesLater ? `for ${long} from then` : `until ${clock.near(now() + forMs, now())} (${long})`
  return alerts === 1
    ? `Its firing alert is quiet ${until}, or until it clears; if it fires on, it then opens a new incident.`
    : `Its ${alerts} firing alerts are quiet ${until}, or until they clear; what fires on then opens a new incident.`
}

async function standardInput(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin) text += String(chunk)
  return text.trim()
}

interface Ended {
  alertsFiring?: number
  unticked?: string[]
  toTakeBack?: string[]
}

async function end(
  session: Session,
  written: string,
  verb: 'resolve' | 'cancel',
  reason?: string,
): Promise<void> {
  const body = reason === undefined ? {} : { reason }
  const { paint } = session.terminal
  await act<Ended>(
    session,
    written,
    verb,
    body,
    (number, { alertsFiring = 0, unticked = [], toTakeBack = [] }) => [
      paint.good(verb === 'resolve' ? `${number} ends as resolved.` : `${number} is cancelled.`),
      ...(unticked.length > 0
        ? [paint.attention(`Nobody has ticked ${listed(unticked)}: the timeline and the post-mortem say so.`)]
        : []),
      ...(toTakeBack.length > 0
        ? [`It closes when ${listed(toTakeBack)} ${toTakeBack.length === 1 ? 'is' : 'are'} taken back.`]
        : []),
      ...(alertsFiring > 0
        ? [
            quietInWords(session, alertsFiring, toTakeBack.length > 0),
            paint.command('npx paramedic alert list'),
          ]
        : []),
      paint.command(`npx paramedic incident show ${number}`),
    ],
  )
}
