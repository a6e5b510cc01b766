import { CodedError } from '../../contracts/coded-error.ts'
import { incidentWorkflowId, isOpen, type Phase } from '../../contracts/incident.ts'
import { mustExist } from '../../store/acts.ts'
import { listHistories, readHistoryFile } from '../../store/archives.ts'
import { readAuditPage } from '../../store/audit-log.ts'
import { readAuditRows } from '../../store/audit-rows.ts'
import type { Pool } from '../../store/database.ts'
import type { Api } from '../validation.ts'
import { listingHistories, readingEntries, readingHistory, readingRows } from './audit-declared.ts'

/** What an auditor needs to check the record without trusting this service: everything raw, nothing judged. */
export function auditRoutes(app: Api, { pool }: { pool: Pool }): void {
  app.get('/v1/audit/entries', readingEntries, request => readAuditPage(pool, request.query))

  app.get('/v1/audit/rows', readingRows, request => readAuditRows(pool, request.query))

  app.get('/v1/incidents/:number/histories', listingHistories, async request => {
    const { number } = request.params
    const { phase } = await mustExist(pool, number)
    const runs = await listHistories(pool, number)
    if (runs.length === 0) throw notArchived(number, phase as Phase)
    return { number, workflowId: incidentWorkflowId(number), runs }
  })

  /** The file as it was archived: gzip that the reader unpacks, so that a broken one is the reader's to see. */
  app.get('/v1/incidents/:number/histories/:runId', readingHistory, async (request, reply) => {
    const { number, runId } = request.params
    const file = await readHistoryFile(pool, number, runId)
    if (file === undefined)
      throw new CodedError('not_found', `${number} has no archived run ${runId}.`, { fields: { number } })
    reply.type('application/gzip')
    return file
  })
}

function notArchived(number: string, phase: Phase): CodedError {
  const why = isOpen(phase)
    ? `is still in ${phase}; its history is archived when it has closed`
    : 'has closed, and its history is not archived yet'
  return new CodedError('history_not_archived', `${number} ${why}.`, { fields: { number, phase } })
}
