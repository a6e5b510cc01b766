/** `paramedic <noun> <verb>`: reads the first word, loads that noun, and turns every failure into lines and an exit code. */
import { Command, CommanderError } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { withExamples, withExamplesOfVerbs } from './command-help.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { describeFailure, Failure, failureReply } from './failure.ts'
import { oneLine } from './terminal/plain-text.ts'
import { missingVerb, wrongUsage } from './wrong-usage.ts'

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
  {
    name: 'runbook',
    description: 'check, understand, compare and begin runbooks, and put them in force',
    load: () => import('./commands/runbook.ts'),
  },
  {
    name: 'drill',
    description: 'rehearse incidents before they happen',
    load: () => import('./commands/drill.ts'),
  },
  { name: 'config', description: 'check the configuration', load: () => import('./commands/config.ts') },
  { name: 'sandbox', description: 'break and heal the sandbox', load: () => import('./commands/sandbox.ts') },
  {
    name: 'doctor',
    description: 'what is up, what is stuck, what to do',
    load: () => import('./commands/doctor.ts'),
  },
]

const examples = ['incident list --open', 'incident watch latest', 'incident approve 001', 'doctor']

process.exitCode = await main(process.argv.slice(2))

async function main(given: readonly string[]): Promise<ExitCode> {
  // `paramedic incident list | head -1` closes the pipe early, and means it.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const args = asHelp(given)
  const program = createProgram()
  const addVerbs = addNouns(program)
  try {
    await addVerbs(name => name === args.find(isWord))
    await program.parseAsync(args, { from: 'user' })
    return (process.exitCode as ExitCode | undefined) ?? exitCodes.ok
  } catch (error) {
    if (!(error instanceof CommanderError)) return report(error, args)
    if (error.exitCode === 0) return exitCodes.ok
    // Help that nobody asked for is for people.
    if (error.code === 'commander.help')
      return isJson(args) ? report(missingVerb(program, args), args) : exitCodes.usage
    // A verb that was typed without its noun is looked for under all of them.
    await addVerbs(() => true)
    return report(wrongUsage(error, program, args), args)
  }
}

/** `help incident show` is `incident show --help`. */
function asHelp(args: readonly string[]): readonly string[] {
  return args[0] === 'help' && args.length > 1 ? [...args.slice(1), '--help'] : args
}

function createProgram(): Command {
  const program = new Command('npx paramedic')
    .description('The durable first responder for production incidents.')
    .version(packageJson.version, '-V, --version', 'show the version')
    .option('--json', 'print the answer of the service as it came')
    .option('--utc', 'show times in UTC instead of your zone')
    .option('--no-color', 'no colours; NO_COLOR does the same')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    // Options have a list of their own, and a narrow terminal needs the room.
    .configureHelp({ showGlobalOptions: true, subcommandTerm: termOf, minWidthToWrap: 20 })
    .showSuggestionAfterError()
    // Wrong usage is told like every other failure, by report().
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
  withExamples(program, examples)
  return program
}

function termOf(command: Command): string {
  const takes = command.registeredArguments.map(argument => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name()
    return argument.required ? `<${name}>` : `[${name}]`
  })
  return [command.name(), ...takes].join(' ')
}

/** Returns how verbs are added: a tab completion or `--help` should not parse a YAML library. */
function addNouns(program: Command): (isWanted: (name: string) => boolean) => Promise<void> {
  const waiting = new Map(
    nouns.map(({ name, description, load }) => [
      name,
      { noun: program.command(name).description(description), load },
    ]),
  )
  return async isWanted => {
    for (const [name, { noun, load }] of waiting) {
      if (!isWanted(name)) continue
      waiting.delete(name)
      const { define } = await load()
      define(noun)
      if (noun.commands.length > 0)
        withExamplesOfVerbs(noun.helpCommand('help [command]', 'show the help of a command'))
    }
  }
}

function report(error: unknown, args: readonly string[]): ExitCode {
  if (!(error instanceof Failure)) throw error
  if (isJson(args)) process.stdout.write(`${JSON.stringify(failureReply(error), null, 2)}\n`)
  else process.stderr.write(`${describeFailure(error).map(asLine).join('\n')}\n`)
  return error.exitCode
}

function isJson(args: readonly string[]): boolean {
  return args.includes('--json')
}

function isWord(arg: string): boolean {
  return !arg.startsWith('-')
}

/** Messages quote names that come from outside. */
function asLine(line: string): string {
  const indent = /^ */.exec(line)?.[0] ?? ''
  return indent + oneLine(line)
}
