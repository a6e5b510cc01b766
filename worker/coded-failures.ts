import { ApplicationFailure } from '@temporalio/common'
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker'
import { isCodedError } from '../contracts/coded-error.ts'

/**
 * The one place where our errors become Temporal's: the type is the code, and only what may work later is retried. The
 * cause stays behind, because driver errors can quote connection strings.
 */
export const codedFailures: ActivityInboundCallsInterceptor = {
  async execute(input, next) {
    try {
      return await next(input)
    } catch (error) {
      if (!isCodedError(error)) throw error
      throw ApplicationFailure.create({
        message: error.message,
        type: error.code,
        nonRetryable: error.family !== 'unavailable',
        // How far an effect came is for the record; of the fields nothing else is needed there.
        ...('touched' in error.fields ? { details: [{ touched: error.fields['touched'] }] } : {}),
      })
    }
  },
}
