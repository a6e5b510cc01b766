import type { ErrorCode } from '../contracts/error-codes.ts'
import type { ErrorReply } from '../contracts/views.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'

/** What can go wrong on this side of the wire; the service's own codes are in contracts/error-codes.ts. */
export type LocalCode =
  | 'wrong_usage'
  | 'not_connected'
  | 'service_unreachable'
  | 'strange_answer'
  | 'confirmation_needed'
  | 'not_confirmed'
  | 'nothing_open'
  | 'ambiguous'
  | 'unreadable_file'
  | 'unwritable_file'
  | 'file_exists'
  | 'unreadable_postmortem'
  | 'editor_failed'
  | 'no_drills'
  | 'drills_impossible'
  | 'no_terminal'
  | 'no_targets'
  | 'sandbox_refused'

/** A command that ends early: what was attempted and what came back, what to do, and the exit code. */
export class Failure extends Error {
  readonly code: ErrorCode | LocalCode
  /** What to do now, a line for each thing; commands as they can be copied. */
  readonly hint: string
  readonly exitCode: ExitCode
  /** The service's own words, for `--json`. */
  readonly reply: ErrorReply | undefined
  /** What the sentence is about, for `--json`. */
  readonly fields: Record<string, unknown> | undefined

  constructor(
    code: ErrorCode | LocalCode,
    message: string,
    details: {
      hint: string
      exitCode?: ExitCode
      reply?: ErrorReply
      fields?: Record<string, unknown>
      cause?: unknown
    },
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'Failure'
    this.code = code
    this.hint = details.hint
    this.exitCode = details.exitCode ?? exitCodes.refused
    this.reply = details.reply
    this.fields = details.fields
  }
}

/** The form every error has, the set-up's included: message, what to do, code. Several things to do are a line each. */
export function describeFailure({ message, hint, code }: Failure): string[] {
  const [first = '', ...others] = hint.split('\n')
  return [
    `paramedic: ${message}`,
    `  what to do: ${first}`,
    ...others.map(line => `              ${line}`),
    `  code: ${code}`,
  ]
}

/** A failure as JSON: the service's reply as it came, or ours in the same shape. */
export function failureReply({ code, message, hint, reply, fields }: Failure): object {
  return reply ?? { error: { code, message, hint, ...(fields === undefined ? {} : { fields }) } }
}
