/** What is kept of a drill that somebody played. */
import { writeFileSync } from 'node:fs'
import type { Drill } from '../../contracts/drill.ts'
import type { IncidentDetail } from '../../contracts/views.ts'
import { type PlayScore, scoreOf } from '../../drills/play-score.ts'
import type { RehearsedRunbook } from '../../rehearsal/drill-set.ts'
import { reasonOf } from '../../named-files.ts'
import { Failure } from '../failure.ts'
import type { PlayedAct } from './play-on-screen.ts'

/** Moments are milliseconds since the opening, by the incident's clock. */
export interface PlayRecord {
  version: 1
  drill: string
  runbook: { name: string; hash: string }
  /** Everybody that acted; whoever sat there is the first. */
  who: string[]
  /** When it was played, by the wall clock. */
  playedAt: string
  /** Where the incident's clock stood at its opening. */
  openedAt: string
  /** False when it was left before the incident had ended. */
  isWhole: boolean
  acts: PlayedAct[]
  pages: { atMs: number; level: number; to: string[] }[]
  score: PlayScore
}

export function recordOf(
  played: { drill: Drill; loaded: RehearsedRunbook; who: string; playedAtMs: number; acts: PlayedAct[] },
  incident: IncidentDetail,
): PlayRecord {
  const { drill, loaded, who, playedAtMs, acts } = played
  const score = scoreOf(incident, loaded.runbook)
  return {
    version: 1,
    drill: drill.name,
    runbook: { name: loaded.runbook.name, hash: loaded.hash },
    who: [...new Set([who, ...acts.map(act => act.who)])],
    playedAt: new Date(playedAtMs).toISOString(),
    openedAt: incident.openedAt,
    isWhole: incident.closedAt !== null,
    acts,
    pages: [...(score.paged === null ? [] : [{ level: 0, ...score.paged }]), ...score.escalated],
    score,
  }
}

/** `drill-nobody-acknowledges-20250314T031500Z.json` */
export function usualFile(drill: string, playedAtMs: number): string {
  const at = new Date(playedAtMs).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '')
  return `drill-${drill.replace(/[^\w.-]+/g, '-')}-${at}.json`
}

/** Throws `unwritable_file`. */
export function writeRecord(file: string, record: PlayRecord): void {
  try {
    writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`)
  } catch (error) {
    throw new Failure(
      'unwritable_file',
      `The record of the drill could not be written to ${file} (${reasonOf(error)}).`,
      {
        hint: 'name another file with --record; this one is lost, the score above is what it had',
        cause: error,
      },
    )
  }
}
