/** `paramedic <noun> <verb>`: reads the first word, loads that noun, and turns every failure into lines and an exit code. */
import { Command, CommanderError } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { exitCodes, exitCodesHelp, type ExitCode } from './exit-codes.ts'
import { describeFailure, Failure, failureReply } from './failure.ts'
import { oneLine } from './terminal/plain-text.ts'

interface Noun {
  name: string
  description: string
  load: () => Promise<{ define: (noun: Command) => void }>
}

const nouns: readonly Noun[] = [
  {
    name: 'incident',
    description: 'see incidents and act on them',
    load: () => import('./commands/incident.ts'),
  },
  { name: 'alert', description: 'see what fires and has fired', load: () => import('./commands/alert.ts') },
  { name: 'rule', description: 'see the threshold rules', load: () => import('./commands/rule.ts') },
  { name: 'gate', description: 'see what waits for an approval', load: () => import('./commands/gate.ts') },
  {
    name: 'postmortem',
    description: 'write and publish what was learned',
    load: () => import('./commands/postmortem.ts'),
  },
  {
    name: 'action',
    description: 'see and finish what was promised in post-mortems',
    load: () => import('./commands/action.ts'),
  },
  { name: 'freeze', description: 'stop and allow all changes', load: () => import('./commands/freeze.ts') },
  {
    name: 'audit',
    description: 'check the audit log, and take it away',
    load: () => import('./commands/audit.ts'),
  },
  {
    name: 'contact',
    description: 'who is reached, and how',
    load: () => import('./commands/contact.ts'),
  },
  { name: 'runbook', description: 'check runbooks', load: () => import('./commands/runbook.ts') },
  { name: 'config', description: 'check the configuration', load: () => import('./commands/config.ts') },
  { name: 'sandbox', description: 'break and heal the sandbox', load: () => import('./commands/sandbox.ts') },
  {
    name: 'doctor',
    description: 'what is up, what is stuck, what to do',
    load: () => import('./commands/doctor.ts'),
  },
]

const examples = `
Examples:
  $ npx paramedic incident list --open
  $ npx paramedic incident watch latest
  $ npx paramedic incident approve 001
  $ npx paramedic doctor

${exitCodesHelp}`

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<ExitCode> {
  // `paramedic incident list | head -1` closes the pipe early, and means it.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const program = createProgram()
  try {
    await addNouns(program, args)
    await program.parseAsync(args, { from: 'user' })
    return (process.exitCode as ExitCode | undefined) ?? exitCodes.ok
  } catch (error) {
    return report(error, args.includes('--json'))
  }
}

function createProgram(): Command {
  return (
    new Command('paramedic')
      .description('The durable first responder for production incidents.')
      .version(packageJson.version)
      .option('--json', 'print the answer of the service as it came')
      .option('--utc', 'show times in UTC instead of your zone')
      .option('--no-color', 'no colours; NO_COLOR does the same')
      .helpOption('-h, --help', 'show this help')
      .configureHelp({ showGlobalOptions: true })
      .showSuggestionAfterError()
      .addHelpText('after', examples)
      // Wrong usage is told like every other failure, by report().
      .configureOutput({ outputError: () => undefined })
      .exitOverride()
  )
}

/** Only the noun that is asked for is loaded: a tab completion or `--help` should not parse a YAML library. */
async function addNouns(program: Command, args: readonly string[]): Promise<void> {
  const words = args.filter(arg => !arg.startsWith('-'))
  const asked = words[0] === 'help' ? words[1] : words[0]
  for (const { name, description, load } of nouns) {
    const noun = program.command(name).description(description)
    if (name === asked) (await load()).define(noun)
  }
}

function report(error: unknown, isJson: boolean): ExitCode {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok
    // Help that nobody asked for has been printed: a verb was missing.
    return error.code === 'commander.help' ? exitCodes.usage : report(wrongUsage(error), isJson)
  }
  if (!(error instanceof Failure)) throw error
  if (isJson) process.stdout.write(`${JSON.stringify(failureReply(error), null, 2)}\n`)
  else process.stderr.write(`${describeFailure(error).map(asLine).join('\n')}\n`)
  return error.exitCode
}

function wrongUsage(error: CommanderError): Failure {
  const message = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')
  return new Failure('wrong_usage', message, {
    hint: 'see the same command with --help',
    exitCode: exitCodes.usage,
  })
}

/** Messages quote names that come from outside. */
function asLine(line: string): string {
  const indent = /^ */.exec(line)?.[0] ?? ''
  return indent + oneLine(line)
}
