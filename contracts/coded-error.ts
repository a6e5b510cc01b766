import { errorCodes, hintOf, type ErrorCode } from './error-codes.ts'

/**
 * The one error class. `code` says what happened, the registry says what follows from it (HTTP status, retry, hint).
 * `fields` hold what the sentence names; never a secret.
 */
export class CodedError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  readonly fields: Record<string, unknown>

  /** @param message what was attempted, on what, and what came back: one sentence. */
  constructor(
    code: ErrorCode,
    message: string,
    details: { fields?: Record<string, unknown>; hint?: string; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'CodedError'
    this.code = code
    this.fields = details.fields ?? {}
    this.hint = details.hint ?? hintOf(code, this.fields)
  }

  get family(): (typeof errorCodes)[ErrorCode]['family'] {
    return errorCodes[this.code].family
  }

  get httpStatus(): number {
    return errorCodes[this.code].httpStatus
  }
}

export function isCodedError(error: unknown): error is CodedError {
  return error instanceof CodedError
}
