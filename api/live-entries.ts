/** The audit entries as they are committed, for everybody who follows. */
import { CodedError } from '../contracts/coded-error.ts'
import { limits } from '../contracts/limits.ts'
import type { TimelineEntry } from '../contracts/timeline.ts'
import { entriesChannel, readEntries, readTimeline } from '../store/audit-log.ts'
import type { Pool } from '../store/database.ts'
import { createDoorbell } from '../store/doorbell.ts'

export interface Followed {
  /** Left out: every incident, and what belongs to none. */
  incident?: string
  /** The last entry that is known already. */
  afterSeq: number
  /** Must abort in the end, whatever happens: until then the stream counts. */
  signal: AbortSignal
}

export interface LiveEntries {
  /**
   * What came after `afterSeq`, then what comes, in order and without a gap; an empty batch when nothing came for a while.
   * Ends with the signal or `close`. Throws `too_many_streams`.
   */
  follow(followed: Followed): AsyncGenerator<TimelineEntry[]>
  /** Ends every stream; their readers come back to another process, or to the next one here. */
  close(): Promise<void>
}

/** What one look reads at most; more is read at once. */
const batch = 500

export function createLiveEntries(pool: Pool): LiveEntries {
  const doorbell = createDoorbell(pool, entriesChannel, 'paramedic live bell')
  const closing = new AbortController()
  let streams = 0

  function follow({ incident, afterSeq, signal }: Followed): AsyncGenerator<TimelineEntry[]> {
    if (streams >= limits.liveStreams)
      throw new CodedError('too_many_streams', `${streams} clients follow this process already.`)
    const until = AbortSignal.any([signal, closing.signal])
    streams += 1
    until.addEventListener('abort', () => void (streams -= 1), { once: true })
    return run(incident, afterSeq, until)
  }

  async function* run(
    incident: string | undefined,
    afterSeq: number,
    until: AbortSignal,
  ): AsyncGenerator<TimelineEntry[]> {
    const concerns = (payload: string): boolean => incident === undefined || payload === incident
    let seq = afterSeq
    let toldAtMs = Date.now()
    while (!until.aborted) {
      await doorbell.listen()
      // Waited for before looking: what is committed in between rings.
      const rung = doorbell.nextRing(limits.livePollMs, until, concerns)
      const entries = await read(incident, seq)
      seq = entries.at(-1)?.seq ?? seq
      if (entries.length > 0 || Date.now() - toldAtMs >= limits.liveKeepAliveMs) {
        yield entries
        toldAtMs = Date.now()
      }
      if (entries.length < batch) await rung
    }
  }

  /** A database that is away for a moment is waited for; the stream stays, and misses nothing. */
  async function read(incident: string | undefined, seq: number): Promise<TimelineEntry[]> {
    const entries =
      incident === undefined ? readEntries(pool, seq, batch) : readTimeline(pool, incident, seq, batch)
    return entries.catch(() => [])
  }

  async function close(): Promise<void> {
    closing.abort()
    await doorbell.close()
  }
  return { follow, close }
}
