import type { Command } from 'commander'
import { createApiClient, type ApiClient } from './api-client.ts'
import { findConnection } from './connection.ts'
import type { ExitCode } from './exit-codes.ts'
import { createClock, type Clock } from './terminal/clock.ts'
import { createTerminal, type Terminal } from './terminal/terminal.ts'

/** What every command works with. */
export interface Session {
  /** Connects when it is first asked for: what works locally needs no service. */
  api(): ApiClient
  terminal: Terminal
  clock: Clock
  isJson: boolean
  now(): number
  /** Writes the service's answer as it came. */
  printJson(answer: unknown): void
}

/** Options of the program itself, allowed after every command. */
export interface GlobalOptions {
  json?: true
  utc?: true
  color?: boolean
}

function openSession(command: Command): Session {
  const options = command.optsWithGlobals<GlobalOptions>()
  const terminal = createTerminal(process, process.env, options.color !== false)
  let client: ApiClient | undefined
  return {
    api: () => (client ??= createApiClient(findConnection(process.env, process.cwd()))),
    terminal,
    clock: createClock(options.utc === true ? 'UTC' : undefined),
    isJson: options.json === true,
    now: Date.now,
    printJson: answer => terminal.write(`${JSON.stringify(answer, null, 2)}\n`),
  }
}

/** Runs a command's work in a session; what it returns is the exit code. */
export async function inSession(
  command: Command,
  work: (session: Session) => Promise<ExitCode | void>,
): Promise<void> {
  const exitCode = await work(openSession(command))
  if (exitCode !== undefined) process.exitCode = exitCode
}
