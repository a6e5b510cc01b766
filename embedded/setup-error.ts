export type SetupErrorCode =
  | 'port_in_use'
  | 'programs_missing'
  | 'postgres_unavailable'
  | 'postgres_failed'
  | 'redis_missing'
  | 'redis_failed'
  | 'temporal_missing'
  | 'temporal_build_failed'
  | 'temporal_failed'

/** A part of the embedded set-up that cannot run here: what happened in `message`, what to do in `hint`. */
export class SetupError extends Error {
  readonly code: SetupErrorCode
  readonly hint: string

  constructor(code: SetupErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'SetupError'
    this.code = code
    this.hint = hint
  }
}

/** The whole story in plain lines, for a terminal. */
export function describeSetupError(error: SetupError): string {
  return `${error.message}\n  what to do: ${error.hint.replaceAll('\n', '\n              ')}\n  code: ${error.code}`
}
