import { setTimeout as delay } from 'node:timers/promises'
import { reasonOf } from './fetch-failure.ts'

/** Node and its modules load within a second; a busy machine takes several. */
const answersWithinMs = 20_000
const lookAgainMs = 50

/**
 * Waits until the shop answers, well or not.
 * @throws Error that names the log when it stays silent.
 */
export async function awaitShop(shopUrl: string, logFile: string): Promise<void> {
  const deadline = AbortSignal.timeout(answersWithinMs)
  let lastAnswer = 'nothing was tried'
  while (!deadline.aborted) {
    try {
      await (await fetch(`${shopUrl}/health`, { signal: deadline })).arrayBuffer()
      return
    } catch (error) {
      if (!deadline.aborted) lastAnswer = reasonOf(error)
    }
    await delay(lookAgainMs)
  }
  throw new Error(
    `The sandbox's shop does not answer at ${shopUrl} after ${answersWithinMs / 1000} s (${lastAnswer}): read ${logFile}`,
  )
}
