/** The parameter of a check that asks its target once over HTTP. */
export const answerTimeout = {
  type: 'duration',
  describe: 'Longest wait for the answer',
  default: 2_000,
  min: 100,
  max: 60_000,
} as const
