/**
 * A container's health check: exit code 0 when this api takes alerts. Temporal's trouble is not the api's: it would take them
 * all the same.
 */
import { readEnvironment } from '../../configuration.ts'

const answersWithinMs = 3_000

const { apiPort } = readEnvironment()
const answer = await fetch(`http://127.0.0.1:${apiPort}/readyz?for=intake`, {
  signal: AbortSignal.timeout(answersWithinMs),
})
await answer.body?.cancel()
process.exitCode = answer.ok ? 0 : 1
