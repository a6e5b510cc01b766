/** What a script may rely on; shown in every `--help`. */
export const exitCodes = { ok: 0, refused: 1, usage: 2, unreachable: 3 } as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export const exitCodesHelp =
  'Exit codes: 0 ok · 1 refused, or something is wrong · 2 wrong usage · 3 the service cannot be reached'
