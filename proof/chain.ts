/** The hash chain of the audit log, recomputed by whoever does not want to trust it. The format is told in docs/audit.md. */
import { createHash } from 'node:crypto'
import type { ChainedEntry, ChainHead } from '../contracts/audit-views.ts'

/**
 * What does not fit. `content`: text or time are not what was hashed · `hash`, `previous-hash`, `incident`: that column was
 * changed · `replaced`: fits itself, and the next entry was chained to another one · `missing`: from `seq` to `through` ·
 * `cut-off`: the head names later entries · `beyond-head`: the head names an earlier one · `head`: the head has another hash.
 */
export type ChainFaultKind =
  | 'content'
  | 'hash'
  | 'previous-hash'
  | 'incident'
  | 'replaced'
  | 'missing'
  | 'cut-off'
  | 'beyond-head'
  | 'head'

export interface ChainFault {
  seq: number
  through: number
  fault: ChainFaultKind
  incident: string | null
  /** The kind of entry, as far as its text still says it. */
  kind: string | null
  says: string
}

/** What the first entry is chained to. */
export const genesis: ChainHead = { seq: 0, hash: '0'.repeat(64) }

function hashOfEntry(entry: Omit<ChainedEntry, 'hash' | 'incident'>, previousHash: string): string {
  const text = ['paramedic/audit/v1', entry.seq, entry.recordedAt, previousHash, entry.content].join('\n')
  return createHash('sha256').update(text).digest('hex')
}

export interface ChainCheck {
  /** Takes entries in their order; returns what is found wrong so far. */
  take(entry: ChainedEntry): ChainFault[]
  /** The last entry was taken; `head` is what the log says its newest one is, if that is known. */
  end(head?: ChainHead): ChainFault[]
}

/**
 * Checks entry by entry, each against itself and against its neighbours, so that one change is one fault that names its entry.
 * `from` is the entry before the first; without it the first entry's link is taken as it is.
 */
export function createChainCheck(from: ChainHead | undefined): ChainCheck {
  let before: { seq: number; hashes: string[] } | undefined =
    from === undefined ? undefined : { seq: from.seq, hashes: [from.hash] }
  let held: { entry: ChainedEntry; isTrue: boolean } | undefined

  function take(entry: ChainedEntry): ChainFault[] {
    const faults = settleHeld(entry.prevHash)
    const isNext = before === undefined || entry.seq === before.seq + 1
    if (!isNext && before !== undefined) faults.push(missing(before.seq + 1, entry.seq - 1))
    const isLinked = before === undefined || !isNext || before.hashes.includes(entry.prevHash)
    const isTrue = hashOfEntry(entry, entry.prevHash) === entry.hash
    if (incidentIn(entry.content) !== entry.incident && isTrue) faults.push(fault('incident', entry))
    if (isTrue && !isLinked) faults.push(replaced(before!.seq, entry))
    const isOtherLink =
      !isTrue && before?.hashes.some(hash => hashOfEntry(entry, hash) === entry.hash) === true
    if (isOtherLink) faults.push(fault('previous-hash', entry))
    held = { entry, isTrue: isTrue || isOtherLink }
    before = { seq: entry.seq, hashes: [entry.hash, hashOfEntry(entry, entry.prevHash)] }
    return faults
  }

  /** Whether text or hash were changed is known when the next entry, or the head, says what it was chained to. */
  function settleHeld(chainedTo: string | undefined): ChainFault[] {
    if (held === undefined || held.isTrue) return []
    const { entry } = held
    const isOwnHash = chainedTo !== undefined && hashOfEntry(entry, entry.prevHash) === chainedTo
    return [fault(isOwnHash ? 'hash' : 'content', entry)]
  }

  return {
    take,
    end(head) {
      const faults = settleHeld(head?.seq === held?.entry.seq ? head?.hash : undefined)
      if (head === undefined || before === undefined) return faults
      const about = { incident: null, kind: null }
      if (head.seq > before.seq)
        faults.push({ ...missing(before.seq + 1, head.seq), fault: 'cut-off', says: cutOff(head) })
      else if (head.seq < before.seq)
        faults.push({
          ...about,
          fault: 'beyond-head',
          seq: head.seq + 1,
          through: before.seq,
          says: `the log says its newest entry is ${head.seq}`,
        })
      else if (!before.hashes.includes(head.hash))
        faults.push({
          ...about,
          fault: 'head',
          seq: head.seq,
          through: head.seq,
          says: `the log says its newest entry has another hash (${head.hash.slice(0, 12)})`,
        })
      return faults
    },
  }
}

/** One entry by itself, where its neighbours are not at hand: whether it is the one that was hashed, not whether it belongs there. */
export function checkAlone(entry: ChainedEntry): ChainFault[] {
  if (hashOfEntry(entry, entry.prevHash) !== entry.hash) return [fault('content', entry)]
  return incidentIn(entry.content) === entry.incident ? [] : [fault('incident', entry)]
}

/** Holds a checkpoint, kept somewhere else, against its entry (undefined: the log does not reach it). */
export function checkCheckpoint(checkpoint: ChainHead, entry: ChainedEntry | undefined): ChainFault[] {
  if (entry?.hash === checkpoint.hash) return []
  const { seq, hash } = checkpoint
  if (entry === undefined)
    return [
      {
        ...missing(seq, seq),
        fault: 'cut-off',
        says: 'the checkpoint names it, and the log does not reach it',
      },
    ]
  const says = `the log was rewritten: when the checkpoint was taken, it had the hash ${hash.slice(0, 12)}`
  return [{ ...fault('content', entry), fault: 'replaced', says }]
}

const sentences: Record<'content' | 'hash' | 'previous-hash' | 'incident', string> = {
  content: 'its text or its recorded time is not what was hashed when it was written',
  hash: 'its hash is not the one it had: its text is the one the next entry was chained to',
  'previous-hash': 'its link to the entry before was changed: text and hash fit the entry that is there',
  incident: 'it is filed under another incident than its text names',
}

function fault(what: keyof typeof sentences, entry: ChainedEntry): ChainFault {
  const { seq, incident } = entry
  return { seq, through: seq, fault: what, incident, kind: kindIn(entry.content), says: sentences[what] }
}

function replaced(seq: number, next: ChainedEntry): ChainFault {
  const says = `it was replaced, its hash with it: entry ${next.seq} was chained to another one (${next.prevHash.slice(0, 12)})`
  return { seq, through: seq, fault: 'replaced', incident: null, kind: null, says }
}

function missing(seq: number, through: number): ChainFault {
  const says = seq === through ? 'it is missing' : `they are missing, ${through - seq + 1} of them`
  return { seq, through, fault: 'missing', incident: null, kind: null, says }
}

function cutOff(head: ChainHead): string {
  return `the end of the log is missing: its newest entry should be ${head.seq}`
}

function parsed(content: string): { incident?: unknown; kind?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(content)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function incidentIn(content: string): unknown {
  return parsed(content)?.incident
}

function kindIn(content: string): string | null {
  const kind = parsed(content)?.kind
  return typeof kind === 'string' ? kind : null
}
