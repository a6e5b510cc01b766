/** What an incident has decided and nobody has written yet: noted in memory, carried to PostgreSQL by whatever activity runs next. */
import type { Decision } from '../activities/write-decisions.ts'
import type { IncidentInput } from '../contracts/messages.ts'
import type { NewEntry, TimelineEvents, TimelineKind } from '../contracts/timeline.ts'
import { records } from './activity-stubs.ts'
import type { IncidentState } from './incident-state.ts'

export interface Notebook {
  /** Notes an entry, to be written by the next activity that carries it or by `record`. */
  note<K extends TimelineKind>(kind: K, data: TimelineEvents[K]): void
  /** Notes what people are told beside what they hear of every change of the row. */
  tell(happened: NonNullable<Decision['news']>[number]): void
  /** Notes a change of the incident's row; what is noted together is written in one transaction. */
  change(change: Decision['change']): void
  /**
   * Runs an activity that writes what was noted before it does its own work: that saves a `record`. At a site there may be no
   * worker for long, so what goes there carries nothing.
   */
  carry<T>(run: (unwritten: Decision[]) => Promise<T>, site?: string): Promise<T>
  /** Writes what was noted, if anything was. */
  record(): Promise<void>
}

type Noted = Required<Pick<Decision, 'change' | 'entries' | 'news'>>

export function createNotebook({ number }: IncidentInput, state: IncidentState): Notebook {
  let noted: Noted = { change: {}, entries: [], news: [] }
  let unwritten: Decision[] = []

  /** Makes one decision of what was noted. */
  function decide(): void {
    const { change, entries, news } = noted
    if (entries.length === 0 && Object.keys(change).length === 0 && news.length === 0) return
    noted = { change: {}, entries: [], news: [] }
    state.decided += 1
    const nth = state.decided
    unwritten.push({ nth, change, entries, ...(news.length === 0 ? {} : { news }), atMs: Date.now() })
    if (change.severity !== undefined || change.impact !== undefined) state.judgements.push({ nth, change })
  }

  const carry: Notebook['carry'] = async (run, site) => {
    if (site !== undefined) {
      await record()
      return run([])
    }
    decide()
    // What another activity has on its way goes with this one too: whichever is first writes it, before what is newer.
    const carried = [...unwritten]
    const result = await run(carried)
    unwritten = unwritten.filter(decision => !carried.includes(decision))
    return result
  }

  async function record(): Promise<void> {
    await carry(async decisions => {
      if (decisions.length > 0) await records.record({ number, unwritten: decisions })
    })
  }

  return {
    note(kind, data) {
      const common = { actor: 'paramedic', atMs: Date.now(), incident: number } as const
      // kind and data are tied by K; the union member they form cannot be named generically.
      noted.entries.push({ kind, ...common, data } as unknown as NewEntry)
    },
    tell(happened) {
      noted.news.push(happened)
    },
    change(change) {
      noted.change = { ...noted.change, ...change }
    },
    carry,
    record,
  }
}
