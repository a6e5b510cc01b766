/** `values` has the metrics without labels, by name. */
export type Scrape =
  { isAnswered: true; values: ReadonlyMap<string, number> } | { isAnswered: false; reason: string }

/** Prometheus's default is 10 s for a scrape every minute; ours come every second. */
const timeoutMs = 2_000

/** Asks a /metrics endpoint once. An error status is an answer without data; only silence is no answer. */
export async function scrapeMetrics(metricsUrl: string): Promise<Scrape> {
  try {
    const response = await fetch(metricsUrl, { signal: AbortSignal.timeout(timeoutMs) })
    const text = await response.text()
    return { isAnswered: true, values: response.ok ? parseUnlabelled(text) : new Map() }
  } catch (error) {
    return { isAnswered: false, reason: reasonOf(error) }
  }
}

/** The samples without labels of the Prometheus text format; the rules use no others. */
export function parseUnlabelled(text: string): Map<string, number> {
  const values = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, name, number] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\s+(\S+)/.exec(line) ?? []
    const value = Number(number)
    if (name !== undefined && Number.isFinite(value)) values.set(name, value)
  }
  return values
}

/** fetch says only "fetch failed"; its cause says why. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
