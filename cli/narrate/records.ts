import { counted, type EntryOf, type Narration, shortHash } from './narration.ts'

export function narrateRecord(entry: EntryOf<'history.archived' | 'message.unknown'>): Narration {
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
    default:
      return entry satisfies never
  }
}
