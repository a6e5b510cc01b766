import { counted, type EntryOf, listed, nameOf, type Narration, shortHash } from './narration.ts'

export function narrateRecord(
  entry: EntryOf<'history.archived' | 'message.unknown' | 'runbook.tested'>,
): Narration {
  switch (entry.kind) {
    case 'history.archived': {
      const { runs } = entry.data
      const events = runs.reduce((sum, run) => sum + run.events, 0)
      return {
        text: `Archived the workflow's history: ${counted(runs.length, 'run')}, ${counted(events, 'event')}`,
        tone: 'quiet',
        detail: runs.map(run => `run ${run.runId}: ${run.bytes} bytes, SHA-256 ${shortHash(run.sha256)}`),
      }
    }
    case 'message.unknown':
      return {
        text: `Ignored a signal that names no message of this incident (${entry.data.rowId})`,
        tone: 'attention',
      }
    case 'runbook.tested': {
      const { runbook, runbookHash, alert, targets } = entry.data
      const on = targets.length === 0 ? '' : `, and had ${listed(targets)} measured`
      return {
        text: `${nameOf(entry.actor)} asked what ${runbook} (${shortHash(runbookHash)}) would do about ${alert}${on}; nothing was changed`,
        tone: 'quiet',
      }
    }
    default:
      return entry satisfies never
  }
}
