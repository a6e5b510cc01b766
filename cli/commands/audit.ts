import { type Command, InvalidArgumentError } from 'commander'
import type { ChainHead } from '../../contracts/audit-views.ts'
import { type Verified, verifyLog } from '../../proof/verify-log.ts'
import { verifyFile, writeLog } from '../audit/log-file.ts'
import { entriesOf, recordOf } from '../audit/read-record.ts'
import { type Scope, tellVerified } from '../audit/tell.ts'
import { wholeNumber, withExamples } from '../command-help.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { resolveNumber } from '../incident-number.ts'
import { counted } from '../narrate/narration.ts'
import { startProgress } from '../progress.ts'
import { inSession, type Session } from '../session.ts'
import { viewOf } from '../story-view.ts'
import { cleaned } from '../terminal/plain-text.ts'

interface VerifyCommandOptions {
  incident?: string
  from?: number
  checkpoint?: ChainHead
  file?: string
}

export function define(noun: Command): void {
  const verify = noun
    .command('verify')
    .description('recompute the hash chain here, and hold every row against its entries')
    .option('--incident <number>', 'only this incident: its entries each by itself, and its rows')
    .option('--from <seq>', 'only the chain, from this entry on', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--checkpoint <seq:hash>', 'a line that an earlier check told you to keep', readCheckpoint)
    .option('--file <path>', 'the chain in a file of `audit export`; no service is asked')
    .action((options: VerifyCommandOptions, command: Command) =>
      inSession(command, session => verifyRecord(session, options)),
    )
  withExamples(
    verify,
    ['audit verify', 'audit verify --incident 001', 'audit verify --file log.jsonl --json'],
    ['0 only when everything fits; 1 when anything does not. Each fault names its entry or its row.'],
  )
  const exportLog = noun
    .command('export')
    .description('every entry as it is chained, one JSON object a line')
    .option('--out <path>', 'write to this new file instead of standard output')
    .action((options: { out?: string }, command: Command) =>
      inSession(command, session => exportEntries(session, options.out)),
    )
  withExamples(exportLog, ['audit export --out log.jsonl', 'audit export | gzip > log.jsonl.gz'])
}

async function verifyRecord(session: Session, options: VerifyCommandOptions): Promise<ExitCode> {
  const scopes = [options.incident, options.from, options.file].filter(option => option !== undefined)
  if (scopes.length > 1)
    throw new Failure('wrong_usage', '--incident, --from and --file exclude each other.', {
      hint: 'give one of them, or none for everything',
      exitCode: exitCodes.usage,
    })
  const { verified, scope } = await verify(session, options)
  const faults = verified.chainFaults.length + verified.rowFaults.length
  const exitCode = faults === 0 ? exitCodes.ok : exitCodes.refused
  if (session.isJson) session.printJson({ fits: faults === 0, ...verified })
  else session.terminal.print(tellVerified(cleaned(verified), scope, viewOf(session)))
  return exitCode
}

async function verify(
  session: Session,
  { incident, from, file, checkpoint }: VerifyCommandOptions,
): Promise<{ verified: Verified; scope: Scope }> {
  if (file !== undefined) return { verified: await verifyFile(file, checkpoint), scope: { file } }
  const api = session.api()
  const number = incident === undefined ? undefined : await resolveNumber(api, incident)
  const scope = number !== undefined ? { incident: number } : from !== undefined ? { from } : 'everything'
  const progress = startProgress()
  const verified = await verifyLog(recordOf(api), {
    ...(number === undefined ? {} : { incident: number }),
    ...(from === undefined ? {} : { from }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    onProgress: (checked, of) => progress.say(`checked ${checked} of ${of} entries`),
  })
  progress.stop()
  return { verified, scope }
}

async function exportEntries(session: Session, path: string | undefined): Promise<void> {
  const progress = startProgress()
  const { count, head } = await writeLog(entriesOf(recordOf(session.api())), path)
  progress.stop()
  if (path === undefined) return
  if (session.isJson) return session.printJson({ path, entries: count, head })
  session.terminal.print([
    `Wrote ${counted(count, 'entry', 'entries')} to ${path}.`,
    session.terminal.paint.command(
      `npx paramedic audit verify --file ${path} --checkpoint ${head.seq}:${head.hash}`,
    ),
  ])
}

function readCheckpoint(written: string): ChainHead {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(written.trim())
  if (match === null) throw new InvalidArgumentError('It is a number and 64 hex digits, as `412:9f0c...`.')
  return { seq: Number(match[1]), hash: match[2]! }
}
