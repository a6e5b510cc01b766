import type { AuditPage, AuditRowsPage, ChainedEntry } from '../../contracts/audit-views.ts'
import type { AuditSource } from '../../proof/verify-log.ts'
import type { ApiClient } from '../api-client.ts'

/** The record as the API gives it: raw, a thousand entries at a time. */
export function recordOf(api: ApiClient): AuditSource {
  return {
    entries: query => api.get<AuditPage>('/v1/audit/entries', { ...query }),
    rows: query => api.get<AuditRowsPage>('/v1/audit/rows', { ...query }),
    history: (incident, runId) => api.file(`/v1/incidents/${incident}/histories/${runId}`),
  }
}

/** Every entry in order, or those of one incident with the freezes; as long as there are some. */
export async function* entriesOf(source: AuditSource, incident?: string): AsyncGenerator<ChainedEntry> {
  const filter = incident === undefined ? {} : { incident }
  for (let after = 0; ;) {
    const { entries } = await source.entries({ after, ...filter })
    yield* entries
    if (entries.length === 0) return
    after = entries.at(-1)!.seq
  }
}
