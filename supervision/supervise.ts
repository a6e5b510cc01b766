/** Supervision of Paramedic itself: who looks, how often, what is written down, who is told. */
import { setTimeout as delay } from 'node:timers/promises'
import { limits } from '../contracts/limits.ts'
import type { NewEntry, TimelineEvents } from '../contracts/timeline.ts'
import { appendEntries } from '../store/audit-log.ts'
import { inTransaction, type Pool } from '../store/database.ts'
import {
  applyChanges,
  currentFindings,
  kindsPagedSince,
  type KnownFinding,
  markOverSaid,
  markPaged,
  overUnsaid,
  unpagedFindings,
} from '../store/supervision-findings.ts'
import { holdsLease, noteLook } from '../store/supervision-lease.ts'
import { createBlindness } from './blindness.ts'
import { compare } from './compare.ts'
import { type Fallback, foundMessage, overMessage, type SupervisionMessage } from './fallback.ts'
import { createLease } from './lease.ts'
import { lookAround } from './read.ts'
import type { TemporalWatch } from './temporal-watch.ts'

export interface SupervisionOptions {
  pool: Pool
  temporal: TemporalWatch
  fallback: Fallback
  /** Names this process; no other may have the same. */
  holder: string
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void }
}

export interface Supervision {
  /** Looks again and again while this process has the lease, until told to stop. Trouble is logged and waited out. */
  run(signal: AbortSignal): Promise<void>
  /** One look at this time, if the lease can be had; `elsewhere` when another process has it. Rejects without PostgreSQL. */
  look(atMs: number): Promise<'looked' | 'elsewhere'>
}

export function createSupervision(options: SupervisionOptions): Supervision {
  const { pool, temporal, fallback, holder, log } = options
  const lease = createLease(pool, holder)
  const stopping = new AbortController()
  const send = (message: SupervisionMessage): Promise<string> =>
    fallback.send(message, AbortSignal.any([stopping.signal, AbortSignal.timeout(sendWithinMs)]))
  const blindness = createBlindness(send)

  async function look(atMs: number): Promise<'looked' | 'elsewhere'> {
    if (!(await lease.keep())) return 'elsewhere'
    const { found, since, couldSee } = await lookAround(pool, temporal, atMs)
    const isWritten = await inTransaction(pool, async tx => {
      if (!(await holdsLease(tx, holder))) return false
      const { changes, confirmed, ended } = compare(await currentFindings(tx), found, couldSee)
      await applyChanges(tx, changes, atMs)
      await noteLook(tx, since, atMs)
      await appendEntries(tx, [
        ...confirmed.map(finding => foundEntry(finding, atMs)),
        ...ended.map(finding => endedEntry(finding, atMs)),
      ])
      return true
    })
    if (!isWritten) return 'elsewhere'
    await tell(atMs).catch((error: unknown) => {
      log.error({ error: String(error) }, 'what supervision found could not be told and is tried again')
    })
    return 'looked'
  }

  /** What reaches nobody is tried again at the next look. */
  async function tell(atMs: number): Promise<void> {
    const over = await overUnsaid(pool)
    if (over.length > 0 && lease.isHeld()) {
      await send(overMessage(over, atMs))
      await markOverSaid(pool, idsOf(over), atMs)
    }
    const gathering = await kindsPagedSince(pool, atMs - limits.supervisionGatherMs)
    const due = (await unpagedFindings(pool)).filter(({ kind }) => !gathering.has(kind))
    if (due.length === 0 || !lease.isHeld()) return
    const channel = await send(foundMessage(due, atMs))
    await inTransaction(pool, async tx => {
      const marked = await markPaged(tx, idsOf(due), atMs)
      const entries = due
        .filter(({ id }) => marked.has(id))
        .map(finding => pagedEntry(finding, channel, atMs))
      await appendEntries(tx, entries)
    })
  }

  async function keepLease(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const wasHeld = lease.isHeld()
      await lease.keep().catch((error: unknown) => {
        log.error({ error: String(error) }, 'the lease of supervision could not be asked for')
      })
      if (lease.isHeld() && !wasHeld) log.info({ holder }, 'this process supervises')
      await pause(limits.supervisionRenewMs, signal)
    }
  }

  async function lookAgainAndAgain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const begunMs = performance.now()
      const isSeeing = lease.isHeld() && (await looksWell())
      // A process that never had the lease leaves this to the one that had it: otherwise each would say the same.
      if (isSeeing) await blindness.sees(Date.now()).catch(unsaid)
      else if (lease.wasOurs()) await blindness.isBlind(Date.now()).catch(unsaid)
      const everyMs = isSeeing ? limits.supervisionEveryMs : limits.supervisionRenewMs
      await pause(everyMs - (performance.now() - begunMs), signal)
    }
  }

  async function looksWell(): Promise<boolean> {
    return look(Date.now()).then(
      () => true,
      (error: unknown) => {
        log.error({ error: String(error) }, 'supervision could not look and tries again')
        return false
      },
    )
  }

  function unsaid(error: unknown): void {
    log.error({ error: String(error) }, 'supervision could not tell anybody that PostgreSQL is away')
  }

  return {
    look,
    async run(signal) {
      signal.addEventListener('abort', () => stopping.abort(), { once: true })
      await Promise.all([keepLease(signal), lookAgainAndAgain(signal)])
      await lease.release().catch(() => {})
    },
  }
}

/** A message walks along the channels of the fallback, each of which has its own limit. */
const sendWithinMs = 60_000

function foundEntry(finding: KnownFinding, atMs: number): NewEntry {
  return { ...commonOf(finding, atMs), kind: 'supervision.found', data: factsOf(finding) }
}

function pagedEntry(finding: KnownFinding, channel: string, atMs: number): NewEntry {
  return { ...commonOf(finding, atMs), kind: 'supervision.paged', data: { ...factsOf(finding), channel } }
}

function endedEntry(finding: KnownFinding, atMs: number): NewEntry {
  const lastedMs = Math.max(0, atMs - finding.sinceMs)
  return { ...commonOf(finding, atMs), kind: 'supervision.ended', data: { ...factsOf(finding), lastedMs } }
}

function commonOf({ incident }: KnownFinding, atMs: number) {
  return { actor: 'paramedic', atMs, ...(incident === undefined ? {} : { incident }) } as const
}

function factsOf({ kind, subject, sinceMs }: KnownFinding): TimelineEvents['supervision.found'] {
  return { finding: kind, subject, since: new Date(sinceMs).toISOString() }
}

function idsOf(findings: readonly KnownFinding[]): number[] {
  return findings.map(({ id }) => id)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(Math.max(0, ms), undefined, { signal }).catch(() => {})
}
