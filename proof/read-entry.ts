import type { ChainedEntry } from '../contracts/audit-views.ts'
import type { Actor, TimelineEntry, TimelineKind } from '../contracts/timeline.ts'

/** Reads the text of an entry; undefined when it is none any more, which the chain's check reports. */
export function readEntry(entry: ChainedEntry): TimelineEntry | undefined {
  try {
    const content = JSON.parse(entry.content) as {
      at: string
      incident: string | null
      kind: TimelineKind
      actor: Actor
      data: unknown
    }
    const { seq, recordedAt, hash } = entry
    const read = {
      kind: content.kind,
      actor: content.actor,
      atMs: Date.parse(content.at),
      data: content.data,
      ...(content.incident === null ? {} : { incident: content.incident }),
      seq,
      recordedAt,
      hash,
    }
    if (typeof read.kind !== 'string' || typeof read.data !== 'object' || read.data === null) return undefined
    // What is chained was written by appendEntries, so kind and data belong together; the pairing is lost in JSON.
    return read as TimelineEntry
  } catch {
    return undefined
  }
}
