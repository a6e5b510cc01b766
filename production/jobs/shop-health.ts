/** A container's health check: exit code 0 when the sandbox's shop answers, well or not; being broken is what it is for. */
const answersWithinMs = 3_000

const answer = await fetch(`http://127.0.0.1:${process.env['PARAMEDIC_SHOP_PORT']}/health`, {
  signal: AbortSignal.timeout(answersWithinMs),
})
await answer.body?.cancel()
