import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { PostmortemView } from '../../contracts/postmortem-views.ts'
import { numberArgument, withExamples } from '../command-help.ts'
import { Failure } from '../failure.ts'
import { resolveNumber } from '../incident-number.ts'
import { namedEditor, openInEditor } from '../postmortem/editor.ts'
import { readPostmortemFile } from '../postmortem/read-file.ts'
import { forget, readUnsent, unsentFile, unsentPath } from '../postmortem/unsent.ts'
import { postmortemFile } from '../postmortem/write-file.ts'
import { inSession, type Session } from '../session.ts'
import { cleaned } from '../terminal/plain-text.ts'
import { asTyped } from '../terminal/shell-word.ts'

export function defineEdit(noun: Command): void {
  const edit = noun
    .command('edit')
    .description('write it in your editor; what is on record stands below')
    .argument(...numberArgument)
    .option('--file <path>', 'send this file instead of opening an editor')
    .action((number: string, options: { file?: string }, command: Command) =>
      inSession(command, session => editPostmortem(session, number, options.file)),
    )
  withExamples(
    edit,
    ['postmortem edit latest', 'postmortem edit 001 --file INC-2026-03-14-001.md'],
    [
      'The editor is that of VISUAL or EDITOR, else vi. What could not be sent is kept, and the next edit goes on with it.',
    ],
  )
}

async function editPostmortem(session: Session, written: string, given: string | undefined): Promise<void> {
  const number = await resolveNumber(session.api(), written)
  const file = given ?? (await writeInEditor(session, number))
  if (file === undefined) return
  const answer = await send(session, number, file)
  // A file of the person's own stays; ours has done its duty.
  const own = unsentPath(number, process.env)
  if (resolve(file) === resolve(own)) forget(own)
  if (session.isJson) return session.printJson(answer)
  const { paint } = session.terminal
  session.terminal.print(
    answer.isChanged
      ? [
          paint.good(`Version ${answer.version} of the post-mortem of ${number} is kept.`),
          paint.command(`npx paramedic postmortem show ${number}`),
        ]
      : [`Nothing changed; version ${answer.version} stays the newest.`],
  )
}

/** The file with what was written; undefined when nothing was. */
async function writeInEditor(session: Session, number: string): Promise<string | undefined> {
  const { terminal } = session
  const view = await session.api().get<PostmortemView>(`/v1/incidents/${number}/postmortem`)
  if (view.state === 'published') {
    throw new Failure('postmortem_published', `The post-mortem of ${number} is published.`, {
      hint: `to change it: npx paramedic postmortem reopen ${number} --reason "..."`,
    })
  }
  const text = postmortemFile(view)
  const { file, isLeftOver } = unsentFile(number, text, process.env)
  if (isLeftOver && !session.isJson)
    terminal.print([terminal.paint.attention(`Going on with what was not sent before: ${file}`)])
  if (!terminal.canAsk && namedEditor(process.env) === undefined) throw needsTerminal(number, file)
  try {
    await openInEditor(file, process.env, `npx paramedic postmortem edit ${number}`)
  } catch (error) {
    if (!isLeftOver && readUnsent(file) === text) forget(file)
    throw error
  }
  if (isLeftOver || readUnsent(file) !== text) return file
  forget(file)
  if (session.isJson) session.printJson({ version: view.version, isChanged: false })
  else terminal.print(['Nothing changed.'])
  return undefined
}

/** vi without a terminal would draw into a pipe and wait for ever. The form is left, to be filled in another way. */
function needsTerminal(number: string, file: string): Failure {
  return new Failure('editor_failed', `There is no terminal for an editor; the form is ${file}.`, {
    hint: `write in it, then: npx paramedic postmortem edit ${number} --file ${asTyped(file)}`,
  })
}

/** Sends a file. Whatever goes wrong, the failure says where the text is and how to send it again. */
async function send(
  session: Session,
  number: string,
  file: string,
): Promise<{ version: number; isChanged: boolean }> {
  const again = `npx paramedic postmortem edit ${number} --file ${asTyped(file)}`
  const read = readPostmortemFile(readUnsent(file), number)
  if ('faults' in read) {
    const told = read.faults.map(({ line, message }) => `line ${line}: ${message}`).join('; ')
    throw new Failure('unreadable_postmortem', `Nothing was sent: ${told}.`, {
      hint: `correct ${file}, then: ${again}`,
    })
  }
  try {
    return cleaned(
      await session.api().put<{ version: number; isChanged: boolean }>(`/v1/incidents/${number}/postmortem`, {
        ...read.written,
      }),
    )
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { code, message, exitCode, reply, hint } = error
    const newest =
      code === 'postmortem_changed'
        ? `read the newer version (npx paramedic postmortem show ${number}), put your text into it, write its number into the first line`
        : hint
    throw new Failure(code, `${message} Your text is kept in ${file}.`, {
      hint: `${newest}; then: ${again}`,
      exitCode,
      ...(reply === undefined ? {} : { reply: withKept(reply, file) }),
      cause: error,
    })
  }
}

/** A script learns from the JSON where the text is, too. */
function withKept(reply: NonNullable<Failure['reply']>, file: string): NonNullable<Failure['reply']> {
  return { error: { ...reply.error, fields: { ...reply.error.fields, keptIn: file } } }
}
