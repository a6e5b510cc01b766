import { describeSetupError, SetupError } from '../../embedded/setup-error.ts'
import { findTemporalProgram } from '../../embedded/temporal-program.ts'

try {
  await findTemporalProgram({})
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  process.stderr.write(`paramedic: ${describeSetupError(error)}\n`)
  process.exitCode = 1
}
