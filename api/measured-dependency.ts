import { isCodedError } from '../contracts/coded-error.ts'
import type { DependencyView } from '../contracts/views.ts'

/** Asks a dependency and says how it went, whatever happens; `ask` gives what is wrong, or null. */
export async function measured(
  name: DependencyView['name'],
  ask: () => Promise<string | null>,
): Promise<DependencyView> {
  const startedAt = performance.now()
  const problem = await ask().catch(problemOf)
  return { name, isUp: problem === null, tookMs: Math.round(performance.now() - startedAt), problem }
}

/** Probes are public: a driver's own words (addresses, users) stay out, its code says enough. */
function problemOf(error: unknown): string {
  if (isCodedError(error)) return error.message
  const code =
    error instanceof Error && 'code' in error ? ` (${grpcStatus(error) ?? String(error.code)})` : ''
  return `did not answer${code}`
}

/** grpc-js writes `14 UNAVAILABLE: …`. */
function grpcStatus(error: Error): string | undefined {
  return /^\d+ ([A-Z_]+):/.exec(error.message)?.[1]
}
